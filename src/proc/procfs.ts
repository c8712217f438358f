// Memory from Linux's /proc, without a fork: everything that reads there, over one buffer and one page size.

import { heldBelow } from './descriptor-limit.ts'
import { createFigures } from './figures.ts'
import { HeldFile } from './held-file.ts'
import { HeldTrees } from './held-trees.ts'
import { readPageBytes } from './page-size.ts'
import { startTicksIn } from './proc-stat.ts'
import { GONE, ProcfsFile } from './procfs-file.ts'
import { createReadings } from './readings.ts'
import { RssTable, readRssBytes, rssBytesIn } from './rss-table.ts'
import type { Sampler, Shares, Unreadable } from './sampler.ts'
import { type MemoryDetail, type NoDetail, readDetail } from './smaps-rollup.ts'
import { TreeScan } from './tree-scan.ts'
import { whyUnmeasured } from './unmeasured.ts'

export interface Procfs extends Sampler {
  /** For the same pids tick after tick. */
  readonly rss: RssTable
  /** For the same pids with all their descendants. */
  readonly trees: HeldTrees
  /** The RSS of one process; below 0 where there is none, as readRssBytes says. */
  rssBytes(pid: number): number
  /** Of memmon itself: at a third of what process.memoryUsage costs, which opens a file each time. */
  ownRssBytes(): number
  /** With the pid, the name of one process for good, or GONE: clock ticks since the machine's start. */
  startTicks(pid: number): number
  detailOf(pid: number): MemoryDetail | NoDetail
}

/** undefined where there is no such /proc: not on Linux, or not mounted. */
export function openProcfs(procRoot = '/proc'): Procfs | undefined {
  const pageBytes = readPageBytes(procRoot)
  if (pageBytes === undefined) return undefined
  const file = new ProcfsFile()
  const below = () => heldBelow(procRoot)
  const rss = new RssTable(file, pageBytes, procRoot, below)
  const trees = new HeldTrees(file, pageBytes, procRoot, below)
  const scan = new TreeScan(file, pageBytes, procRoot)

  const figures = createFigures(file, pageBytes, procRoot)
  /** Each pid alone, or with its descendants, itself first. */
  const treesOf = (pids: readonly number[], cumulative: boolean): (readonly number[])[] => {
    if (!cumulative) return pids.map(pid => [pid])
    scan.readAll(pids)
    return scan
      .members(pids.length)
      .map((members, at) => [pids[at] as number, ...members.filter(pid => pid !== pids[at])])
  }
  /** Shared memory of a tree: the largest share, as its members mostly share with each other. */
  const sharesOf = (members: readonly number[]): Shares | Unreadable => {
    let sum: Shares | Unreadable = 'gone'
    for (const pid of members) {
      const one = figures.shares(pid)
      if (typeof one === 'string') {
        if (pid === members[0] || one === 'denied') return one
        continue
      }
      const before: Shares = typeof sum === 'string' ? { privateBytes: 0, sharedBytes: 0 } : sum
      sum = {
        privateBytes: before.privateBytes + one.privateBytes,
        sharedBytes: Math.max(before.sharedBytes, one.sharedBytes),
      }
    }
    return sum
  }
  const rssBytes = (pid: number) => readRssBytes(file, `${procRoot}/${pid}/statm`, pageBytes)
  const own = new HeldFile()
  const ownRssBytes = () =>
    own.read(file, `${procRoot}/self/statm`) < 0 ? process.memoryUsage.rss() : rssBytesIn(file, pageBytes)
  return {
    source: procRoot,
    rss,
    trees,
    rssBytes,
    ownRssBytes,
    startTicks: pid => (file.read(`${procRoot}/${pid}/stat`) < 0 ? GONE : startTicksIn(file)),
    detailOf: pid => readDetail(file, pid, procRoot),
    figures: (pids, metric, cumulative) =>
      treesOf(pids, cumulative).map(members => {
        let sum: number | Unreadable = 'gone'
        for (const pid of members) sum = added(sum, figures.figure(pid, metric), pid === members[0])
        return sum
      }),
    shares: (pids, cumulative) => treesOf(pids, cumulative).map(sharesOf),
    swapUsedBytes: figures.swapUsedBytes,
    readings: createReadings(file, figures, procRoot),
    whyUnmeasured: pid => whyUnmeasured(pid, file, procRoot),
    measure: async (pids, cumulative) => {
      if (cumulative) scan.readAll(pids)
      const sizes = new Map<number, number>()
      pids.forEach((pid, at) => {
        const sizeBytes = cumulative ? (scan.rssBytes[at] as number) : rssBytes(pid)
        if (sizeBytes >= 0) sizes.set(pid, sizeBytes)
      })
      return sizes
    },
  }
}

/** A descendant that has gone meanwhile adds nothing; one that may not be read makes the whole unreadable. */
function added(sum: number | Unreadable, one: number | Unreadable, isRoot: boolean): number | Unreadable {
  if (isRoot) return one
  if (typeof sum === 'string' || one === 'gone') return sum
  return typeof one === 'string' ? one : sum + one
}
