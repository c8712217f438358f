// The descendants of a process, from the parents of all processes.
import type { Child, ChildrenFacts } from './facts.ts'
import { Counter, isGone } from './known.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'
import { parseStat } from './status.ts'

const MOST_LISTED = 20

/** Throws what the folder or the deadline throws: half a tree says less than none. */
export async function readChildren(
  pid: number,
  pageBytes: number,
  files: ProcFiles,
  pace: Pace,
): Promise<ChildrenFacts> {
  const byParent = new Map<number, Child[]>()
  for (const name of files.names('/proc')) {
    const child = /^\d+$/.test(name) ? childOf(Number(name), pageBytes, files) : undefined
    const siblings = child && byParent.get(child.parentPid)
    if (siblings) siblings.push(child)
    else if (child) byParent.set(child.parentPid, [child])
    if (pace.isDue()) await pace.rest()
  }
  return childrenOf(pid, byParent)
}

function childOf(pid: number, pageBytes: number, files: ProcFiles): Child | undefined {
  try {
    const { name, state, parentPid, threadCount, rssPages } = parseStat(files.read(`/proc/${pid}/stat`))
    return { pid, parentPid, name, state, threadCount, rssBytes: rssPages * pageBytes }
  } catch (thrown) {
    if (isGone(thrown)) return undefined
    throw thrown
  }
}

/** From the children of each process. */
function childrenOf(pid: number, byParent: ReadonlyMap<number, readonly Child[]>): ChildrenFacts {
  const own = byParent.get(pid) ?? []
  const all = new Map(own.map(child => [child.pid, child]))
  // Grows while it is walked. A pid that was given out anew meanwhile could seem to be its own ancestor.
  for (const { pid: parent } of all.values()) {
    for (const child of byParent.get(parent) ?? []) if (child.pid !== pid) all.set(child.pid, child)
  }
  const names = new Counter()
  for (const { name } of all.values()) names.add(name)
  const descendants = [...all.values()]
  return {
    count: own.length,
    descendantCount: descendants.length,
    zombieCount: descendants.filter(({ state }) => state === 'zombie').length,
    rssBytes: descendants.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    byName: names.most,
    largest: descendants.sort((a, b) => b.rssBytes - a.rssBytes || a.pid - b.pid).slice(0, MOST_LISTED),
  }
}
