// Waiting, also for longer than a timer can: setTimeout takes 2^31 - 1 ms, which are 24.8 days, and fires at once above.

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Resolves after so many milliseconds, however many. */
export async function sleep(ms: number): Promise<void> {
  let leftMs = ms
  do {
    const partMs = Math.min(leftMs, LONGEST_TIMER_MS)
    await new Promise(resolve => setTimeout(resolve, partMs))
    leftMs -= partMs
  } while (leftMs > 0)
}
