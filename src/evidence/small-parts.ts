// Parts that are one small file each: limits, io, smaps_rollup, meminfo. Pure.
import type { IoFacts, Limit, LimitFacts } from './facts.ts'
import { bytesOf, fieldsOf, known, numberOf, Unread } from './known.ts'
import type { MachineFacts, RollupFacts } from './memory-facts.ts'

/** /proc/<pid>/limits: columns that start at fixed places, names with blanks. */
export function parseLimits(text: string): LimitFacts {
  const limits = new Map<string, Limit>()
  for (const [, name = '', soft, hard] of text.matchAll(/^Max (\S.*?) +(\d+|unlimited) +(\d+|unlimited)/gm))
    limits.set(name, { soft: numberOf(soft) ?? null, hard: numberOf(hard) ?? null })
  if (limits.size === 0) throw new Unread('unreadable')
  return known<LimitFacts>({
    openFiles: limits.get('open files'),
    processes: limits.get('processes'),
    addressSpaceBytes: limits.get('address space'),
    dataBytes: limits.get('data size'),
    stackBytes: limits.get('stack size'),
    lockedBytes: limits.get('locked memory'),
    coreBytes: limits.get('core file size'),
  })
}

/** /proc/<pid>/io: what it asked for, and what had to come from storage. */
export function parseIo(text: string): IoFacts {
  const fields = fieldsOf(text)
  const number = (name: string) => numberOf(fields.get(name)) ?? 0
  if (!fields.has('rchar')) throw new Unread('unreadable')
  return {
    readBytes: number('rchar'),
    writtenBytes: number('wchar'),
    storageReadBytes: number('read_bytes'),
    storageWrittenBytes: number('write_bytes'),
  }
}

/** /proc/<pid>/smaps_rollup. */
export function parseRollup(text: string): RollupFacts {
  const fields = fieldsOf(text)
  if (!fields.has('Rss')) throw new Unread('unreadable')
  return rollupOf(name => bytesOf(fields.get(name)))
}

/** By the names of its lines: also from the sums of smaps. */
export function rollupOf(bytes: (name: string) => number | undefined): RollupFacts {
  const sum = (...names: readonly string[]) => names.reduce((all, name) => all + (bytes(name) ?? 0), 0)
  return known<RollupFacts>({
    rssBytes: sum('Rss'),
    pssBytes: sum('Pss'),
    privateBytes: sum('Private_Clean', 'Private_Dirty', 'Private_Hugetlb'),
    sharedBytes: sum('Shared_Clean', 'Shared_Dirty', 'Shared_Hugetlb'),
    anonymousBytes: bytes('Anonymous'),
    hugeBytes: bytes('AnonHugePages'),
    lazyFreeBytes: bytes('LazyFree'),
    swapBytes: bytes('Swap'),
    swapPssBytes: bytes('SwapPss'),
    lockedBytes: bytes('Locked'),
  })
}

type MeminfoFacts = Pick<MachineFacts, 'totalBytes' | 'availableBytes' | 'swapTotalBytes' | 'swapFreeBytes'>

/** /proc/meminfo. */
export function parseMeminfo(text: string): MeminfoFacts {
  const fields = fieldsOf(text)
  return known<MeminfoFacts>({
    totalBytes: bytesOf(fields.get('MemTotal')),
    availableBytes: bytesOf(fields.get('MemAvailable')),
    swapTotalBytes: bytesOf(fields.get('SwapTotal')),
    swapFreeBytes: bytesOf(fields.get('SwapFree')),
  })
}
