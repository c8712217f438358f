// What /proc says of pids here: whose children they are, since when they run, and by which command. For comparison
// with what supervisord says of them.
import { readFileSync, readlinkSync } from 'node:fs'
import type { Sight } from '../rules/pid-namespace.ts'
import { readAuxv } from './auxv.ts'
import { ppidIn, startTicksIn } from './proc-stat.ts'
import { ProcfsFile } from './procfs-file.ts'

export interface Sightings {
  /** A look at any number of pids, with the clock as it is now; undefined for one that has gone or is hidden. */
  look(): (pid: number) => Sight | undefined
  /** True if the command of this process looks like supervisord's, by its own name or as a script. */
  isSupervisord(pid: number): boolean
  /** False if this /proc is that of another pid namespace than memmon's own. */
  isOwnProc(): boolean
}

/** How many clock ticks of /proc/<pid>/stat make a second. */
const AT_CLKTCK = 17
/** An interpreter and its flags may stand in front of the script. */
const FIRST_ARGUMENTS = 4

/** undefined where there is no such /proc: not on Linux, or not mounted. */
export function openSightings(procRoot = '/proc'): Sightings | undefined {
  const ticksPerSecond = readAuxv(AT_CLKTCK, procRoot)
  if (ticksPerSecond === undefined) return undefined
  const file = new ProcfsFile()
  return {
    look() {
      const bootSeconds = file.readAll(`${procRoot}/stat`) < 0 ? 0 : file.numberBehind('btime')
      return pid => {
        if (file.read(`${procRoot}/${pid}/stat`) < 0) return undefined
        const startSeconds = bootSeconds > 0 ? bootSeconds + startTicksIn(file) / ticksPerSecond : undefined
        return { parentPid: ppidIn(file), startSeconds }
      }
    },
    isSupervisord: pid =>
      commandOf(procRoot, pid)
        .slice(0, FIRST_ARGUMENTS)
        .some(argument => /(^|[/.])supervisord([-\d][-\w.]*|\.py)?$/.test(argument)),
    isOwnProc: () => selfIn(procRoot) === String(process.pid),
  }
}

/** Missing, or different, for a process of another namespace. */
function selfIn(procRoot: string): string | undefined {
  try {
    return readlinkSync(`${procRoot}/self`)
  } catch {
    return undefined
  }
}

function commandOf(procRoot: string, pid: number): string[] {
  try {
    return readFileSync(`${procRoot}/${pid}/cmdline`, 'latin1').split('\0')
  } catch {
    return [] // gone, or hidden
  }
}
