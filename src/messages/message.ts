// What a mail says about an outcome: pure, for a person, in superlance's wording of subjects.

import { oneLine, timestamp } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import { amountText, formatAmount, isMemory } from '../rules/metric.ts'
import type { Capped, Failed, Noticed, Restarted, RestartOutcome } from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import type { Breach } from '../rules/rule.ts'
import { type EventContext, eventHead, eventOf } from './event.ts'
import { breachText, budgetText, capText, failureAdvice, pastTexts, secondsText } from './outcome-text.ts'

export interface Message {
  readonly subject: string
  readonly text: string
  /** The webhook's document. */
  readonly event: Readonly<Record<string, unknown>>
  /** The same for all messages about one process; '' for those about several. */
  readonly thread: string
  /** Not held back for long. */
  readonly isFailure: boolean
}

export interface MessageContext {
  readonly host: string
  /** -n: named in the subject. */
  readonly name: string | undefined
  /** -u: restarts of processes that had run longer are not worth a mail. */
  readonly mailUptimeSeconds: number | undefined
}

/** The mail about an outcome; undefined if none is due: about what was left alone, and by -u. */
export function messageOf(outcome: RestartOutcome, context: MessageContext): Message | undefined {
  if (outcome.kind === 'skipped') return undefined
  if (outcome.kind === 'noticed' && outcome.isRepeated) return undefined
  const uptimeSeconds = uptimeSecondsOf(outcome.request.process)
  const { mailUptimeSeconds = Number.POSITIVE_INFINITY } = context
  if (outcome.kind === 'restarted' && uptimeSeconds > mailUptimeSeconds) return undefined
  const subject = subjectLine(outcome, context)
  return {
    subject,
    text: `${sentenceOf(outcome, context.host)}\n\n${factsOf(outcome, context.host)}\n`,
    event: eventOf(outcome, context, subject),
    thread: threadOf(outcome.request.process.namespec),
    isFailure: outcome.kind === 'failed',
  }
}

/** What a mail about it has as its subject. */
export const subjectLine = (outcome: Told, context: EventContext): string =>
  oneLine(`${prefixOf(context)}: ${subjectOf(outcome)}`)

/** Unlike any other: the left side of a Message-ID. `random` is 0 up to 1. */
export const messageId = (at: number, pid: number, random: number): string =>
  ['memmon', at.toString(36), pid.toString(36), random.toString(36).slice(2)].join('.')

/** A message about memmon itself. */
export function plainMessage(
  event: string,
  subject: string,
  text: string,
  context: EventContext,
  at: number,
): Message {
  const whole = oneLine(`${prefixOf(context)}: ${subject}`)
  return { subject: whole, text, event: eventHead(event, context, at, whole), thread: '', isFailure: true }
}

const prefixOf = ({ name }: EventContext): string => (name === undefined ? 'memmon' : `memmon [${name}]`)

/** What a Message-ID may hold. */
const threadOf = (namespec: string): string =>
  `memmon.${encodeURIComponent(namespec).replace(/[^\w.-]/g, '_')}`

/** What messages are about: anything but what was left alone. */
export type Told = Restarted | Failed | Capped | Noticed

function subjectOf(outcome: Told): string {
  const { namespec } = outcome.request.process
  const budget = budgetOf(outcome)
  if (budget) return `${budget.charAt(0).toLowerCase()}${budget.slice(1)} (${outcome.request.breach.rule})`
  if (outcome.kind === 'noticed') return NOTICE_SUBJECTS[outcome.what](namespec, outcome.detail)
  if (outcome.kind === 'restarted') return `process ${namespec} restarted`
  if (outcome.kind === 'capped') return `process ${namespec} exceeds its limit and is no longer restarted`
  if (outcome.phase === 'start') return `failed to start process ${namespec}`
  if (outcome.phase === 'signal') return `failed to signal process ${namespec}`
  if (outcome.phase === 'drain') return `failed to drain process ${namespec}`
  if (outcome.phase === 'command') return `failed to restart process ${namespec}`
  if (outcome.phase === 'exec') return `failed to run exec_command for process ${namespec}`
  return `failed to stop process ${namespec}`
}

/** What an alert about a budget is about: no single process. */
function budgetOf(outcome: Told): string | undefined {
  if (outcome.kind !== 'noticed' || (outcome.what !== 'alerted' && outcome.what !== 'relieved'))
    return undefined
  const { budget } = outcome.request.breach
  return budget && budgetText(outcome.what, budget)
}

const NOTICE_SUBJECTS: Readonly<Record<Noticed['what'], (namespec: string, detail: string) => string>> = {
  warned: namespec => `process ${namespec} nears its limit`,
  eased: namespec => `process ${namespec} no longer nears its limit`,
  alerted: namespec => `process ${namespec} is over its limit`,
  relieved: namespec => `process ${namespec} is back under its limit`,
  would: (namespec, detail) => `would ${detail} process ${namespec}`,
  signalled: (namespec, detail) => `sent ${detail} to process ${namespec}`,
  executed: namespec => `ran exec_command for process ${namespec}`,
  draining: namespec => `process ${namespec} was asked to finish`,
  undrained: namespec => `process ${namespec} is no longer drained`,
  recovered: namespec => `process ${namespec} is back under its soft limit`,
  held: namespec => `process ${namespec} exceeds its limit soon after each start`,
}

const NOTICE_SENTENCES: Readonly<Record<Noticed['what'], string>> = {
  warned: 'nears its limit. Nothing has been done yet.',
  eased: 'no longer nears its limit.',
  alerted: 'is over its limit. It is left running (action = alert).',
  relieved: 'is back under its limit.',
  would: 'exceeds its limit. Nothing was done (--dry-run).',
  signalled: 'exceeds its limit and was sent a signal.',
  executed: 'exceeds its limit; exec_command was run.',
  draining: 'exceeds its soft limit. It was asked to finish and will be restarted.',
  undrained: 'was asked to finish and no longer needs a restart.',
  recovered: 'was asked to finish and is back under its soft limit. It is left running.',
  held: 'exceeds its limit again within minutes of its start. Each restart waits longer than the last.',
}

function sentenceOf(outcome: Told, host: string): string {
  const budget = budgetOf(outcome)
  if (budget) return `${budget} on ${host}.`
  const process = `the process ${oneLine(outcome.request.process.namespec)} on ${host}`
  if (outcome.kind === 'restarted') {
    return `memmon restarted ${process}, because it exceeded its memory limit.`
  }
  if (outcome.kind === 'capped') {
    return `${process} exceeds its limit again. It has been restarted as often as --max-restarts allows, so it is left running.`
  }
  if (outcome.kind === 'noticed') return `${process} ${NOTICE_SENTENCES[outcome.what]}`
  if (outcome.phase === 'signal' || outcome.phase === 'exec' || outcome.phase === 'drain') {
    return `${process} exceeds its limit, and the action of its rule failed.`
  }
  if (outcome.phase === 'start') {
    return `memmon stopped ${process}, because it exceeded its memory limit, and could not start it again.`
  }
  return `memmon tried to restart ${process}, because it exceeded its memory limit, but could not.`
}

function factsOf(outcome: Told, host: string): string {
  const { process, breach } = outcome.request
  const isOne = budgetOf(outcome) === undefined
  const rows: [string, string][] = [
    ...(isOne ? ([['Process', process.namespec]] as [string, string][]) : []),
    ['Host', host],
    ['Rule', `${breach.rule}${isMemory(breach.metric) ? ` (${breach.limit} bytes)` : ''}`],
    ['Size', sizeText(breach)],
    ...(breach.reason === undefined && breach.window === undefined
      ? []
      : [['Counted', [breach.reason, breach.window].filter(Boolean).join(' ')] as [string, string]]),
    ...(isOne ? pidRows(outcome) : []),
    ['When', `${timestamp(new Date(outcome.occurredAt))} (${zoneOf(new Date(outcome.occurredAt))})`],
    ['Done', doneText(outcome)],
    ...pastTexts(outcome.past, breach).map((text): [string, string] => ['Note', text]),
  ]
  return rows.map(([label, value]) => `${`${label}:`.padEnd(9)}${oneLine(value)}`).join('\n')
}

/** What was measured, and how far it is from the limit. */
function sizeText(breach: Breach): string {
  if (breach.budget) return breachText(breach)
  const { metric, cumulative, value, limit } = breach
  const side = value > limit ? 'over' : 'under'
  return `${amountText(metric, cumulative, value)}, ${side} the limit by ${formatAmount(metric, Math.abs(value - limit))}`
}

const pidRows = (outcome: Told): [string, string][] => [
  ['Pid', pidText(outcome)],
  ['Uptime', `${formatDuration(uptimeSecondsOf(outcome.request.process))}, when it exceeded the limit`],
]

const pidText = (outcome: Told): string =>
  outcome.kind === 'restarted'
    ? `${outcome.request.process.pid} before, ${outcome.newPid} now`
    : String(outcome.request.process.pid)

function doneText(outcome: Told): string {
  if (outcome.kind === 'restarted') {
    const by =
      outcome.startedBy === 'other' ? 'stopped by memmon, started by someone else' : 'stopped and started'
    const failed = outcome.failedStarts > 0 ? `, after ${outcome.failedStarts} starts that failed` : ''
    return `${by}, running again after ${secondsText(outcome.durationMs)}${failed}`
  }
  if (outcome.kind === 'capped') return `nothing: ${capText(outcome)}`
  if (outcome.kind === 'noticed' && outcome.what === 'alerted' && budgetOf(outcome))
    return 'nothing; another message follows when this is over'
  if (outcome.kind === 'noticed') return DONE[outcome.what](outcome.detail)
  return `${outcome.fault}. ${failureAdvice(outcome)}`
}

const DONE: Readonly<Record<Noticed['what'], (detail: string) => string>> = {
  warned: () => 'nothing; another message follows when it recovers',
  eased: () => 'nothing',
  alerted: () => 'nothing; another message follows when it recovers',
  relieved: () => 'nothing',
  would: detail => `nothing; without --dry-run memmon would ${detail} it`,
  signalled: detail => `sent ${detail}`,
  draining: detail => detail,
  undrained: detail => detail,
  recovered: () => 'left running; memmon watches it until it ends',
  held: detail => detail,
  executed: detail => `ran exec_command${detail ? `, which said: ${detail}` : ''}`,
}

/** 'UTC+01:00'. */
function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}
