// Why memmon acts on a process, or does not: of each rule and budget, and of all together, in sentences. Pure.
import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Assessed, AssessedBudget } from '../check/assess.ts'
import { type Finding, isOver } from '../check/finding.ts'
import { outlookOf } from '../check/outlook.ts'
import { BLIND_TEXT } from '../check/unmeasured.ts'
import { amountText, formatAmount } from '../rules/metric.ts'
import type { KnownLeak, Pending } from '../rules/past.ts'
import type { Progress } from '../rules/patience.ts'
import { ProcessState, stateName } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { selects } from '../rules/selector.ts'
import { governing } from '../screen/governing.ts'

/** False if the rule is about other processes. */
export const matches = ({ selector }: Rule, { process }: Assessed): boolean =>
  selects(selector, process.group, process.name)

/** What the rule comes to for the process. */
export function ruleWhy(rule: Rule, one: Assessed, mostSpecific: boolean): string {
  const { process } = one
  if (!matches(rule, one)) return 'does not match.'
  if (one.isSelf) return 'matches, but no rule applies to memmon itself.'
  if (one.isIgnored) return 'matches, but the process is ignored (--ignore).'
  if (rule.scope === 'any' && one.isListener) return 'matches, but -a does not apply to event listeners.'
  const finding = one.findings.find(({ rule: own }) => own.id === rule.id)
  if (process.state !== ProcessState.RUNNING) return `matches; a process is checked only while it is RUNNING.`
  if (finding) return `matches: ${findingText(finding, outlookOf(one, finding).kind === 'pending')}`
  if (one.blind) return 'matches, but its size cannot be read.'
  if (mostSpecific) return 'matches, but a closer rule decides alone (--most-specific).'
  return 'matches, but its figure cannot be read.'
}

/** `isBegun`: memmon has begun something with the process, and that decides. */
function findingText({ rule, value, verdict, hold, progress }: Finding, isBegun: boolean): string {
  const has = amountText(rule.metric, rule.cumulative, value)
  if (verdict.kind === 'young')
    return `${has}. It is not judged in its first ${formatDuration(rule.minUptimeSeconds)}.`
  if (!('breach' in verdict))
    return Number.isFinite(rule.limit)
      ? `${has}, ${formatAmount(rule.metric, rule.limit - value)} under the limit${value > rule.warnAbove ? `, and over its warning at ${formatAmount(rule.metric, rule.warnAbove)}` : ''}.`
      : `${has}; no limit is set.`
  const over = `${has}, ${formatAmount(rule.metric, value - verdict.breach.limit)} over the limit`
  const reason = verdict.breach.reason === undefined ? '' : ` (${verdict.breach.reason})`
  if (verdict.kind === 'told')
    return `${over}: it has acted already, and acts again only after the process was back under it.`
  if (verdict.kind === 'waiting')
    return `${over}, and it waits${reason}${progress ? '.' : ': this check alone is not enough.'}`
  if (isBegun) return `${over}${reason}.`
  return hold ? `${over}${reason}, but ${holdText(hold)}.` : `${over}: it would act now${reason}.`
}

const holdText = (hold: Extract<Pending, { untilMs: number }>): string =>
  hold.kind === 'capped'
    ? `--max-restarts ${hold.cap} allows no restart before ${timeText(hold.untilMs)}`
    : `--restart-backoff holds its restart back until ${timeText(hold.untilMs)}`

const timeText = (atMs: number): string => timestamp(new Date(atMs)).slice(0, 19)

/** What the budget comes to. */
export function budgetWhy({ budget, valueBytes, isOver: over, verdict, progress }: AssessedBudget): string {
  if (valueBytes === undefined) return 'cannot be read.'
  const distance = formatSize(Math.abs(valueBytes - budget.limitBytes))
  const side = over === (budget.kind === 'free') ? 'under' : 'over'
  const has = `${formatSize(valueBytes)} ${budget.kind === 'free' ? 'are free' : 'together'}, ${distance} ${side} the limit`
  if (!over) return `${has}.`
  switch (verdict?.kind) {
    case 'act':
      return `${has}: it would restart ${verdict.victim.process.namespec} now, since ${verdict.breach.budget?.victim}.`
    case 'alert':
      return `${has}: it would alert now${verdict.breach.budget?.victim ? `; ${verdict.breach.budget.victim}` : ''}.`
    case 'waiting':
      return `${has}, and it waits${progress ? ` (${progressText(progress)})` : ': this check alone is not enough'}.`
    case 'told':
      return `${has}: it has alerted already.`
    default:
      return `${has}: it waits for a process that is being restarted.`
  }
}

const progressText = (progress: Progress): string =>
  progress.kind === 'seconds'
    ? `for ${formatDuration(progress.seconds)} of ${formatDuration(progress.needed)}`
    : `over in ${progress.over} of the ${progress.needed} checks that it takes`

/** All of it together. */
export function conclusion(one: Assessed): string {
  const { process, blind } = one
  if (one.isSelf) return 'memmon leaves it alone: this is memmon itself.'
  const outlook = outlookOf(one, governing(one))
  switch (outlook.kind) {
    case 'down':
      return `memmon leaves it alone: it is ${stateName(process.state)}.`
    case 'ignored':
      return 'memmon leaves it alone: it is ignored.'
    case 'blind':
      return `memmon does not check it, since its size cannot be read${blind ? `: ${BLIND_TEXT[blind]}` : ''}.`
    case 'no rule':
      return 'memmon leaves it alone: no rule applies to it.'
    case 'pending':
      return pendingSentence(outlook.pending)
    case 'hold':
      return pendingSentence(outlook.hold)
    case 'act':
      return `memmon would act on it now, by ${outlook.finding.rule.written} (${outlook.finding.rule.action.kind}).`
    case 'waiting':
      return 'memmon does nothing yet: it has not been over its limit for long enough.'
    case 'told':
      return `memmon does nothing more: by ${outlook.finding.rule.written} (${outlook.finding.rule.action.kind}) it acts once each time the limit is exceeded.`
    case 'leak':
      return `memmon does nothing yet: it is under its limits, but it leaks${limitText(outlook.leak)}.`
    default:
      return one.findings.some(isOver) || outlook.kind === 'young'
        ? 'memmon does nothing yet: it is not judged so soon after its start.'
        : 'memmon does nothing: it is under its limits.'
  }
}

const limitText = ({ leftSeconds }: KnownLeak): string =>
  leftSeconds === undefined ? '' : ` and reaches its limit ${inText(leftSeconds)}`

function pendingSentence(pending: Pending): string {
  switch (pending.kind) {
    case 'capped':
      return `memmon would restart it, but ${holdText(pending)}.`
    case 'held':
      return `memmon would restart it, but it exceeds its limit again within minutes of its last restart: ${holdText(pending)}.`
    case 'postponed':
      return `memmon would restart it, but pre_restart_command has postponed that ${pending.times === 1 ? 'once' : `${pending.times} times in a row`}, and is asked again at each check.`
    case 'queued':
      return 'memmon restarts it as soon as its turn comes (--max-parallel, --stagger).'
    case 'draining': {
      const { forSeconds, graceSeconds } = pending
      const left = graceSeconds === undefined ? '' : `, at the latest ${inText(graceSeconds - forSeconds)}`
      return `memmon drains it: it was asked to finish ${formatDuration(forSeconds)} ago, and is restarted when it has finished${left}.`
    }
    case 'watched':
      return 'memmon leaves it running: it was drained, and is back under its soft limit. When it ends, memmon starts it.'
    case 'restarting':
      return pending.hasFailed
        ? 'memmon has stopped it and could not start it so far: it tries again, and its log says why.'
        : 'memmon is restarting it.'
    case 'muted':
      return `memmon leaves it alone until ${timeText(pending.untilMs)}: it is muted (memmon unmute ends that).`
  }
}

const inText = (seconds: number): string =>
  seconds < 1 ? 'at the next check' : `in ${formatDuration(seconds)}`
