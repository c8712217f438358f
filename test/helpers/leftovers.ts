// Ending what a test has started and nobody answers for any more: processes are told by their environment, which they
// have from the test.
import { readdirSync, readFileSync } from 'node:fs'
import { isAlive } from './alive.ts'
import { waitFor } from './wait.ts'

/** Kills every process that has `name=value` in its environment, and waits until all have ended. */
export async function endAllOf(variable: string): Promise<void> {
  await waitFor(`the processes with ${variable} to end`, () => {
    const pids = pidsWith(variable)
    for (const pid of pids) kill(pid)
    return pids.length === 0
  })
}

function pidsWith(variable: string): number[] {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0 && pid !== process.pid)
  return pids.filter(pid => environmentOf(pid).includes(variable) && isAlive(pid))
}

/** Nothing of a process that has ended, or is another user's: that is none of ours. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
