// Waits between tries, each time longer.

export interface Backoff {
  readonly firstMs: number
  readonly lastMs: number
  /** How much of a wait chance may take away: what fails at once everywhere is not tried again at once. */
  readonly jitter: number
}

/** The wait after so many failures in a row: `firstMs`, doubling to `lastMs`. `random` is 0 up to 1. */
export function backoffMs(failures: number, { firstMs, lastMs, jitter }: Backoff, random: number): number {
  const fullMs = Math.min(lastMs, firstMs * 2 ** Math.max(0, failures - 1))
  return fullMs * (1 - jitter + jitter * random)
}

/** Does it, and again after each of the waits while what has come of it asks for that. */
export async function retried<T>(
  work: () => Promise<T>,
  isToRetry: (result: T) => boolean,
  waitsMs: readonly number[],
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  for (const waitMs of waitsMs) {
    const result = await work()
    if (!isToRetry(result)) return result
    await sleep(waitMs)
  }
  return await work()
}
