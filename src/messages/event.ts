// The webhook's document, version 1: every fact of an outcome, with the units in the names. docs/notifications.md
// tells it field by field. Pure.

import { oneLine } from '../base/text.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { causeOf } from '../rules/cause.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import { breachText } from './breach-text.ts'
import { evidenceEvent } from './evidence-text.ts'
import { growthEvent } from './growth.ts'
import { type Told, toldWords } from './told.ts'

const EVENT_VERSION = 1

export interface EventContext {
  readonly host: string
  readonly name: string | undefined
}

/** What each document begins with. */
export const eventHead = (event: string, { host, name }: EventContext, at: number, text: string) => ({
  memmon: EVENT_VERSION,
  event,
  text: oneLine(text),
  host,
  name: name ?? null,
  at: new Date(at).toISOString(),
})

/** The document about an outcome, whose mail has this subject. */
export function eventOf(
  outcome: Told,
  context: EventContext,
  subject: string,
  history?: ProcessHistory,
): Record<string, unknown> {
  const { todo } = toldWords(outcome, context.host)
  const text = `${subject} on ${context.host}: ${breachText(outcome.request.breach)}. ${todo}`
  return {
    ...eventHead(eventName(outcome), context, outcome.occurredAt, text),
    ...outcomeFacts(outcome, history),
  }
}

/** What the document says about the outcome; beside the sentence in the log, also for what was left alone. */
export const outcomeFacts = (outcome: RestartOutcome, history?: ProcessHistory) => ({
  event: eventName(outcome),
  at: new Date(outcome.occurredAt).toISOString(),
  ...factsOf(outcome.request),
  ...detailsOf(outcome),
  ...(outcome.hookFault !== undefined && { hook_fault: outcome.hookFault }),
  ...(outcome.evidence && { evidence: evidenceEvent(outcome.evidence) }),
  ...(history && { growth: growthEvent(history, outcome.occurredAt) }),
})

/** The same for lines of the log on the way to an outcome. */
export const requestFacts = (event: string, request: RestartRequest) => ({ event, ...factsOf(request) })

/** What programs know the outcome by. */
export const eventName = (outcome: RestartOutcome): string =>
  outcome.kind === 'noticed' ? outcome.what : outcome.kind

/** The document of a hook, which is run before anything has come of the request. */
export const requestEvent = (
  request: RestartRequest,
  event: string,
  context: EventContext,
  at: number,
): Record<string, unknown> => ({
  ...eventHead(event, context, at, `${event} ${request.process.namespec}: ${breachText(request.breach)}`),
  ...factsOf(request),
})

const factsOf = ({ process, breach }: RestartRequest) => ({
  process: {
    group: process.group,
    name: process.name,
    namespec: process.namespec,
    pid: process.pid,
    uptime_seconds: uptimeSecondsOf(process),
  },
  cause: causeOf(breach),
  rule: breach.rule,
  metric: breach.metric,
  cumulative: breach.cumulative,
  value: breach.value,
  limit: breach.limit,
  reason: breach.reason ?? null,
  window: breach.window ?? null,
})

function detailsOf(outcome: RestartOutcome): Record<string, unknown> {
  switch (outcome.kind) {
    case 'restarted':
      return {
        new_pid: outcome.newPid,
        duration_ms: outcome.durationMs,
        started_by: outcome.startedBy,
        failed_starts: outcome.failedStarts,
        restarts_last_hour: outcome.past?.restartsLastHour ?? 0,
      }
    case 'failed':
      return { phase: outcome.phase, fault: outcome.fault }
    case 'skipped':
      return { skip_reason: outcome.reason, detail: outcome.detail }
    case 'capped':
      return { cap: outcome.cap, until: new Date(outcome.until).toISOString() }
    case 'noticed':
      return outcome.detail ? { detail: outcome.detail } : {}
  }
}
