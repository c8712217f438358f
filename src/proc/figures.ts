// What is read of a process beside its RSS, only when a rule asks for it (proc(5)): PSS, USS and swap from
// smaps_rollup, the swap of all from status, threads from stat, and the entries of fd.
import { readdirSync, statSync } from 'node:fs'
import type { Metric } from '../rules/metric.ts'
import { threadsIn } from './proc-stat.ts'
import { DENIED, GONE, type ProcfsFile } from './procfs-file.ts'
import { readRssBytes } from './rss-table.ts'
import type { Shares, Unreadable } from './sampler.ts'
import { readDetail } from './smaps-rollup.ts'

export interface Figures {
  figure(pid: number, metric: Metric): number | Unreadable
  shares(pid: number): Shares | Unreadable
  swapUsedBytes(): number
}

const KIB = 1024

export function createFigures(file: ProcfsFile, pageBytes: number, procRoot: string): Figures {
  const rss = (pid: number) => readRssBytes(file, `${procRoot}/${pid}/statm`, pageBytes)
  const detail = (pid: number) => readDetail(file, pid, procRoot)

  const figure = (pid: number, metric: Metric): number | Unreadable => {
    switch (metric) {
      case 'rss':
        return orUnreadable(rss(pid))
      case 'rss+swap': {
        const rssBytes = rss(pid)
        const swapKb = file.read(`${procRoot}/${pid}/status`) < 0 ? GONE : file.numberBehind('VmSwap:')
        return rssBytes < 0 || swapKb < 0 ? orUnreadable(Math.min(rssBytes, swapKb)) : rssBytes + swapKb * KIB
      }
      case 'threads':
        return file.read(`${procRoot}/${pid}/stat`) < 0 ? 'gone' : threadsIn(file)
      case 'fds':
        return countFds(`${procRoot}/${pid}/fd`)
      default: {
        const read = detail(pid)
        if (typeof read === 'string') return read
        if (metric === 'uss') return read.ussBytes
        return metric === 'pss' ? read.pssBytes : read.pssBytes + read.swapPssBytes
      }
    }
  }
  return {
    figure,
    shares(pid) {
      const read = detail(pid)
      if (typeof read === 'string') return read
      const rssBytes = rss(pid)
      if (rssBytes < 0) return 'gone'
      return { privateBytes: read.ussBytes, sharedBytes: Math.max(0, rssBytes - read.ussBytes) }
    },
    swapUsedBytes() {
      if (file.read(`${procRoot}/meminfo`) < 0) return 0
      return Math.max(0, file.numberBehind('SwapTotal:') - file.numberBehind('SwapFree:')) * KIB
    },
  }
}

function orUnreadable(read: number): number | Unreadable {
  if (read === DENIED) return 'denied'
  return read < 0 ? 'gone' : read
}

/** Since Linux 6.2 the size of the folder is the number of its entries; before that it is 0, and they are counted. */
function countFds(folder: string): number | Unreadable {
  try {
    return statSync(folder).size || readdirSync(folder).length
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone'
  }
}
