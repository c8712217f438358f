// A row for each rule of the sentences: from when on it speaks, facts in which it does, and what it says. For tests.

import type {
  ChildrenFacts,
  Count,
  DescriptorFacts,
  Facts,
  StatusFacts,
  ThreadFacts,
} from '../../src/evidence/facts.ts'
import type { CgroupFacts, MappingFacts, MappingKind, RollupFacts } from '../../src/evidence/memory-facts.ts'
import type { WordsContext } from '../../src/evidence/word-rule.ts'
import {
  descriptorsOf,
  factsOf,
  LIBC,
  MB,
  mappingsOf,
  rollupOf,
  statusOf,
  threadsOf,
} from '../helpers/facts.ts'

export type Given = Facts | { readonly facts: Facts; readonly context: WordsContext }
/** Facts in which so much of a whole is what the rule is about. */
type Make = (amount: number, whole: number) => Given

export interface Row {
  readonly rule: string
  /** As docs/evidence.md has them. */
  readonly least: number
  readonly share: number
  readonly given: Make
  /** For which it says... */
  readonly example: readonly [amount: number, whole: number]
  /** ...this. */
  readonly text: string
}

const CHILDREN = { count: 1, descendantCount: 1, zombieCount: 0, rssBytes: 0, byName: [], largest: [] }
export const CGROUP = { version: 2, path: '/app' } as const
const MACHINE = { kernel: '6.18', architecture: 'x86_64' }

export const group = (kind: MappingKind, rssBytes: number, count = 3) => ({
  kind,
  count,
  sizeBytes: rssBytes,
  rssBytes,
})
export const file = (name: string, rssBytes: number, kind: MappingKind = 'file') => ({
  name,
  kind,
  count: 1,
  sizeBytes: rssBytes,
  rssBytes,
})

/** One part of the facts, by the amount and the whole. */
type Parts<T> = (amount: number, whole: number) => Partial<T>
const counted = (what: string, count: number): Count[] => [{ what, count }]
const inThreads =
  (parts: Parts<ThreadFacts>): Make =>
  (amount, whole) =>
    factsOf({ status: statusOf(), threads: threadsOf(whole, parts(amount, whole)) })
const inDescriptors =
  (parts: Parts<DescriptorFacts>): Make =>
  (amount, whole) =>
    factsOf({ descriptors: descriptorsOf(whole, parts(amount, whole)) })
const inStatus =
  (parts: Parts<StatusFacts>): Make =>
  (amount, whole) =>
    factsOf({ status: statusOf(parts(amount, whole)) })
const inRollup =
  (parts: Parts<RollupFacts>): Make =>
  (amount, whole) =>
    factsOf({ rollup: rollupOf({ rssBytes: whole, ...parts(amount, whole) }) })
const inCgroup =
  (parts: Parts<CgroupFacts>): Make =>
  (amount, whole) =>
    factsOf({ cgroup: { ...CGROUP, currentBytes: whole, ...parts(amount, whole) } })
const inChildren =
  (parts: Parts<ChildrenFacts>): Make =>
  (amount, whole) =>
    factsOf({
      status: statusOf({ rssBytes: whole - amount }),
      children: { ...CHILDREN, ...parts(amount, whole) },
    })
/** Of one kind, in RSS. */
const mapped =
  (kind: MappingKind, parts: Parts<MappingFacts> = () => ({})): Make =>
  (amount, whole) =>
    factsOf({
      mappings: mappingsOf({
        groups: [group(kind, amount), group('kernel', whole - amount)],
        ...parts(amount, whole),
      }),
    })
/** Ten minutes earlier, and now. */
const grown =
  (before: Parts<Facts>, now: Parts<Facts>): Make =>
  (amount, whole) => {
    const facts = factsOf(now(amount, whole))
    return {
      facts,
      context: { previous: factsOf({ ...before(amount, whole), takenAt: facts.takenAt - 600_000 }) },
    }
  }

type RowCells = readonly [
  rule: string,
  least: number,
  share: number,
  given: Make,
  example: Row['example'],
  text: string,
]

const CELLS: readonly RowCells[] = [
  [
    'disk_sleep',
    1,
    0.1,
    inThreads(count => ({
      byState: counted('disk sleep', count),
      alike: [
        { name: 'a', state: 'sleeping', wchan: 'futex_do_wait', syscall: '', count: 1 },
        { name: 'a', state: 'disk sleep', wchan: 'rpc_wait_bit_killable', syscall: '', count },
      ],
    })),
    [12, 40],
    '12 of 40 threads are in uninterruptible sleep in rpc_wait_bit_killable: a disk or a network file system does not answer, and no signal ends them meanwhile',
  ],
  [
    'threads_wait',
    20,
    0.5,
    inThreads(count => ({ byWchan: counted('futex_do_wait', count) })),
    [187, 200],
    '187 of 200 threads wait in a futex (a lock, or a queue without work)',
  ],
  [
    'threads_run',
    4,
    0.5,
    inThreads(count => ({ byState: counted('running', count) })),
    [12, 16],
    '12 of 16 threads run or are ready to: it works, and is not stuck',
  ],
  [
    'many_threads',
    100,
    0,
    inStatus(threadCount => ({ threadCount })),
    [2400, 2400],
    'it has 2,400 threads: what they wait for differs, or cannot be read',
  ],
  [
    'threads_named',
    20,
    0.5,
    inThreads(count => ({ byName: counted('grpc-worker', count) })),
    [160, 200],
    '160 of 200 threads are named grpc-worker: look where the program starts those',
  ],
  [
    'descriptor_limit',
    1,
    0.8,
    (amount, soft) =>
      factsOf({ descriptors: descriptorsOf(amount), limits: { openFiles: { soft, hard: null } } }),
    [3912, 4096],
    '3,912 of 4,096 descriptors are in use: at the limit (RLIMIT_NOFILE) no file, socket or pipe opens any more',
  ],
  [
    'close_wait',
    20,
    0.1,
    inDescriptors(count => ({
      sockets: counted('tcp CLOSE_WAIT', count),
      peers: [
        ...counted('ESTABLISHED from 10.0.0.9 on port 80', 1),
        ...counted('CLOSE_WAIT to 10.0.0.5:5432', count),
      ],
    })),
    [3912, 4096],
    '3,912 of 4,096 descriptors are sockets in CLOSE_WAIT, most of them to 10.0.0.5:5432: the other side has closed them, the program has not',
  ],
  [
    'same_file',
    20,
    0.1,
    inDescriptors(count => ({ files: counted('/var/db/a.db', count) })),
    [412, 500],
    '412 of 500 descriptors are of one file, /var/db/a.db: it is opened again and again and not closed',
  ],
  [
    'descriptor_kind',
    100,
    0.5,
    inDescriptors(count => ({
      byKind: counted('socket', count),
      sockets: counted('tcp ESTABLISHED', Math.floor(count * 0.9)),
      peers: counted('ESTABLISHED to 10.0.0.5:5432', Math.floor(count * 0.8)),
    })),
    [900, 1000],
    '900 of 1,000 descriptors are sockets, 810 of them tcp ESTABLISHED, 720 to 10.0.0.5:5432',
  ],
  [
    'deleted_files',
    10,
    0,
    inDescriptors(count => ({
      byKind: counted('deleted file', count),
      files: counted('/tmp/spool (deleted)', 1),
    })),
    [45, 1000],
    'it holds 45 deleted files open, such as /tmp/spool: their disk space is freed only when it closes them',
  ],
  [
    'arenas',
    64 * MB,
    0.25,
    mapped('anon', rssBytes => ({ arenas: { count: 38, sizeBytes: 38 * 64 * MB, rssBytes }, named: [LIBC] })),
    [1100 * MB, 1200 * MB],
    "1.1GB of 1.2GB is anonymous memory in 38 pieces of 64MB: arenas of glibc's malloc; MALLOC_ARENA_MAX=2 keeps them few",
  ],
  [
    'equal_mappings',
    32 * MB,
    0.25,
    (rssBytes, whole) =>
      mapped('file', () => ({
        equal: [
          { count: 900, sizeBytes: 900 * MB, rssBytes: 5, eachBytes: MB },
          { count: 150, sizeBytes: rssBytes, rssBytes, eachBytes: 4 * MB },
        ],
      }))(rssBytes / 2, whole),
    [600 * MB, 1200 * MB],
    '600MB of 1.2GB is in 150 anonymous mappings of 4MB each: buffers, pools or stacks of one kind',
  ],
  [
    'alike_mappings',
    1000,
    0.5,
    (count, whole) =>
      factsOf({
        mappings: mappingsOf({
          source: 'maps',
          count: whole,
          equal: [
            { count: 2, sizeBytes: 4096 * MB, eachBytes: 2048 * MB },
            { count, sizeBytes: count * 4096, eachBytes: 4096 },
          ],
        }),
      }),
    [48_000, 50_123],
    '48,000 of 50,123 mappings are anonymous, of 4KB each: one kind of allocation that is not unmapped',
  ],
  [
    'anonymous',
    32 * MB,
    0.5,
    mapped('anon'),
    [700 * MB, 1200 * MB],
    '700MB of 1.2GB is anonymous memory in 3 mappings: large blocks of malloc, or the heap of a language runtime',
  ],
  [
    'heap',
    32 * MB,
    0.5,
    mapped('heap'),
    [900 * MB, 1200 * MB],
    '900MB of 1.2GB is [heap]: small blocks of malloc, in use, or free between others that are in use',
  ],
  [
    'thread_stacks',
    32 * MB,
    0.1,
    mapped('thread stack'),
    [210 * MB, 1200 * MB],
    '210MB of 1.2GB is the 3 stacks of its threads: fewer threads, or a smaller ulimit -s, would need less',
  ],
  [
    'shared_memory',
    32 * MB,
    0.25,
    mapped('shmem', () => ({ named: [file('/dev/shm/ring', 200 * MB, 'shmem')] })),
    [300 * MB, 1200 * MB],
    '300MB of 1.2GB is shared memory (memfd, /dev/shm, tmpfs), 200MB of it /dev/shm/ring: it stays in use as long as anybody keeps it',
  ],
  [
    'mapped_files',
    64 * MB,
    0.5,
    mapped('file', () => ({ named: [file('/var/lib/x.mdb', 700 * MB)] })),
    [800 * MB, 1200 * MB],
    '800MB of 1.2GB is mapped files, 700MB of it /var/lib/x.mdb: page cache, which the kernel can take back',
  ],
  [
    'mapping_limit',
    1,
    0.75,
    (count, mostMappings) =>
      factsOf({ mappings: mappingsOf({ count }), machine: { ...MACHINE, mostMappings } }),
    [50_123, 65_530],
    '50,123 of 65,530 mappings are in use: at the limit (vm.max_map_count) malloc and mmap fail',
  ],
  [
    'shared',
    32 * MB,
    0.25,
    inRollup(sharedBytes => ({ sharedBytes, pssBytes: 96 * MB })),
    [420 * MB, 500 * MB],
    '420MB of 500MB are shared with other processes: PSS is 96MB, and a limit on it (--metric pss) counts shared memory fairly',
  ],
  [
    'swapped',
    16 * MB,
    0.1,
    inStatus((swapBytes, whole) => ({ swapBytes, rssBytes: whole - swapBytes })),
    [300 * MB, 900 * MB],
    'swap holds 300MB of its 900MB: RSS does not count that, --metric rss+swap does',
  ],
  [
    'freed_lazily',
    32 * MB,
    0.25,
    inRollup(lazyFreeBytes => ({ lazyFreeBytes })),
    [500 * MB, 900 * MB],
    '500MB of 900MB is freed already (MADV_FREE): the kernel takes it back when memory gets short',
  ],
  [
    'huge_pages',
    64 * MB,
    0.5,
    inRollup(hugeBytes => ({ hugeBytes })),
    [700 * MB, 900 * MB],
    '700MB of 900MB is in huge pages, which count whole where a part is used: transparent_hugepage=madvise may shrink it',
  ],
  [
    'page_tables',
    32 * MB,
    0.1,
    inStatus((pageTableBytes, rssBytes) => ({ pageTableBytes, rssBytes })),
    [120 * MB, 900 * MB],
    'its page tables take 120MB besides the 900MB of RSS: it has mapped far more than it uses',
  ],
  [
    'zombie_children',
    10,
    0,
    inChildren((zombieCount, descendantCount) => ({ zombieCount, descendantCount })),
    [113, 120],
    '113 of 120 descendants are zombies: their parent does not wait for them, and each keeps a pid',
  ],
  [
    'large_children',
    64 * MB,
    0.5,
    inChildren(rssBytes => ({ rssBytes, descendantCount: 4, byName: counted('convert', 3) })),
    [1000 * MB, 1200 * MB],
    '4 descendants, 3 of them named convert, have 1000MB RSS besides its own 200MB: only --cumulative counts them',
  ],
  [
    'many_children',
    20,
    0,
    inChildren(descendantCount => ({ descendantCount, rssBytes: 40 * MB })),
    [38, 38],
    'it has 38 descendants with 40MB RSS together',
  ],
  [
    'oom_kills',
    1,
    0,
    inCgroup(oomKillCount => ({ oomKillCount })),
    [3, 3],
    'the kernel has killed 3 processes of its control group for lack of memory since the group was made',
  ],
  [
    'cgroup_limit',
    1,
    0.9,
    inCgroup((amount, maxBytes) => ({ currentBytes: amount + 7, inactiveFileBytes: 7, maxBytes })),
    [950 * MB, 1000 * MB],
    'its control group uses 950MB of 1000MB, without the cache that the kernel can drop: at the limit it kills a process',
  ],
  [
    'cgroup_high',
    1,
    1,
    inCgroup((currentBytes, highBytes) => ({ currentBytes, highBytes })),
    [1010 * MB, 1000 * MB],
    'its control group uses 1010MB, above its memory.high of 1000MB: the kernel slows its processes down',
  ],
  [
    'cgroup_cache',
    64 * MB,
    0.25,
    inCgroup(amount => ({ fileBytes: amount + 5, shmemBytes: 5 })),
    [900 * MB, 1200 * MB],
    '900MB of 1.2GB of its control group is page cache, not memory of the process',
  ],
  [
    'cgroup_shmem',
    64 * MB,
    0.25,
    inCgroup(shmemBytes => ({ shmemBytes })),
    [300 * MB, 1200 * MB],
    '300MB of 1.2GB of its control group is shared memory or files in tmpfs (/dev/shm, /run, /tmp): it stays after a restart until those are removed',
  ],
  [
    'cgroup_sockets',
    32 * MB,
    0.1,
    inCgroup(sockBytes => ({ sockBytes })),
    [300 * MB, 1200 * MB],
    '300MB of 1.2GB of its control group is buffers of sockets: data that is not read or not taken fast enough',
  ],
  [
    'machine_full',
    1,
    0.95,
    (amount, totalBytes) =>
      factsOf({ machine: { ...MACHINE, totalBytes, availableBytes: totalBytes - amount } }),
    [990 * MB, 1000 * MB],
    'the machine has only 10MB of 1000MB left',
  ],
  [
    'threads_grew',
    20,
    0.1,
    grown(
      (amount, whole) => ({ threads: threadsOf(whole - amount, { byWchan: counted('futex_wait', 2) }) }),
      (amount, whole) => ({
        threads: threadsOf(whole, {
          byWchan: [...counted('futex_do_wait', 2 + amount), ...counted('ep_poll', 3)],
        }),
      }),
    ),
    [188, 200],
    'threads grew from 12 to 200 in 10m: 188 more wait in a futex (a lock, or a queue without work)',
  ],
  [
    'descriptors_grew',
    50,
    0.1,
    grown(
      (amount, whole) => ({ descriptors: descriptorsOf(whole - amount, { byKind: counted('file', 5) }) }),
      (amount, whole) => ({
        descriptors: descriptorsOf(whole, {
          byKind: [...counted('socket', amount), ...counted('file', 6)],
          sockets: counted('tcp CLOSE_WAIT', 7),
        }),
      }),
    ),
    [712, 812],
    'descriptors grew from 100 to 812 in 10m: 712 more sockets, 7 of them tcp CLOSE_WAIT',
  ],
  [
    'memory_grew',
    32 * MB,
    0.1,
    grown(
      (amount, whole) => ({
        status: statusOf({ rssBytes: whole - amount, rssAnonBytes: 7, rssFileBytes: 9 * MB }),
      }),
      (amount, whole) => ({
        status: statusOf({ rssBytes: whole, rssAnonBytes: 7 + amount, rssFileBytes: 8 * MB }),
      }),
    ),
    [300 * MB, 900 * MB],
    'RSS grew from 600MB to 900MB in 10m: 300MB more anonymous memory',
  ],
]

export const ROWS: readonly Row[] = CELLS.map(([rule, least, share, given, example, text]) => ({
  rule,
  least,
  share,
  given,
  example,
  text,
}))
