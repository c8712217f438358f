// Many messages as one: failures in front, then what happened most, with counts. Pure.
import { eventHead } from './event.ts'
import type { Message } from './message.ts'

/** Told one by one in a digest; of more only the number is told. */
const MOST_TOLD = 50

export interface DigestContext {
  readonly host: string
  readonly name: string | undefined
}

/** One message for several; one alone stays as it is. `dropped` more were not kept. */
export function digestOf(
  messages: readonly Message[],
  dropped: number,
  context: DigestContext,
  at: number,
): Message | undefined {
  const [only] = messages
  if (!only) return undefined
  if (messages.length === 1 && dropped === 0) return only
  const failures = messages.filter(({ isFailure }) => isFailure)
  const ordered = [...failures, ...messages.filter(({ isFailure }) => !isFailure)]
  const counts = countsOf(ordered)
  const summary = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
  const prefix = context.name === undefined ? 'memmon' : `memmon [${context.name}]`
  const more = ordered.length - MOST_TOLD + dropped
  const texts = ordered.slice(0, MOST_TOLD).map(({ subject, text }) => `== ${subject}\n\n${text.trimEnd()}`)
  const rest = more > 0 ? [`and ${more} more, listed in memmon's log.`] : []
  const head = `${ordered.length + dropped} messages of memmon on ${context.host}: ${summary}.`
  return {
    subject: `${prefix}: ${summary}`,
    text: `${[head, ...texts, ...rest].join('\n\n')}\n`,
    event: {
      ...eventHead('digest', context, at, `${prefix}: ${summary}`),
      counts: Object.fromEntries(counts),
      events: ordered.slice(0, MOST_TOLD).map(({ event }) => event),
      more: Math.max(0, more),
    },
    thread: '',
    isFailure: failures.length > 0,
  }
}

/** How many of each kind, failures in front. */
function countsOf(ordered: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { event } of ordered) {
    const kind = String(event.event)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}
