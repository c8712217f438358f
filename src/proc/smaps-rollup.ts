// What RSS cannot tell: PSS, USS and swap of one process, from /proc/<pid>/smaps_rollup (Linux 4.14 and later).
// Ten times as dear as RSS, so it is read only for a process whose rule asks for it.
import { DENIED, type ProcfsFile } from './procfs-file.ts'

export interface MemoryDetail {
  /** Its share of memory: what several processes map is divided by their number. */
  readonly pssBytes: number
  /** What would be free if it ended. */
  readonly ussBytes: number
  readonly swapBytes: number
  /** Its share of swap. */
  readonly swapPssBytes: number
}

/** 'denied': another user's process needs root or CAP_SYS_PTRACE. 'gone' is also what has no memory: a zombie. */
export type NoDetail = 'gone' | 'denied'

const PSS = label('Pss')
const PRIVATE = [label('Private_Clean'), label('Private_Dirty'), label('Private_Hugetlb')]
const SWAP = label('Swap')
const SWAP_PSS = label('SwapPss')
const KIB = 1024
const SPACE = 32

export function readDetail(file: ProcfsFile, pid: number, procRoot = '/proc'): MemoryDetail | NoDetail {
  const length = file.readAll(`${procRoot}/${pid}/smaps_rollup`)
  if (length === DENIED) return 'denied'
  if (length <= 0) return 'gone'
  return {
    pssBytes: bytesOf(file, PSS),
    ussBytes: PRIVATE.reduce((sum, name) => sum + bytesOf(file, name), 0),
    swapBytes: bytesOf(file, SWAP),
    swapPssBytes: bytesOf(file, SWAP_PSS),
  }
}

/** With the line's beginning and the colon: `Pss` is also how `Pss_Dirty` begins and `SwapPss` ends. */
function label(name: string): Buffer {
  return Buffer.from(`\n${name}:`)
}

/** 0 where an older kernel has no such line. */
function bytesOf(file: ProcfsFile, name: Buffer): number {
  const found = file.bytes.indexOf(name)
  if (found < 0 || found >= file.length) return 0
  let at = found + name.length
  while (file.bytes[at] === SPACE) at++
  return file.numberAt(at) * KIB
}
