// Errors of the agent never reach the program.

/** Calls it and drops what it throws. */
export function guarded(work: () => void): void {
  try {
    work()
  } catch {}
}
