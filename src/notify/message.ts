// What a mail says about an outcome: pure, for a person, in superlance's wording of subjects.

import type { Capped, Failed, Restarted, RestartOutcome } from '../core/outcome.ts'
import { capText, failureAdvice, metricText, pastTexts, secondsText } from '../core/outcome-text.ts'
import { uptimeSecondsOf } from '../core/process.ts'
import { oneLine, timestamp } from '../core/text.ts'
import { formatDuration, formatSize } from '../core/units.ts'

export interface Message {
  readonly subject: string
  readonly text: string
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
  const uptimeSeconds = uptimeSecondsOf(outcome.request.process)
  const { mailUptimeSeconds = Number.POSITIVE_INFINITY } = context
  if (outcome.kind === 'restarted' && uptimeSeconds > mailUptimeSeconds) return undefined
  const prefix = context.name === undefined ? 'memmon' : `memmon [${context.name}]`
  return {
    subject: oneLine(`${prefix}: ${subjectOf(outcome)}`),
    text: `${sentenceOf(outcome, context.host)}\n\n${factsOf(outcome, context.host)}\n`,
  }
}

function subjectOf(outcome: Restarted | Failed | Capped): string {
  const { namespec } = outcome.request.process
  if (outcome.kind === 'restarted') return `process ${namespec} restarted`
  if (outcome.kind === 'capped') return `process ${namespec} is over its limit and not restarted any more`
  if (outcome.phase === 'start') return `failed to start process ${namespec}`
  return `failed to stop process ${namespec}`
}

function sentenceOf(outcome: Restarted | Failed | Capped, host: string): string {
  const process = `the process ${oneLine(outcome.request.process.namespec)} on ${host}`
  if (outcome.kind === 'restarted') {
    return `memmon restarted ${process}, because it used more memory than it may.`
  }
  if (outcome.kind === 'capped') {
    return `${process} is over its limit again. It was restarted as often as it may be, and is left running.`
  }
  if (outcome.phase === 'start') {
    return `memmon stopped ${process}, because it used more memory than it may, and could not start it again.`
  }
  return `memmon was to restart ${process}, because it used more memory than it may, and could not.`
}

function factsOf(outcome: Restarted | Failed | Capped, host: string): string {
  const { process, breach } = outcome.request
  const { rule, sizeBytes } = breach
  const over = formatSize(sizeBytes - rule.limitBytes)
  const rows: [string, string][] = [
    ['Process', process.namespec],
    ['Host', host],
    ['Rule', `${rule.written} (${rule.limitBytes} bytes)`],
    [
      'Size',
      `${formatSize(sizeBytes)} ${metricText(breach)} (${sizeBytes} bytes), over the limit by ${over}`,
    ],
    ['Pid', pidText(outcome)],
    ['Uptime', `${formatDuration(uptimeSecondsOf(process))}, when it was found over the limit`],
    ['When', `${timestamp(new Date(outcome.occurredAt))} (${zoneOf(new Date(outcome.occurredAt))})`],
    ['Done', doneText(outcome)],
    ...pastTexts(outcome.past, breach).map((text): [string, string] => ['Note', text]),
  ]
  return rows.map(([label, value]) => `${`${label}:`.padEnd(9)}${oneLine(value)}`).join('\n')
}

const pidText = (outcome: Restarted | Failed | Capped): string =>
  outcome.kind === 'restarted'
    ? `${outcome.request.process.pid} before, ${outcome.newPid} now`
    : String(outcome.request.process.pid)

function doneText(outcome: Restarted | Failed | Capped): string {
  if (outcome.kind === 'restarted') {
    const by =
      outcome.startedBy === 'other' ? 'stopped by memmon, started by someone else' : 'stopped and started'
    const failed = outcome.failedStarts > 0 ? `, after ${outcome.failedStarts} starts that failed` : ''
    return `${by}, running again after ${secondsText(outcome.durationMs)}${failed}`
  }
  if (outcome.kind === 'capped') return `nothing: ${capText(outcome)}`
  return `${outcome.fault}. ${failureAdvice(outcome)}`
}

/** 'UTC+01:00'. */
function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}
