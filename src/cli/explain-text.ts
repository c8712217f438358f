// What `memmon explain` prints of one process: every rule, whether it matches, and what it comes to. Pure.

import { oneLine } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Assessed } from '../check/assess.ts'
import { type Finding, isOver } from '../check/finding.ts'
import { BLIND_TEXT } from '../check/unmeasured.ts'
import { ruleText } from '../messages/start-lines.ts'
import type { Capacity } from '../proc/capacity.ts'
import { amountText, formatAmount } from '../rules/metric.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { selects } from '../rules/selector.ts'

/** Everything about one process, a paragraph a rule. */
export function explainText(one: Assessed, rules: Ruleset, capacity: Capacity | undefined): string {
  const { process, rssBytes } = one
  const run =
    process.state === ProcessState.RUNNING
      ? `, pid ${process.pid}, up ${formatDuration(uptimeSecondsOf(process))}, ${rssBytes === undefined ? 'size not readable' : `${formatSize(rssBytes)} RSS`}`
      : ''
  const paragraphs = rules.rules.map(
    rule => `${ruleText(rule, capacity)}\n  ${whyText(rule, one, rules.mostSpecific)}`,
  )
  return `${oneLine(process.namespec)}: ${stateName(process.state)}${run}\n\n${paragraphs.join('\n\n')}${paragraphs.length > 0 ? '\n\n' : ''}${verdictText(one)}\n`
}

function whyText(rule: Rule, one: Assessed, mostSpecific: boolean): string {
  const { process } = one
  if (!selects(rule.selector, process.group, process.name)) return 'does not match.'
  if (one.isIgnored) return 'matches, but the process is ignored (--ignore).'
  if (rule.scope === 'any' && one.isListener) return 'matches, but -a does not apply to event listeners.'
  const finding = one.findings.find(({ rule: own }) => own.id === rule.id)
  if (process.state !== ProcessState.RUNNING) return `matches; a process is checked only while it is RUNNING.`
  if (finding) return `matches: ${findingText(finding)}`
  if (one.blind) return 'matches, but its size cannot be read.'
  if (mostSpecific) return 'matches, but a closer rule decides alone (--most-specific).'
  return 'matches, but its figure cannot be read.'
}

function findingText({ rule, value, verdict }: Finding): string {
  const has = amountText(rule.metric, rule.cumulative, value)
  switch (verdict.kind) {
    case 'young':
      return `${has}. It is not judged in its first ${formatDuration(rule.minUptimeSeconds)}.`
    case 'fine':
      return Number.isFinite(rule.limit)
        ? `${has}, ${formatAmount(rule.metric, rule.limit - value)} under the limit.${value > rule.warnAbove ? ' It is warned of.' : ''}`
        : `${has}; there is no limit.`
    default: {
      const over = formatAmount(rule.metric, value - verdict.breach.limit)
      const reason = verdict.breach.reason === undefined ? '' : ` (${verdict.breach.reason})`
      return verdict.kind === 'act'
        ? `${has}, ${over} over the limit: it would act now${reason}.`
        : `${has}, ${over} over the limit, and it waits${reason}: this check alone is not enough.`
    }
  }
}

function verdictText(one: Assessed): string {
  if (one.isIgnored) return 'memmon leaves it alone: it is ignored.'
  if (one.process.state !== ProcessState.RUNNING)
    return `memmon leaves it alone: it is ${stateName(one.process.state)}.`
  if (one.blind) return `memmon does not check it, since its size cannot be read: ${BLIND_TEXT[one.blind]}.`
  if (one.findings.length === 0) return 'memmon leaves it alone: no rule applies to it.'
  const acting = one.findings.find(({ verdict }) => verdict.kind === 'act')
  if (acting) return `memmon would act on it now, by ${acting.rule.written} (${acting.rule.action.kind}).`
  if (one.findings.some(isOver))
    return 'memmon does nothing yet: it has not been over its limit for long enough.'
  return 'memmon does nothing: it is under its limits.'
}
