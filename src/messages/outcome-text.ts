// The sentences about a restart, made from its outcome alone, shared by log and mail.

import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import { amountText, formatAmount } from '../rules/metric.ts'
import type {
  Failed,
  FailurePhase,
  Noticed,
  PastOfProcess,
  RestartOutcome,
  RestartRequest,
} from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import type { Breach } from '../rules/rule.ts'

/** '59.1MB RSS (62005248 bytes), over -p web=20MB by 39.1MB', and why it counts now. */
export function breachText(breach: Breach): string {
  const { rule, metric, cumulative, value, limit, budget, reason, window, together } = breach
  const why = [...(reason === undefined ? [] : [reason]), ...(window === undefined ? [] : [window])].join(' ')
  const tail = why ? `, ${why}` : ''
  const by = formatAmount(metric, Math.abs(value - limit))
  if (together !== undefined) return `${together} is over its limit, and its group is restarted together`
  if (!budget) {
    const side = value > limit ? 'over' : 'under'
    return `${amountText(metric, cumulative, value)}, ${side} ${rule} by ${by}${tail}`
  }
  const side = value < limit ? 'under' : 'over'
  const what = budget.isFree
    ? `${formatSize(value)} free`
    : `${budget.whom} use ${amountText(metric, cumulative, value)}`
  const used = `${what}, ${side} ${rule} by ${by}`
  return `${used}${tail}${budget.victim ? `; ${budget.victim}` : ''}`
}

/** The line for a restart that begins. */
export function requestText({ process, breach }: RestartRequest): string {
  const uptime = formatDuration(uptimeSecondsOf(process))
  return `Restarting ${process.namespec} (pid ${process.pid}, up ${uptime}): ${breachText(breach)}`
}

/** The line for what became of a restart. */
export function outcomeText(outcome: RestartOutcome): string {
  const { namespec, pid } = outcome.request.process
  switch (outcome.kind) {
    case 'restarted': {
      const what =
        outcome.startedBy === 'other'
          ? `pid ${pid} was stopped, and someone else started it as pid ${outcome.newPid}`
          : `pid ${pid} is now pid ${outcome.newPid}, after ${secondsText(outcome.durationMs)}`
      return [`Restarted ${namespec}: ${what}`, ...pastTexts(outcome.past, outcome.request.breach)].join('. ')
    }
    case 'skipped':
      return `Left ${namespec} alone: ${outcome.detail}`
    case 'failed':
      return `Failed to ${PHASE_TEXT[outcome.phase]} ${namespec}: ${outcome.fault}. ${failureAdvice(outcome)}`
    case 'noticed':
      return noticeText(outcome)
    case 'capped':
      return `${namespec} is no longer restarted: ${breachText(outcome.request.breach)}. ${capText(outcome)}`
  }
}

/** What is told of a process that is not restarted. */
function noticeText({ what, detail, request: { process, breach } }: Noticed): string {
  const { namespec, pid } = process
  const who = pid > 0 ? `${namespec} (pid ${pid})` : namespec
  // Not about one process: what `would` is done would be done to one.
  if (breach.budget && (what === 'alerted' || what === 'relieved'))
    return `${budgetText(what, breach.budget)}: ${breachText(breach)}`
  switch (what) {
    case 'warned':
      return `${who} nears its limit: ${breachText(breach)}`
    case 'eased':
      return `${who} no longer nears its limit: ${breachText(breach)}`
    case 'alerted':
      return `${who} exceeds its limit and is left running: ${breachText(breach)}`
    case 'relieved':
      return `${who} is back under its limit: ${breachText(breach)}`
    case 'would':
      return `Would ${detail} ${who}: ${breachText(breach)}`
    case 'signalled':
      return `Sent ${detail} to ${who}: ${breachText(breach)}`
    case 'draining':
      return `Draining ${who}: ${breachText(breach)}. ${detail}`
    case 'undrained':
      return `No longer draining ${who}: ${detail}`
    case 'recovered':
      return `${who} is back under its soft limit: left running, but restarted if it ends`
    case 'held':
      return `Restart of ${who} waits: ${breachText(breach)}. ${detail}`
    case 'executed':
      return `Ran exec_command for ${who}: ${breachText(breach)}`
  }
}

/** What an alert about a budget, or its end, is about. */
export function budgetText(what: 'alerted' | 'relieved', { isFree }: { readonly isFree?: boolean }): string {
  if (what === 'alerted') return isFree ? 'Too little memory is free' : 'A budget is exceeded'
  return isFree ? 'Enough memory is free again' : 'A budget is met again'
}

const PHASE_TEXT: Readonly<Record<FailurePhase, string>> = {
  check: 'check',
  stop: 'stop',
  stopping: 'stop',
  start: 'start',
  signal: 'signal',
  exec: 'run exec_command for',
  drain: 'drain',
  command: 'restart',
}

/** What memmon does about a failure and what the operator can do. */
export function failureAdvice({ phase, request, heldUp = 0 }: Failed): string {
  const { namespec, group } = request.process
  if (phase === 'signal' || phase === 'exec') return 'This is reported once each time it exceeds its limit'
  if (phase === 'drain') return 'It is restarted when its grace is over'
  if (phase === 'command')
    return 'See what restart_command does; memmon tries again at the next tick if it still exceeds its limit'
  if (phase === 'stopping')
    return `memmon starts it as soon as it has stopped${heldUp > 0 ? `; the other ${heldUp} of the group ${group} go on` : ''}. See: supervisorctl status ${namespec}`
  if (phase !== 'start')
    return 'It was not touched; memmon tries again at the next tick if it still exceeds its limit'
  const others = heldUp > 0 ? `; ${heldUp} more of the group ${group} wait for it, 5 minutes at most` : ''
  return `It is down; memmon keeps trying to start it${others}. See: supervisorctl tail ${namespec} stderr`
}

/** Why a process is not restarted, and until when. */
export const capText = ({ cap, until }: { readonly cap: string; readonly until: number }): string =>
  `--max-restarts ${cap} is reached; it is still measured, and may be restarted again from ${timestamp(new Date(until))}`

/** Sentences about earlier restarts, if there is something to say. */
export function pastTexts(past: PastOfProcess | undefined, breach: Breach): string[] {
  if (!past || past.restartsLastHour < 2) return []
  const smallest =
    past.smallestBytes === undefined
      ? ''
      : `, smallest size since its last start ${formatSize(past.smallestBytes)}`
  const texts = [`${past.restartsLastHour} restarts in the last hour${smallest}`]
  if (past.fittingLimitBytes !== undefined) {
    const fitting = formatSize(past.fittingLimitBytes)
    texts.push(
      `Three times in a row it exceeded ${breach.rule} within minutes: the limit is below its normal size; ${fitting} would fit`,
    )
  }
  return texts
}

/** '1.2 s'. */
export const secondsText = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`

/**
 * True if a value that was measured again does not break the limit, which may be another by now. With a budget of free
 * memory, less is worse.
 */
export const isWithin = (breach: Breach, value: number, limit: number): boolean =>
  breach.value < breach.limit ? value >= limit : value <= limit

/** 'it is down to 19.1MB, under -p web=20MB'; `limit` is the one that counts now. */
export function recoveredText(breach: Breach, value: number, limit: number): string {
  const { metric, rule, budget, value: before } = breach
  const amount = formatAmount(metric, value)
  if (limit !== breach.limit)
    return `it uses ${amount}, within its limit of ${formatAmount(metric, limit)} by now`
  if (!budget) return `it is down to ${amount}, under ${rule}`
  return before < limit
    ? `${amount} are free again, as ${rule} asks`
    : `${budget.whom} are down to ${amount}, under ${rule}`
}
