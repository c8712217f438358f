// Whether a process still runs: what a test has started must have ended with it.

/** True while a signal can reach a process of that pid. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
