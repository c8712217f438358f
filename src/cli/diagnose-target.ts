// Which process `memmon diagnose`, `sample` and `dump` are about: one that supervisord runs, or a descendant of one. Pure.
import { UsageError } from '../base/errors.ts'
import { nearestNames, similarText } from '../base/nearest.ts'
import { oneLine } from '../base/text.ts'
import { type ProcessInfo, stateName } from '../rules/process.ts'
import { globMatches, parseSelector, selects } from '../rules/selector.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'

export interface Target {
  /** The one to read. */
  readonly pid: number
  /** supervisord's child: itself, or an ancestor of it. */
  readonly process: ProcessInfo
}

/** The parent of a pid; undefined for one that is not visible here. */
export type ParentOf = (pid: number) => number | undefined

/** A deeper tree is taken for one that loops: pids may be used again while they are followed. */
const MOST_ANCESTORS = 64
const MOST_NAMED = 5

/** What a word names: digits are a pid, all else a name or a pattern that matches one process. Throws a UsageError. */
export const targetOf = (word: string, table: ProcessTable, parentOf: ParentOf): Target =>
  /^\d+$/.test(word) ? byPid(Number(word), table, parentOf) : byName(word, table)

function byPid(pid: number, { processes, isAnother }: ProcessTable, parentOf: ParentOf): Target {
  const byPids = new Map(
    processes.flatMap(one => (one.pid > 0 && !isAnother?.(one.pid) ? [[one.pid, one]] : [])),
  )
  const own = byPids.get(pid)
  if (own) return { pid, process: own }
  let parent = parentOf(pid)
  if (parent === undefined) throw new UsageError(`no process here has pid ${pid}`)
  for (let steps = 0; parent !== undefined && parent > 1 && steps < MOST_ANCESTORS; steps++) {
    const process = byPids.get(parent)
    if (process) return { pid, process }
    parent = parentOf(parent)
  }
  throw new UsageError(
    `pid ${pid} is neither a program of supervisord's nor a descendant of one; memmon looks at no others`,
  )
}

function byName(word: string, { processes, isAnother }: ProcessTable): Target {
  const named = namedBy(word, processes)
  const [process] = named
  if (!process)
    throw new UsageError(`supervisord has no process or group "${word}"${nearText(word, processes)}`)
  if (named.length > 1)
    throw new UsageError(`"${word}" names ${named.length} processes; give one of them: ${listText(named)}`)
  if (process.pid <= 0 || isAnother?.(process.pid))
    throw new UsageError(
      `${oneLine(process.namespec)} is ${process.pid <= 0 ? stateName(process.state) : 'about to end'}: memmon can only look at a running process`,
    )
  return { pid: process.pid, process }
}

/** As check and explain take names: of processes, else of groups. */
function namedBy(word: string, processes: readonly ProcessInfo[]): ProcessInfo[] {
  const selector = parseSelector(word)
  return processes.filter(
    ({ group, name }) =>
      selects(selector, group, name) || (selector.group === undefined && globMatches(selector.name, group)),
  )
}

function nearText(word: string, processes: readonly ProcessInfo[]): string {
  const near = nearestNames(word, [...new Set(processes.flatMap(({ name, group }) => [name, group]))], 3)
  return similarText(near.map(oneLine))
}

function listText(processes: readonly ProcessInfo[]): string {
  const names = processes.slice(0, MOST_NAMED).map(({ namespec }) => oneLine(namespec))
  const more = processes.length - names.length
  return `${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
