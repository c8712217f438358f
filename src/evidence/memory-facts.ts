// What memmon records about the memory of a process, its control group and the machine.

/** /proc/<pid>/smaps_rollup. What the kernel does not have is absent. */
export interface RollupFacts {
  readonly rssBytes: number
  readonly pssBytes: number
  /** What would be free if it ended: private pages, clean, dirty and huge. */
  readonly privateBytes: number
  /** What other processes map, too. */
  readonly sharedBytes: number
  readonly anonymousBytes?: number
  readonly hugeBytes?: number
  /** Freed by the program, and not yet taken back by the kernel. */
  readonly lazyFreeBytes?: number
  readonly swapBytes?: number
  readonly swapPssBytes?: number
  readonly lockedBytes?: number
}

/**
 * - heap: [heap], where brk(2) has put it
 * - stack: of the main thread
 * - thread stack: of the others, told by their stack pointers or by the guard page below
 * - anon: memory that mmap(2) gave without a file: arenas of malloc, heaps of runtimes
 * - shmem: memfd, /dev/shm, SysV, and shared anonymous memory
 * - file: programs, libraries, mapped files
 * - reserved: anonymous, without any permission: address space, not memory
 * - kernel: [vdso] and its like
 */
export type MappingKind =
  | 'heap'
  | 'stack'
  | 'thread stack'
  | 'anon'
  | 'shmem'
  | 'file'
  | 'reserved'
  | 'kernel'

/** Figures beside the size come from smaps; with source `maps` they are absent. */
export interface MappingSum {
  readonly count: number
  readonly sizeBytes: number
  readonly rssBytes?: number
  readonly pssBytes?: number
  readonly privateBytes?: number
  readonly swapBytes?: number
}

export interface MappingFacts {
  /** `maps` where smaps would hold up the process: see missing.smaps. */
  readonly source: 'smaps' | 'maps'
  /** Those that were read; all of them if isWhole. */
  readonly count: number
  readonly isWhole: boolean
  /** Largest first, by RSS or else by size; only kinds that occur. */
  readonly groups: readonly (MappingSum & { readonly kind: MappingKind })[]
  /** Files and named memory, all mappings of a name together: the 20 largest. */
  readonly named: readonly (MappingSum & { readonly name: string; readonly kind: MappingKind })[]
  /** Kind `anon`, all of one size together, where there are several: the 10 with the largest sum. */
  readonly equal: readonly (MappingSum & { readonly eachBytes: number })[]
  /**
   * Arenas of glibc's malloc: anonymous stretches that start at a multiple of 64 MB and fill it, used and reserved part
   * together. `sizeBytes` counts both, `count` the arenas.
   */
  readonly arenas: MappingSum
}

/** Of the control group that the process is in. A figure that the kernel does not give is absent; null means unlimited. */
export interface CgroupFacts {
  readonly version: 1 | 2
  readonly path: string
  readonly currentBytes?: number
  readonly maxBytes?: number | null
  readonly highBytes?: number | null
  readonly peakBytes?: number
  readonly swapBytes?: number
  readonly swapMaxBytes?: number | null
  readonly anonBytes?: number
  /** Page cache, shmem included. */
  readonly fileBytes?: number
  readonly shmemBytes?: number
  readonly inactiveFileBytes?: number
  readonly slabBytes?: number
  readonly kernelBytes?: number
  readonly sockBytes?: number
  /** Counters since the group was made. */
  readonly highCount?: number
  readonly maxCount?: number
  readonly oomCount?: number
  readonly oomKillCount?: number
  /** Processes in it, this one included; those of groups below do not count. */
  readonly processCount?: number
}

export interface MachineFacts {
  readonly pageBytes?: number
  readonly totalBytes?: number
  readonly availableBytes?: number
  readonly swapTotalBytes?: number
  readonly swapFreeBytes?: number
  /** vm.max_map_count: a process cannot have more mappings. */
  readonly mostMappings?: number
  /** As uname -r says. */
  readonly kernel: string
  readonly architecture: string
}
