// Memory from Linux's /proc, without a fork: everything that reads there, over one buffer and one page size.
import { readPageBytes } from './page-size.ts'
import { startTicksIn } from './proc-stat.ts'
import { GONE, ProcfsFile } from './procfs-file.ts'
import { RssTable, readRssBytes } from './rss-table.ts'
import type { Sampler } from './sampler.ts'
import { type MemoryDetail, type NoDetail, readDetail } from './smaps-rollup.ts'
import { TreeScan } from './tree-scan.ts'

export interface Procfs extends Sampler {
  /** For the same pids tick after tick. */
  readonly rss: RssTable
  /** For the same pids with all their descendants. */
  readonly trees: TreeScan
  /** The RSS of one process, or GONE. */
  rssBytes(pid: number): number
  /** With the pid, the name of one process for good, or GONE: clock ticks since the machine's start. */
  startTicks(pid: number): number
  detailOf(pid: number): MemoryDetail | NoDetail
}

/** undefined where there is no such /proc: not on Linux, or not mounted. */
export function openProcfs(procRoot = '/proc'): Procfs | undefined {
  const pageBytes = readPageBytes(procRoot)
  if (pageBytes === undefined) return undefined
  const file = new ProcfsFile()
  const rss = new RssTable(file, pageBytes, procRoot)
  const trees = new TreeScan(file, pageBytes, procRoot)

  const rssBytes = (pid: number) => readRssBytes(file, `${procRoot}/${pid}/statm`, pageBytes)
  return {
    source: procRoot,
    rss,
    trees,
    rssBytes,
    startTicks: pid => (file.read(`${procRoot}/${pid}/stat`) < 0 ? GONE : startTicksIn(file)),
    detailOf: pid => readDetail(file, pid, procRoot),
    measure: async (pids, cumulative) => {
      if (cumulative) trees.readAll(pids)
      const sizes = new Map<number, number>()
      pids.forEach((pid, at) => {
        const sizeBytes = cumulative ? (trees.rssBytes[at] as number) : rssBytes(pid)
        if (sizeBytes >= 0) sizes.set(pid, sizeBytes)
      })
      return sizes
    },
  }
}
