// How much the outbox holds: 1,000 messages, 7 days. Pure.
import type { Entry } from './outbox-files.ts'

/** Also of what the disk has yet to remove. */
export const MOST_MESSAGES = 1_000
const KEPT_MS = 7 * 86_400_000

/** What stays: the newest, and none that is too old. */
export const keptOf = (entries: readonly Entry[], nowMs: number): Entry[] =>
  entries.filter(({ message }) => nowMs - message.createdAt < KEPT_MS).slice(-MOST_MESSAGES)

/** Logged for the first, then for each hundredth, so that a flood of messages does not flood the log. */
export function droppedText(before: number, dropped: number): string | undefined {
  if (before > 0 && Math.floor(dropped / 100) === Math.floor(before / 100)) return undefined
  return `Dropped the oldest undelivered messages, ${dropped} so far: ${MOST_MESSAGES} are kept, for 7 days`
}
