// When a message is tried again: a server that is away gets one try for all that waits, and each time that fails in a
// row it is left alone for longer. Without I/O.
import { backoffMs } from '../base/backoff.ts'
import type { Entry, Waiting } from './outbox-files.ts'

/** How long a channel is left alone. */
export interface Pause {
  /** In a row. Of a message that has failed as often itself the next one does not count: it may be that message. */
  readonly failures: number
  readonly untilTick: number
}

interface Waits {
  readonly entry: Entry
  readonly waiting: Waiting
}

export const LAST_WAIT_MS = 3_600_000
/** Not all memmons of a site come at once. */
const WAITS = { firstMs: 30_000, lastMs: LAST_WAIT_MS, jitter: 0.25 }

/** A try has failed: the channel is left alone, longer each time, and so is this message. */
export function pauseAfter(waiting: Waiting, before: Pause | undefined, tick: number, random: number): Pause {
  const isKnown = before !== undefined && waiting.failures >= before.failures
  const failures = isKnown ? before.failures : (before?.failures ?? 0) + 1
  waiting.failures = Math.max(waiting.failures + 1, failures)
  waiting.dueTick = tick + backoffMs(waiting.failures, WAITS, random)
  return { failures, untilTick: tick + backoffMs(failures, WAITS, random) }
}

/** The message that a channel tries next, of those that are due: one that has failed the fewest times. */
export function nextFor(channel: string, entries: readonly Entry[], tick: number): Waits | undefined {
  let next: Waits | undefined
  for (const one of waitsFor(channel, entries)) {
    if (one.waiting.dueTick <= tick && (!next || one.waiting.failures < next.waiting.failures)) next = one
  }
  return next
}

/** When a channel has something to do; Infinity if nothing waits for it. */
export function dueTickOf(channel: string, entries: readonly Entry[], pause: Pause | undefined): number {
  const dueTicks = waitsFor(channel, entries).map(({ waiting }) => waiting.dueTick)
  return Math.max(Math.min(...dueTicks), pause?.untilTick ?? Number.NEGATIVE_INFINITY)
}

/** Messages that wait for a channel, oldest first. */
export const waitsFor = (channel: string, entries: readonly Entry[]): Waits[] =>
  entries.flatMap(entry => {
    const waiting = entry.waiting.find(one => one.channel === channel)
    return waiting ? [{ entry, waiting }] : []
  })

/**
 * The channel may work by now, as after a start of memmon or with other settings: one try at once. It goes on as before
 * if that fails.
 */
export function hurry(waiting: readonly Waiting[], tick: number): void {
  for (const one of waiting) one.dueTick = Math.min(one.dueTick, tick)
}

/** What an earlier memmon knew of the channels, from the tries of its messages. */
export function pausesOf(entries: readonly Entry[], tick: number): Map<string, Pause> {
  const failed = new Map<string, number[]>()
  for (const { channel, failures } of entries.flatMap(({ waiting }) => waiting)) {
    const before = failed.get(channel) ?? []
    if (failures > 0) failed.set(channel, [...before, failures])
  }
  return new Map(
    [...failed].map(([channel, each]) => [
      channel,
      { failures: Math.min(each.length, Math.max(...each)), untilTick: tick },
    ]),
  )
}
