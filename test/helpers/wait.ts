// Waiting for a condition instead of for a time.
import { setTimeout as delay } from 'node:timers/promises'

/** A slow machine takes its time, and a condition that holds costs none. */
export const WITHIN_MS = 120_000
const LOOK_EVERY_MS = 50
/** Neither a clock that is set nor the fake timers of a test change how long a wait is. */
const nowMs = performance.now.bind(performance)

/**
 * Resolves with the first value that is not undefined or false; rejects when time is up. `what` says what was awaited;
 * a function is asked at the end, so that it can show what there was instead.
 */
export async function waitFor<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = WITHIN_MS,
): Promise<T> {
  const until = nowMs() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (nowMs() > until)
      throw new Error(`waited ${withinMs / 1000} s in vain for: ${typeof what === 'string' ? what : what()}`)
    await delay(LOOK_EVERY_MS)
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
