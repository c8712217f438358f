// The program whose process this is has nothing to do with what fails in its agent.

/** Does it, whatever comes of it. */
export function guarded(work: () => void): void {
  try {
    work()
  } catch {}
}
