// Why /proc shows no size of a process: it has gone, or it lives and cannot be measured.
import { isZombieIn, threadsIn } from './proc-stat.ts'
import { DENIED, type ProcfsFile } from './procfs-file.ts'
import type { Unmeasured } from './sampler.ts'

export function whyUnmeasured(pid: number, file: ProcfsFile, procRoot: string): Unmeasured {
  const length = file.read(`${procRoot}/${pid}/stat`)
  // hidepid=1 refuses to open it; with hidepid=2 it looks as if the process had gone.
  if (length === DENIED) return 'hidden'
  if (length < 0) return isAlive(pid) ? 'hidden' : 'gone'
  return isZombieIn(file) && threadsIn(file) > 1 ? 'zombie' : 'gone'
}

/** hidepid hides nothing from kill(2), which says EPERM of another user's process and ESRCH of none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
