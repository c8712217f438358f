// Fields of /proc/<pid>/stat (proc(5)). They are counted from behind the last parenthesis: a command name may
// hold spaces, digits and parentheses of its own.
import type { ProcfsFile } from './procfs-file.ts'

const CLOSING = 41
/** The letter Z. */
const ZOMBIE = 90
/** The first field behind the command name is number 3, the state. */
const STATE = 3
const PPID = 4
const USER_TIME = 14
const SYSTEM_TIME = 15
const THREADS = 20
const START_TIME = 22

/** True if the process of the stat file that was read last has ended, though other threads of it may run on. */
export function isZombieIn(file: ProcfsFile): boolean {
  const parenthesis = file.length === 0 ? -1 : file.bytes.lastIndexOf(CLOSING, file.length - 1)
  return parenthesis >= 0 && file.bytes[parenthesis + 2] === ZOMBIE
}

/** Field 4 of the stat file that was read last. */
export const ppidIn = (file: ProcfsFile): number => fieldIn(file, PPID)

/** Fields 14 and 15 of the stat file that was read last: clock ticks that its threads have spent running. */
export const cpuTicksIn = (file: ProcfsFile): number => fieldIn(file, USER_TIME) + fieldIn(file, SYSTEM_TIME)

/** Field 20 of the stat file that was read last: as many as /proc/<pid>/task has entries. */
export const threadsIn = (file: ProcfsFile): number => fieldIn(file, THREADS)

/** Field 22 of the stat file that was read last: with the pid it names one process for good. */
export const startTicksIn = (file: ProcfsFile): number => fieldIn(file, START_TIME)

function fieldIn(file: ProcfsFile, field: number): number {
  const parenthesis = file.length === 0 ? -1 : file.bytes.lastIndexOf(CLOSING, file.length - 1)
  return parenthesis < 0 ? 0 : file.numberAt(file.wordAt(parenthesis + 2, field - STATE))
}
