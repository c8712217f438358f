// Waiting for a condition instead of for a time.

/** Resolves with the first value that is not undefined or false; rejects, saying what was awaited, when time is up. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const until = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > until) throw new Error(`waited ${withinMs / 1000} s in vain for: ${what}`)
    await sleep(50)
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
