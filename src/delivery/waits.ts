// When a message is tried again: a server that is away gets one try for all that waits, and each time that fails in a
// row it is left alone for longer. Without I/O.
import { backoffMs } from '../base/backoff.ts'
import type { Entry, Waiting } from './outbox-files.ts'

/** How often in a row a channel has failed, and until when it is left alone. */
export interface Pause {
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
  const failures = (before?.failures ?? 0) + 1
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

/** Another boot has another clock: no wait is longer than the longest. */
export function limitWaits(entries: readonly Entry[], tick: number): void {
  for (const { waiting } of entries)
    for (const one of waiting) one.dueTick = Math.min(one.dueTick, tick + LAST_WAIT_MS)
}

/** What an earlier memmon knew of the channels, from the tries of its messages. */
export function pausesOf(entries: readonly Entry[]): Map<string, Pause> {
  const pauses = new Map<string, Pause>()
  for (const { channel, failures, dueTick } of entries.flatMap(({ waiting }) => waiting)) {
    if (failures > (pauses.get(channel)?.failures ?? 0)) pauses.set(channel, { failures, untilTick: dueTick })
  }
  return pauses
}
