// Whether a process is what it says, and a descendant of supervisord: by its start time and its parents in /proc.
import { messageOf } from '../base/errors.ts'
import { ppidIn, startTicksIn } from '../proc/proc-stat.ts'
import { ProcfsFile } from '../proc/procfs-file.ts'

/** A deeper tree is taken for one that loops: pids may be used again while they are followed. */
const MOST_ANCESTORS = 64

export type Kinship =
  /** supervisord's child: the process itself or an ancestor of it. */
  { readonly programPid: number } | { readonly refusal: string }

interface Claim {
  readonly pid: number
  readonly startTicks: number
}

/** Whether the process of that pid and start descends from supervisord; never throws. */
export function kinshipOf(claim: Claim, supervisordPid: number, procRoot = '/proc'): Kinship {
  try {
    return kinshipIn(claim, supervisordPid, procRoot)
  } catch (thrown) {
    // As without a descriptor left.
    return { refusal: `${procRoot}/${claim.pid} cannot be read now (${messageOf(thrown)})` }
  }
}

function kinshipIn({ pid, startTicks }: Claim, supervisordPid: number, procRoot: string): Kinship {
  const file = new ProcfsFile()
  const read = (one: number) => file.read(`${procRoot}/${one}/stat`) >= 0
  if (!read(pid)) return { refusal: `no process with pid ${pid} is visible here` }
  if (startTicksIn(file) !== startTicks) return { refusal: `pid ${pid} did not start when it says` }
  let programPid = pid
  for (let steps = 0; steps < MOST_ANCESTORS; steps++) {
    const parent = ppidIn(file)
    if (parent === supervisordPid) return { programPid }
    if (parent <= 1 || !read(parent)) break
    programPid = parent
  }
  return { refusal: `pid ${pid} is not a descendant of supervisord (pid ${supervisordPid})` }
}
