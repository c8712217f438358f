// Everything that memmon records about one process: values for JSON, bytes and milliseconds named as such. A part that
// could not be read is absent, and `missing` says why.

import type { CgroupFacts, MachineFacts, MappingFacts, RollupFacts } from './memory-facts.ts'

/** The parts, in the order in which they are read: last what the process may keep waiting, and what it costs most. */
export const PARTS = [
  'status',
  'machine',
  'limits',
  'cgroup',
  'program',
  'threads',
  'descriptors',
  'io',
  'children',
  'rollup',
  'mappings',
] as const

export type Part = (typeof PARTS)[number]

/**
 * Why a part, or a piece of one, is missing: an errno name (EACCES: another user's; ESRCH: it has ended; ENOENT: this
 * kernel has no such file), or
 * - timeout: there was not enough time for it
 * - too_large: reading it would hold up the process for too long
 * - unreadable: it does not have the form that proc(5) describes
 * - unsupported: there is no /proc
 */
export type MissingCode = string

/** Parts, and pieces of parts: `threads` and `descriptors` may lack some of theirs. */
export type MissingPart = Part | 'smaps' | 'wchan' | 'syscall' | 'sockets' | 'process'

/** How often something was seen. A list holds the 20 most frequent, in descending order. */
export interface Count {
  readonly what: string
  readonly count: number
}

export interface Facts {
  /** Raised when a field changes its meaning; fields may be added without. */
  readonly version: 1
  readonly pid: number
  /** Clock ticks from the boot to its start: with the pid it names one process for good. */
  readonly startTicks?: number
  readonly takenAt: number
  readonly tookMs: number
  readonly status?: StatusFacts
  readonly machine?: MachineFacts
  readonly limits?: LimitFacts
  readonly cgroup?: CgroupFacts
  readonly rollup?: RollupFacts
  readonly threads?: ThreadFacts
  readonly descriptors?: DescriptorFacts
  readonly io?: IoFacts
  readonly mappings?: MappingFacts
  readonly children?: ChildrenFacts
  readonly program?: ProgramFacts
  /** `process` is here if it ended, or its pid became another's, while it was read. */
  readonly missing: Readonly<Partial<Record<MissingPart, MissingCode>>>
}

/** /proc/<pid>/status. What a kernel or a process without memory does not have is absent. */
export interface StatusFacts {
  /** As the kernel has it: 15 characters at most. */
  readonly name: string
  /** In proc(5)'s words: running, sleeping, disk sleep, stopped, tracing stop, zombie, dead, idle. */
  readonly state: string
  readonly parentPid: number
  readonly uid: number
  readonly threadCount: number
  readonly rssBytes?: number
  readonly rssAnonBytes?: number
  readonly rssFileBytes?: number
  readonly rssShmemBytes?: number
  readonly peakRssBytes?: number
  readonly sizeBytes?: number
  readonly dataBytes?: number
  readonly swapBytes?: number
  readonly pageTableBytes?: number
}

export interface ThreadFacts {
  /** All; if missing.threads is 'timeout', those that were reached by then. */
  readonly count: number
  /** At most 5,000. The lists below count these. */
  readonly lookedAtCount: number
  /** In the words of StatusFacts.state. */
  readonly byState: readonly Count[]
  readonly byName: readonly Count[]
  /** The function of the kernel in which a thread waits, such as futex_do_wait; '0' for one that runs. */
  readonly byWchan: readonly Count[]
  /** The system call by name, or `syscall 317` where it is not known; 'running' for one that runs. */
  readonly bySyscall: readonly Count[]
  /** The most frequent combinations; '' for what is missing. */
  readonly alike: readonly {
    readonly name: string
    readonly state: string
    readonly wchan: string
    readonly syscall: string
    readonly count: number
  }[]
}

/**
 * socket, pipe, file, deleted file, memfd, device, eventfd, eventpoll, timerfd, signalfd, inotify, pidfd, io_uring,
 * or `anon_inode:...` as the kernel names it; 'gone' for one that was closed meanwhile.
 */
export type DescriptorKind = string

export interface DescriptorFacts {
  /** All; if missing.descriptors is 'timeout', those that were reached by then. */
  readonly count: number
  /** At most 20,000. The lists below count these. */
  readonly lookedAtCount: number
  readonly byKind: readonly Count[]
  /** 'tcp CLOSE_WAIT', 'tcp LISTEN', 'udp', 'unix CONNECTED', and 'other' for what no table has. */
  readonly sockets: readonly Count[]
  /** TCP by state and other end: 'CLOSE_WAIT to 10.0.0.5:5432', 'ESTABLISHED from 10.0.0.9 on port 8080'. */
  readonly peers: readonly Count[]
  /** Regular files by path, deleted ones with ' (deleted)'. */
  readonly files: readonly Count[]
}

/** null is unlimited. */
export interface Limit {
  readonly soft: number | null
  readonly hard: number | null
}

/** /proc/<pid>/limits. */
export interface LimitFacts {
  readonly openFiles?: Limit
  readonly processes?: Limit
  readonly addressSpaceBytes?: Limit
  readonly dataBytes?: Limit
  readonly stackBytes?: Limit
  readonly lockedBytes?: Limit
  readonly coreBytes?: Limit
}

export interface Child {
  readonly pid: number
  readonly parentPid: number
  readonly name: string
  readonly state: string
  readonly threadCount: number
  readonly rssBytes: number
}

export interface ChildrenFacts {
  /** Its own children. */
  readonly count: number
  /** These, and theirs. */
  readonly descendantCount: number
  /** Descendants that have ended and that their parent has not waited for. */
  readonly zombieCount: number
  /** The sum over descendants: memory that they share counts several times. */
  readonly rssBytes: number
  readonly byName: readonly Count[]
  /** The 20 descendants with the largest RSS. */
  readonly largest: readonly Child[]
}

/** /proc/<pid>/io, since its start. */
export interface IoFacts {
  readonly readBytes: number
  readonly writtenBytes: number
  readonly storageReadBytes: number
  readonly storageWrittenBytes: number
}

/** Its arguments and its environment are never read: either may hold a password. */
export interface ProgramFacts {
  /** Where /proc/<pid>/exe points. */
  readonly executable: string
  /** The file was replaced or removed since the process has started. */
  readonly isDeleted: boolean
}
