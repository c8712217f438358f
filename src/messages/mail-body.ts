// The text of a mail about one outcome: a first line that says it all, then the facts, one a line. Pure; lines are
// broken where the mail is made.
import { oneLine, timestamp, zoneText } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { growthSentence } from '../picture/sentence.ts'
import { amountText, formatAmount, isMemory } from '../rules/metric.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import type { Breach } from '../rules/rule.ts'
import { breachText, growthClause } from './breach-text.ts'
import { evidenceFacts } from './evidence-text.ts'
import { FAILURES } from './failures.ts'
import { isAboutBudget, noticeFacts, noticeWords } from './notice-words.ts'
import { capText, pastText, secondsText } from './outcome-text.ts'
import { type Told, toldWords } from './told.ts'

type Fact = readonly [label: string, value: string]

/** What a person needs to know of it; the history is that of its process, if there is one. */
export function mailBody(outcome: Told, host: string, history?: ProcessHistory): string {
  const { headline, todo } = toldWords(outcome, host)
  const facts = factsOf(outcome, host, history).map(
    ([label, value]) => `${`${label}:`.padEnd(9)}${oneLine(value)}`,
  )
  return `${oneLine(headline)}. ${todo}.\n\n${facts.join('\n')}\n`
}

function factsOf(outcome: Told, host: string, history: ProcessHistory | undefined): Fact[] {
  const { process, breach } = outcome.request
  const isOne = outcome.kind !== 'noticed' || !isAboutBudget(outcome)
  const reasons = breach.isOfMonitor ? [] : [breach.reason, breach.window]
  const counted = reasons.filter(text => text !== undefined).join(' ')
  const at = new Date(outcome.occurredAt)
  const past = pastText(outcome)
  return [
    ...(isOne ? [['Process', process.namespec] as const] : []),
    ['Host', host],
    ['Rule', ruleText(breach)],
    ['Size', sizeText(breach, history)],
    ...(history ? [['Trend', sentence(growthSentence(history, outcome.occurredAt))] as const] : []),
    ...(counted === '' ? [] : [['Counted', counted] as const]),
    ...(outcome.evidence ? evidenceFacts(outcome.evidence) : []),
    ...(isOne ? pidFacts(outcome) : []),
    ['When', `${timestamp(at)} (${zoneText(at)})`],
    ...(outcome.hookFault === undefined ? [] : [['Hook', hookText(outcome.hookFault)] as const]),
    ...doneFacts(outcome),
    ...(past === undefined ? [] : [['Note', past] as const]),
  ]
}

const hookText = (fault: string): string => `pre_restart_command failed: ${fault}`

const ruleText = (breach: Breach): string =>
  breach.isOfMonitor && breach.reason !== undefined
    ? `${breach.rule}: ${breach.reason}`
    : `${breach.rule}${limitText(breach)}`

const limitText = ({ metric, limit }: Breach): string =>
  isMemory(metric) && Number.isFinite(limit) ? ` (${limit} bytes)` : ''

/** What was measured, and how far it is from what the rule names. */
function sizeText(breach: Breach, history: ProcessHistory | undefined): string {
  if (breach.budget) return sentence(breachText(breach))
  const { metric, cumulative, value, limit, growth } = breach
  // Its trend says all of it.
  if (growth && history?.verdict.kind === 'leak') return amountText(metric, cumulative, value)
  if (growth) return `${amountText(metric, cumulative, value)}, ${growthClause(growth, limit)}`
  if (!Number.isFinite(limit)) return amountText(metric, cumulative, value)
  const side = value > limit ? 'over' : 'under'
  const by = formatAmount(metric, Math.abs(value - limit))
  return `${amountText(metric, cumulative, value)}, ${by} ${side}`
}

/** With a capital, unless it begins with the name of a command, a key or a program. */
const sentence = (text: string): string =>
  /^(?!memmon\b)[a-z]+(?![\w.:/-])/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text

function pidFacts(outcome: Told): Fact[] {
  const { process } = outcome.request
  const pid = outcome.kind === 'restarted' ? `${process.pid} before, ${outcome.newPid} now` : `${process.pid}`
  const uptime = formatDuration(uptimeSecondsOf(process))
  return [
    ['Pid', pid],
    ['Uptime', `${uptime}, when it was measured`],
  ]
}

function doneFacts(outcome: Told): Fact[] {
  switch (outcome.kind) {
    case 'restarted': {
      const { startedBy, failedStarts, durationMs } = outcome
      const by = startedBy === 'other' ? 'Stopped by memmon, started by someone else' : 'Stopped and started'
      const failed = failedStarts > 0 ? `, after ${failedStarts} starts that failed` : ''
      return [['Done', `${by}, running again after ${secondsText(durationMs)}${failed}`]]
    }
    case 'capped':
      return [['Done', `Nothing: ${capText(outcome)}`]]
    case 'failed': {
      const { next, see } = FAILURES[outcome.phase]
      const { namespec } = outcome.request.process
      return [
        ['Error', sentence(outcome.fault)],
        ['Next', next(outcome)],
        ...(see ? [['See', see(namespec)] as const] : []),
      ]
    }
    case 'noticed': {
      const { done, note } = noticeWords(outcome)
      const facts = noticeFacts(outcome)
      return [['Done', done(facts)], ...(note ? [['Note', note(facts)] as const] : [])]
    }
  }
}
