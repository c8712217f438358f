// The threads of this process by what the kernel calls them.
import { readdirSync, readFileSync } from 'node:fs'

const MOST_THREADS = 500

export interface OsThread {
  readonly tid: number
  readonly name: string
  /** R, S, D ... (proc_pid_stat(5)). */
  readonly state: string
}

/** Empty without /proc. */
export function osThreads(): OsThread[] {
  try {
    return readdirSync('/proc/self/task').slice(0, MOST_THREADS).flatMap(osThread)
  } catch {
    return []
  }
}

function osThread(tid: string): OsThread[] {
  try {
    const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    return [{ tid: Number(tid), name: stat.slice(stat.indexOf('(') + 1, end), state: stat[end + 2] ?? '?' }]
  } catch {
    return [] // it has ended meanwhile
  }
}
