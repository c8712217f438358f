// Which of supervisord's processes is memmon itself: no rule may ever hit it.
import { readFileSync } from 'node:fs'
import type { ProcessInfo } from '../rules/process.ts'

/** A process tree deeper than this is not a wrapper around memmon. */
const MOST_ANCESTORS = 64

/**
 * Recognises memmon by the name that supervisord gave it, and by pid: its own or that of an ancestor, since
 * behind a shell wrapper supervisord's child is the shell. (Go's supervisord gives no names.) `readPids` is `ownPids` of
 * the moment: a program may have been given the pid of an ancestor that has ended, as of the shell that started
 * supervisord.
 */
export function createIsSelf(
  environment: Readonly<Record<string, string | undefined>>,
  readPids: () => ReadonlySet<number>,
): (process: ProcessInfo) => boolean {
  const { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name } = environment
  const atStart = readPids()
  return process =>
    (process.group === group && process.name === name) ||
    (atStart.has(process.pid) && readPids().has(process.pid))
}

/**
 * True if memmon runs under the supervisord of that pid: an ancestor of ours is its child here, and the table has it
 * by the name that we were given. An ancestor alone proves nothing: pid 1 is everybody's.
 */
export const createRunsUnder =
  (
    environment: Readonly<Record<string, string | undefined>>,
    pids: ReadonlySet<number>,
    procRoot = '/proc',
  ) =>
  (supervisordPid: number, processes: readonly ProcessInfo[]): boolean => {
    const { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name } = environment
    const own = processes.find(one => one.group === group && one.name === name)
    return own !== undefined && pids.has(own.pid) && parentOf(own.pid, procRoot) === supervisordPid
  }

/** The pid and those of its ancestors, but for init; on systems without /proc only the parent. */
export function ownPids(pid: number, ppid: number, procRoot = '/proc'): Set<number> {
  const pids = new Set([pid])
  let ancestor = ppid
  while (ancestor > 1 && !pids.has(ancestor) && pids.size < MOST_ANCESTORS) {
    pids.add(ancestor)
    ancestor = parentOf(ancestor, procRoot)
  }
  return pids
}

/** Field 4 of /proc/<pid>/stat (proc(5)), read behind the last parenthesis: a command name may hold any. */
function parentOf(pid: number, procRoot: string): number {
  try {
    const stat = readFileSync(`${procRoot}/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) || 0
  } catch {
    return 0
  }
}
