// What tells one run of a process from another, beyond its pid: the kernel's start time and the boot it counts from.
import { existsSync, readFileSync } from 'node:fs'

/**
 * '<pid>@<boot>+<ticks>' by /proc/<pid>/stat, field 22 (proc(5)); the pid alone where there is no /proc; undefined if
 * there is no such process, or none to be seen from here.
 */
export function runOf(pid: number, procRoot = '/proc'): string | undefined {
  if (!existsSync(`${procRoot}/self/stat`)) return isAlive(pid) ? String(pid) : undefined
  try {
    const stat = readFileSync(`${procRoot}/${pid}/stat`, 'latin1')
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const boot = readFileSync(`${procRoot}/sys/kernel/random/boot_id`, 'latin1').trim()
    return `${pid}@${boot}+${ticks}`
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
