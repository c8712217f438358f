// Whether a process still runs: what a test has started must have ended with it.
import { readFileSync } from 'node:fs'

/** True while a process of that pid runs. A zombie has ended: in a container, process 1 may never wait for it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** Field 3 of /proc/<pid>/stat; without a /proc no zombie is seen. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
