// Errors of the agent never reach the program.

/** Calls it and drops what it throws. */
export function guarded(work: () => void): void {
  try {
    work()
  } catch {}
}

/** Whether it is a promise: nobody waits for it, and its rejection would otherwise end the program. */
export function dropPromise(given: unknown): boolean {
  if (typeof (given as { then?: unknown } | null | undefined)?.then !== 'function') return false
  Promise.resolve(given).catch(() => {})
  return true
}
