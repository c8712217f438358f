// The message about an outcome: for a person by mail, for a program as a document, and a line for a digest. Pure.

import { oneLine } from '../base/text.ts'
import { type BriefHistory, briefOf } from '../history/brief.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { chartSpan } from '../picture/chart-window.ts'
import { formatAmount } from '../rules/metric.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import { type EventContext, eventOf } from './event.ts'
import { historyUntil } from './growth.ts'
import { mailBody } from './mail-body.ts'
import { type Told, toldWords } from './told.ts'

/** A line in the table of a digest. */
export interface DigestRow {
  readonly process: string
  readonly what: string
  readonly size: string
  readonly limit: string
  readonly pid: string
  /** Epoch milliseconds. */
  readonly at: number
}

export interface Message {
  readonly subject: string
  /** The subject behind its prefix: what happened, and to which process. */
  readonly news: string
  readonly text: string
  /** The webhook's document. */
  readonly event: Readonly<Record<string, unknown>>
  /** The same for all messages about one process; '' for those about several. */
  readonly thread: string
  /** Not held back for long. */
  readonly isFailure: boolean
  /** Somebody has to look. */
  readonly isUrgent: boolean
  readonly row: DigestRow
  /** Of the process that it is about, for the charts of its mail. */
  readonly history?: BriefHistory
}

export interface MessageContext {
  readonly host: string
  /** -n: named in the subject. */
  readonly name: string | undefined
  /** -u: restarts of processes that had run longer are not worth a mail. */
  readonly mailUptimeSeconds: number | undefined
}

/**
 * The message about an outcome, and what is known of its process; undefined if none is due: about what was left alone,
 * and by -u.
 */
export function messageOf(
  outcome: RestartOutcome,
  context: MessageContext,
  known?: ProcessHistory,
): Message | undefined {
  if (outcome.kind === 'skipped') return undefined
  if (outcome.kind === 'noticed' && outcome.isRepeated) return undefined
  const uptimeSeconds = uptimeSecondsOf(outcome.request.process)
  const { host, mailUptimeSeconds = Number.POSITIVE_INFINITY } = context
  if (outcome.kind === 'restarted' && uptimeSeconds > mailUptimeSeconds) return undefined
  const subject = subjectLine(outcome, context)
  const history = known && historyUntil(outcome, known)
  return {
    subject,
    news: oneLine(toldWords(outcome, host).subject),
    text: mailBody(outcome, host, history),
    event: eventOf(outcome, context, subject, history),
    thread: threadOf(outcome.request.process.namespec),
    isFailure: outcome.kind === 'failed',
    isUrgent: toldWords(outcome, host).todo === 'Somebody has to look',
    row: rowOf(outcome, host),
    ...(history && { history: briefOf(history, chartSpan(history, outcome.occurredAt)) }),
  }
}

/** What a mail about it has as its subject. */
export const subjectLine = (outcome: Told, context: EventContext): string =>
  oneLine(`${prefixOf(context)}: ${toldWords(outcome, context.host).subject}`)

/** Unlike any other: the left side of a Message-ID. `random` is 0 up to 1. */
export const messageId = (at: number, pid: number, random: number): string =>
  ['memmon', at.toString(36), pid.toString(36), random.toString(36).slice(2)].join('.')

/** What each subject begins with. */
export const prefixOf = ({ name }: Pick<EventContext, 'name'>): string =>
  name === undefined ? 'memmon' : `memmon [${name}]`

function rowOf(outcome: Told, host: string): DigestRow {
  const { process, breach } = outcome.request
  const pids = [process.pid, ...(outcome.kind === 'restarted' ? [outcome.newPid] : [])]
  return {
    process: oneLine(process.namespec),
    what: toldWords(outcome, host).brief,
    size: formatAmount(breach.metric, breach.value),
    limit: Number.isFinite(breach.limit) ? formatAmount(breach.metric, breach.limit) : 'none',
    pid: pids.filter(pid => pid > 0).join(' -> '),
    at: outcome.occurredAt,
  }
}

/** What a Message-ID may hold. */
const threadOf = (namespec: string): string =>
  `memmon.${encodeURIComponent(namespec).replace(/[^\w.-]/g, '_')}`
