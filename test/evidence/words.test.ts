// The sentences of the evidence: each rule just below and just above its threshold, in which order they come, and that
// nothing is said of what is not known.
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import type { MappingKind } from '../../src/evidence/memory-facts.ts'
import type { WordsContext } from '../../src/evidence/word-rule.ts'
import { MOST_SENTENCES, WORD_RULES, wordsOf } from '../../src/evidence/words.ts'
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

type Given = Facts | { readonly facts: Facts; readonly context: WordsContext }

interface Row {
  readonly rule: string
  /** As docs/evidence.md has them. */
  readonly least: number
  readonly share: number
  /** Facts in which so much of a whole is what the rule is about. */
  readonly given: (amount: number, whole: number) => Given
  /** For which it says... */
  readonly example: readonly [amount: number, whole: number]
  /** ...this. */
  readonly text: string
}

const group = (kind: MappingKind, rssBytes: number, count = 3) => ({
  kind,
  count,
  sizeBytes: rssBytes,
  rssBytes,
})
const mapped = (kind: MappingKind, amount: number, whole: number, parts = {}) =>
  factsOf({
    mappings: mappingsOf({ groups: [group(kind, amount), group('kernel', whole - amount)], ...parts }),
  })
const before = (parts: Partial<Facts>, now: Facts): Given => ({
  facts: now,
  context: { previous: factsOf({ ...parts, takenAt: now.takenAt - 600_000 }) },
})
const children = { count: 1, descendantCount: 1, zombieCount: 0, rssBytes: 0, byName: [], largest: [] }
const cgroup = { version: 2, path: '/app' } as const
const machine = { kernel: '6.18', architecture: 'x86_64' }
const file = (name: string, rssBytes: number, kind: MappingKind = 'file') => ({
  name,
  kind,
  count: 1,
  sizeBytes: rssBytes,
  rssBytes,
})

const ROWS: readonly Row[] = [
  {
    rule: 'disk_sleep',
    least: 1,
    share: 0.1,
    given: (count, whole) =>
      factsOf({
        threads: threadsOf(whole, {
          byState: [{ what: 'disk sleep', count }],
          alike: [
            { name: 'a', state: 'sleeping', wchan: 'futex_do_wait', syscall: '', count: 1 },
            { name: 'a', state: 'disk sleep', wchan: 'rpc_wait_bit_killable', syscall: '', count },
          ],
        }),
      }),
    example: [12, 40],
    text: '12 of 40 threads are in uninterruptible sleep in rpc_wait_bit_killable: a disk or a network file system does not answer, and no signal ends them meanwhile',
  },
  {
    rule: 'threads_wait',
    least: 20,
    share: 0.5,
    given: (count, whole) =>
      factsOf({ threads: threadsOf(whole, { byWchan: [{ what: 'futex_do_wait', count }] }) }),
    example: [187, 200],
    text: '187 of 200 threads wait in a futex (a lock, or a queue without work)',
  },
  {
    rule: 'threads_run',
    least: 4,
    share: 0.5,
    given: (count, whole) =>
      factsOf({ threads: threadsOf(whole, { byState: [{ what: 'running', count }] }) }),
    example: [12, 16],
    text: '12 of 16 threads run or are ready to: it works, and is not stuck',
  },
  {
    rule: 'many_threads',
    least: 100,
    share: 0,
    given: amount => factsOf({ status: statusOf({ threadCount: amount }) }),
    example: [2400, 2400],
    text: 'it has 2,400 threads: what they wait for differs, or cannot be read',
  },
  {
    rule: 'threads_named',
    least: 20,
    share: 0.5,
    given: (count, whole) =>
      factsOf({
        status: statusOf(),
        threads: threadsOf(whole, { byName: [{ what: 'grpc-worker', count }] }),
      }),
    example: [160, 200],
    text: '160 of 200 threads are named grpc-worker: look where the program starts those',
  },
  {
    rule: 'descriptor_limit',
    least: 1,
    share: 0.8,
    given: (amount, whole) =>
      factsOf({ descriptors: descriptorsOf(amount), limits: { openFiles: { soft: whole, hard: null } } }),
    example: [3912, 4096],
    text: '3,912 of 4,096 descriptors are in use: at the limit (RLIMIT_NOFILE) no file, socket or pipe opens any more',
  },
  {
    rule: 'close_wait',
    least: 20,
    share: 0.1,
    given: (count, whole) =>
      factsOf({
        descriptors: descriptorsOf(whole, {
          sockets: [{ what: 'tcp CLOSE_WAIT', count }],
          peers: [
            { what: 'ESTABLISHED from 10.0.0.9 on port 80', count: 1 },
            { what: 'CLOSE_WAIT to 10.0.0.5:5432', count },
          ],
        }),
      }),
    example: [3912, 4096],
    text: '3,912 of 4,096 descriptors are sockets in CLOSE_WAIT, most of them to 10.0.0.5:5432: the other side has closed them, the program has not',
  },
  {
    rule: 'same_file',
    least: 20,
    share: 0.1,
    given: (count, whole) =>
      factsOf({ descriptors: descriptorsOf(whole, { files: [{ what: '/var/db/a.db', count }] }) }),
    example: [412, 500],
    text: '412 of 500 descriptors are of one file, /var/db/a.db: it is opened again and again and not closed',
  },
  {
    rule: 'descriptor_kind',
    least: 100,
    share: 0.5,
    given: (count, whole) =>
      factsOf({
        descriptors: descriptorsOf(whole, {
          byKind: [{ what: 'socket', count }],
          sockets: [{ what: 'tcp ESTABLISHED', count: Math.floor(count * 0.9) }],
          peers: [{ what: 'ESTABLISHED to 10.0.0.5:5432', count: Math.floor(count * 0.8) }],
        }),
      }),
    example: [900, 1000],
    text: '900 of 1,000 descriptors are sockets, 810 of them tcp ESTABLISHED, 720 to 10.0.0.5:5432',
  },
  {
    rule: 'deleted_files',
    least: 10,
    share: 0,
    given: (count, whole) =>
      factsOf({
        descriptors: descriptorsOf(whole, {
          byKind: [{ what: 'deleted file', count }],
          files: [{ what: '/tmp/spool (deleted)', count: 1 }],
        }),
      }),
    example: [45, 1000],
    text: 'it holds 45 deleted files open, such as /tmp/spool: their disk space is freed only when it closes them',
  },
  {
    rule: 'arenas',
    least: 64 * MB,
    share: 0.25,
    given: (rssBytes, whole) =>
      mapped('anon', rssBytes, whole, {
        arenas: { count: 38, sizeBytes: 38 * 64 * MB, rssBytes },
        named: [LIBC],
      }),
    example: [1100 * MB, 1200 * MB],
    text: "1.1GB of 1.2GB is anonymous memory in 38 pieces of 64MB: arenas of glibc's malloc; MALLOC_ARENA_MAX=2 keeps them few",
  },
  {
    rule: 'equal_mappings',
    least: 32 * MB,
    share: 0.25,
    given: (rssBytes, whole) =>
      mapped('file', rssBytes / 2, whole, {
        equal: [
          { count: 900, sizeBytes: 900 * MB, rssBytes: 5, eachBytes: MB },
          { count: 150, sizeBytes: rssBytes, rssBytes, eachBytes: 4 * MB },
        ],
      }),
    example: [600 * MB, 1200 * MB],
    text: '600MB of 1.2GB is in 150 anonymous mappings of 4MB each: buffers, pools or stacks of one kind',
  },
  {
    rule: 'alike_mappings',
    least: 1000,
    share: 0.5,
    given: (count, whole) =>
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
    example: [48_000, 50_123],
    text: '48,000 of 50,123 mappings are anonymous, of 4KB each: one kind of allocation that is not unmapped',
  },
  {
    rule: 'anonymous',
    least: 32 * MB,
    share: 0.5,
    given: (amount, whole) => mapped('anon', amount, whole),
    example: [700 * MB, 1200 * MB],
    text: '700MB of 1.2GB is anonymous memory in 3 mappings: large blocks of malloc, or the heap of a language runtime',
  },
  {
    rule: 'heap',
    least: 32 * MB,
    share: 0.5,
    given: (amount, whole) => mapped('heap', amount, whole),
    example: [900 * MB, 1200 * MB],
    text: '900MB of 1.2GB is [heap]: small blocks of malloc, in use, or free between others that are in use',
  },
  {
    rule: 'thread_stacks',
    least: 32 * MB,
    share: 0.1,
    given: (amount, whole) => mapped('thread stack', amount, whole),
    example: [210 * MB, 1200 * MB],
    text: '210MB of 1.2GB is the 3 stacks of its threads: fewer threads, or a smaller ulimit -s, would need less',
  },
  {
    rule: 'shared_memory',
    least: 32 * MB,
    share: 0.25,
    given: (amount, whole) =>
      mapped('shmem', amount, whole, { named: [file('/dev/shm/ring', 200 * MB, 'shmem')] }),
    example: [300 * MB, 1200 * MB],
    text: '300MB of 1.2GB is shared memory (memfd, /dev/shm, tmpfs), 200MB of it /dev/shm/ring: it stays in use as long as anybody keeps it',
  },
  {
    rule: 'mapped_files',
    least: 64 * MB,
    share: 0.5,
    given: (amount, whole) => mapped('file', amount, whole, { named: [file('/var/lib/x.mdb', 700 * MB)] }),
    example: [800 * MB, 1200 * MB],
    text: '800MB of 1.2GB is mapped files, 700MB of it /var/lib/x.mdb: page cache, which the kernel can take back',
  },
  {
    rule: 'mapping_limit',
    least: 1,
    share: 0.75,
    given: (count, whole) =>
      factsOf({ mappings: mappingsOf({ count }), machine: { ...machine, mostMappings: whole } }),
    example: [50_123, 65_530],
    text: '50,123 of 65,530 mappings are in use: at the limit (vm.max_map_count) malloc and mmap fail',
  },
  {
    rule: 'shared',
    least: 32 * MB,
    share: 0.25,
    given: (amount, whole) =>
      factsOf({ rollup: rollupOf({ rssBytes: whole, sharedBytes: amount, pssBytes: 96 * MB }) }),
    example: [420 * MB, 500 * MB],
    text: '420MB of 500MB are shared with other processes: PSS is 96MB, and a limit on it (--metric pss) counts shared memory fairly',
  },
  {
    rule: 'swapped',
    least: 16 * MB,
    share: 0.1,
    given: (amount, whole) => factsOf({ status: statusOf({ swapBytes: amount, rssBytes: whole - amount }) }),
    example: [300 * MB, 900 * MB],
    text: 'swap holds 300MB of its 900MB: RSS does not count that, --metric rss+swap does',
  },
  {
    rule: 'freed_lazily',
    least: 32 * MB,
    share: 0.25,
    given: (amount, whole) => factsOf({ rollup: rollupOf({ rssBytes: whole, lazyFreeBytes: amount }) }),
    example: [500 * MB, 900 * MB],
    text: '500MB of 900MB is freed already (MADV_FREE): the kernel takes it back when memory gets short',
  },
  {
    rule: 'huge_pages',
    least: 64 * MB,
    share: 0.5,
    given: (amount, whole) => factsOf({ rollup: rollupOf({ rssBytes: whole, hugeBytes: amount }) }),
    example: [700 * MB, 900 * MB],
    text: '700MB of 900MB is in huge pages, which count whole where a part is used: transparent_hugepage=madvise may shrink it',
  },
  {
    rule: 'page_tables',
    least: 32 * MB,
    share: 0.1,
    given: (amount, whole) => factsOf({ status: statusOf({ pageTableBytes: amount, rssBytes: whole }) }),
    example: [120 * MB, 900 * MB],
    text: 'its page tables take 120MB besides the 900MB of RSS: it has mapped far more than it uses',
  },
  {
    rule: 'zombie_children',
    least: 10,
    share: 0,
    given: (zombieCount, whole) =>
      factsOf({ children: { ...children, zombieCount, descendantCount: whole } }),
    example: [113, 120],
    text: '113 of 120 descendants are zombies: their parent does not wait for them, and each keeps a pid',
  },
  {
    rule: 'large_children',
    least: 64 * MB,
    share: 0.5,
    given: (amount, whole) =>
      factsOf({
        status: statusOf({ rssBytes: whole - amount }),
        children: {
          ...children,
          rssBytes: amount,
          descendantCount: 4,
          byName: [{ what: 'convert', count: 3 }],
        },
      }),
    example: [1000 * MB, 1200 * MB],
    text: '4 descendants, 3 of them named convert, have 1000MB RSS besides its own 200MB: only --cumulative counts them',
  },
  {
    rule: 'many_children',
    least: 20,
    share: 0,
    given: amount => factsOf({ children: { ...children, descendantCount: amount, rssBytes: 40 * MB } }),
    example: [38, 38],
    text: 'it has 38 descendants with 40MB RSS together',
  },
  {
    rule: 'oom_kills',
    least: 1,
    share: 0,
    given: oomKillCount => factsOf({ cgroup: { ...cgroup, oomKillCount } }),
    example: [3, 3],
    text: 'the kernel has killed 3 processes of its control group for lack of memory since the group was made',
  },
  {
    rule: 'cgroup_limit',
    least: 1,
    share: 0.9,
    given: (amount, maxBytes) =>
      factsOf({ cgroup: { ...cgroup, currentBytes: amount + 7, inactiveFileBytes: 7, maxBytes } }),
    example: [950 * MB, 1000 * MB],
    text: 'its control group uses 950MB of 1000MB, cache that can go left out: at the limit the kernel kills',
  },
  {
    rule: 'cgroup_high',
    least: 1,
    share: 1,
    given: (currentBytes, highBytes) => factsOf({ cgroup: { ...cgroup, currentBytes, highBytes } }),
    example: [1010 * MB, 1000 * MB],
    text: 'its control group uses 1010MB, above its memory.high of 1000MB: the kernel slows its processes down',
  },
  {
    rule: 'cgroup_cache',
    least: 64 * MB,
    share: 0.25,
    given: (amount, currentBytes) =>
      factsOf({ cgroup: { ...cgroup, currentBytes, fileBytes: amount + 5, shmemBytes: 5 } }),
    example: [900 * MB, 1200 * MB],
    text: '900MB of 1.2GB of its control group is page cache, not memory of the process',
  },
  {
    rule: 'cgroup_shmem',
    least: 64 * MB,
    share: 0.25,
    given: (shmemBytes, currentBytes) => factsOf({ cgroup: { ...cgroup, currentBytes, shmemBytes } }),
    example: [300 * MB, 1200 * MB],
    text: '300MB of 1.2GB of its control group is shared memory or files in tmpfs (/dev/shm, /run, /tmp): it stays after a restart until those are removed',
  },
  {
    rule: 'cgroup_sockets',
    least: 32 * MB,
    share: 0.1,
    given: (sockBytes, currentBytes) => factsOf({ cgroup: { ...cgroup, currentBytes, sockBytes } }),
    example: [300 * MB, 1200 * MB],
    text: '300MB of 1.2GB of its control group is buffers of sockets: data that is not read or not taken fast enough',
  },
  {
    rule: 'machine_full',
    least: 1,
    share: 0.95,
    given: (amount, totalBytes) =>
      factsOf({ machine: { ...machine, totalBytes, availableBytes: totalBytes - amount } }),
    example: [990 * MB, 1000 * MB],
    text: 'the machine has only 10MB of 1000MB left',
  },
  {
    rule: 'threads_grew',
    least: 20,
    share: 0.1,
    given: (amount, whole) =>
      before(
        { threads: threadsOf(whole - amount, { byWchan: [{ what: 'futex_wait', count: 2 }] }) },
        factsOf({
          threads: threadsOf(whole, {
            byWchan: [
              { what: 'futex_do_wait', count: 2 + amount },
              { what: 'ep_poll', count: 3 },
            ],
          }),
        }),
      ),
    example: [188, 200],
    text: 'threads grew from 12 to 200 in 10m: 188 more wait in a futex (a lock, or a queue without work)',
  },
  {
    rule: 'descriptors_grew',
    least: 50,
    share: 0.1,
    given: (amount, whole) =>
      before(
        { descriptors: descriptorsOf(whole - amount, { byKind: [{ what: 'file', count: 5 }] }) },
        factsOf({
          descriptors: descriptorsOf(whole, {
            byKind: [
              { what: 'socket', count: amount },
              { what: 'file', count: 6 },
            ],
            sockets: [{ what: 'tcp CLOSE_WAIT', count: 7 }],
          }),
        }),
      ),
    example: [712, 812],
    text: 'descriptors grew from 100 to 812 in 10m: 712 more sockets, 7 of them tcp CLOSE_WAIT',
  },
  {
    rule: 'memory_grew',
    least: 32 * MB,
    share: 0.1,
    given: (amount, whole) =>
      before(
        { status: statusOf({ rssBytes: whole - amount, rssAnonBytes: 7, rssFileBytes: 9 * MB }) },
        factsOf({ status: statusOf({ rssBytes: whole, rssAnonBytes: 7 + amount, rssFileBytes: 8 * MB }) }),
      ),
    example: [300 * MB, 900 * MB],
    text: 'RSS grew from 600MB to 900MB in 10m: 300MB more anonymous memory',
  },
]

const said = (given: Given) => ('facts' in given ? wordsOf(given.facts, given.context) : wordsOf(given))
const textOf = (given: Given, rule: string) => said(given).find(one => one.rule === rule)?.text

test.each(ROWS)('$rule says it', ({ rule, given, example, text }) => {
  expect(textOf(given(...example), rule)).toBe(text)
})

test.each(ROWS)('$rule: $least, and not one less', ({ rule, least, share, given }) => {
  const whole = share > 0 ? Math.floor(least / share) : least
  const amount = Math.max(least, Math.ceil(whole * share))
  expect(textOf(given(amount, whole), rule)).toBeDefined()
  expect(textOf(given(amount - 1, Math.max(1, whole - 1)), rule)).toBeUndefined()
})

test.each(ROWS.filter(({ share }) => share > 0))('$rule: a share of $share, and not less', row => {
  const { rule, least, share, given } = row
  const whole = Math.ceil((least * 40) / share)
  const amount = Math.ceil(whole * share)
  expect(textOf(given(amount, whole), rule)).toBeDefined()
  expect(textOf(given(amount - 1, whole), rule)).toBeUndefined()
})

const STATES: readonly [rule: string, facts: Facts, text: string][] = [
  [
    'main_thread_ended',
    factsOf({ status: statusOf({ state: 'zombie', threadCount: 5 }) }),
    'its main thread has ended while 4 other threads run on: its memory cannot be read, and only SIGKILL ends it for certain',
  ],
  [
    'zombie',
    factsOf({ status: statusOf({ state: 'zombie' }) }),
    'it has ended and is a zombie: its parent, pid 1, has not waited for it',
  ],
  [
    'stopped',
    factsOf({ status: statusOf({ state: 'stopped' }) }),
    'it is stopped, as by SIGSTOP: until SIGCONT it does nothing, and no stop signal but SIGKILL ends it',
  ],
  [
    'stopped',
    factsOf({ status: statusOf({ state: 'tracing stop' }) }),
    'a debugger or tracer has stopped it: until that lets go it does nothing',
  ],
]

test.each(STATES)('%s, by the state of the process', (rule, facts, text) => {
  expect(wordsOf(facts)).toEqual([{ rule, score: 100, text }])
})

test('every rule has its row here, and an id of its own', () => {
  const ids = WORD_RULES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(
    [...new Set([...ROWS, ...STATES.map(([rule]) => ({ rule }))].map(({ rule }) => rule))].sort(),
  ).toEqual([...ids].sort())
})

/** A process in which far more stands out than anybody wants to read. */
const MUCH = factsOf({
  status: statusOf({ rssBytes: 1200 * MB, swapBytes: 300 * MB, threadCount: 200 }),
  limits: { openFiles: { soft: 4096, hard: 4096 } },
  rollup: rollupOf({ rssBytes: 1200 * MB, sharedBytes: 420 * MB, pssBytes: 900 * MB, swapBytes: 300 * MB }),
  threads: threadsOf(200, {
    byState: [{ what: 'sleeping', count: 200 }],
    byWchan: [{ what: 'futex_do_wait', count: 187 }],
  }),
  descriptors: descriptorsOf(4000, {
    byKind: [{ what: 'socket', count: 3950 }],
    sockets: [{ what: 'tcp CLOSE_WAIT', count: 3912 }],
  }),
  mappings: mappingsOf({
    groups: [group('anon', 1000 * MB, 2431), group('file', 200 * MB)],
    named: [LIBC],
    arenas: { count: 38, sizeBytes: 38 * 64 * MB, rssBytes: 900 * MB },
  }),
  cgroup: { ...cgroup, currentBytes: 1900 * MB, fileBytes: 700 * MB, oomKillCount: 1 },
})

test('at most five, the most telling first, and one of each topic', () => {
  const sentences = wordsOf(MUCH)
  expect(sentences).toHaveLength(MOST_SENTENCES)
  expect(sentences.map(({ rule }) => rule)).toEqual([
    'descriptor_limit',
    'close_wait',
    'threads_wait',
    'arenas',
    'oom_kills',
  ])
  const scores = sentences.map(({ score }) => score)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  for (const score of scores) expect(score).toBeLessThanOrEqual(100)
})

test('what is more of its whole comes first among equals', () => {
  const swap = (share: number) =>
    wordsOf(factsOf({ status: statusOf({ swapBytes: share * MB, rssBytes: (100 - share) * MB }) }))
  expect(swap(90)[0]?.score).toBeGreaterThan(swap(20)[0]?.score ?? 0)
})

test.each<[what: string, facts: Facts, context?: WordsContext]>([
  ['nothing is known', factsOf({ missing: { process: 'ESRCH' } })],
  ['nothing stands out', factsOf({ status: statusOf({ rssBytes: 20 * MB }), threads: threadsOf(1) })],
  [
    'a part of arenas alone is known',
    factsOf({ mappings: mappingsOf({ arenas: { count: 99, sizeBytes: 1 } }) }),
  ],
  [
    'where threads wait is denied, or no system call',
    factsOf({
      threads: threadsOf(90, {
        byWchan: [{ what: '0', count: 90 }],
        bySyscall: [{ what: 'none', count: 90 }],
      }),
      missing: { syscall: 'EPERM' },
    }),
  ],
  [
    'no limit of descriptors',
    factsOf({ descriptors: descriptorsOf(90), limits: { openFiles: { soft: null, hard: null } } }),
  ],
  [
    'no limit of the group',
    factsOf({ cgroup: { ...cgroup, currentBytes: 1e9, maxBytes: null, highBytes: null } }),
  ],
  [
    'all threads have the name of their process',
    factsOf({
      status: statusOf({ name: 'x' }),
      threads: threadsOf(90, { byName: [{ what: 'x', count: 90 }] }),
    }),
  ],
])('it says nothing where %s', (_, facts) => expect(wordsOf(facts)).toEqual([]))

const later = factsOf({ threads: threadsOf(90) })
test.each<[what: string, previous: { readonly [K in keyof Facts]?: Facts[K] | undefined }]>([
  ['another pid', { pid: 1 }],
  ['a later process with the same pid', { startTicks: 7 }],
  ['one whose start is not known', { startTicks: undefined }],
  ['a look that came later', { takenAt: later.takenAt + 1 }],
])('nothing has grown since %s', (_, previous) => {
  const same = factsOf({ threads: threadsOf(1), takenAt: later.takenAt - 1000 })
  expect(wordsOf(later, { previous: { ...same, ...previous } as Facts })).toEqual([])
  expect(wordsOf(later, { previous: same })).toHaveLength(1)
})

test('arenas are those of glibc: a Go program has pieces of 64MB of its own', () => {
  const arenas = { count: 38, sizeBytes: 38 * 64 * MB, rssBytes: 900 * MB }
  const groups = [group('anon', 1000 * MB)]
  const rulesWith = (named: readonly ReturnType<typeof file>[]) =>
    wordsOf(factsOf({ mappings: mappingsOf({ groups, arenas, named }) })).map(({ rule }) => rule)
  expect(rulesWith([file('/usr/local/bin/server', MB)])).toEqual(['anonymous'])
  expect(rulesWith([file('/lib/ld-musl-x86_64.so.1', MB)])).toEqual(['anonymous'])
  for (const name of ['/usr/lib/libc.so.6', '/lib64/libc-2.17.so'])
    expect(rulesWith([file(name, MB)])).toEqual(['arenas'])
  // The list of names is full: libc may be one that is not in it.
  expect(rulesWith(Array.from({ length: 20 }, (_, at) => file(`/a${at}`, MB)))).toEqual(['arenas'])
})

test('siblings are named where there are some', () => {
  const facts = factsOf({
    rollup: rollupOf({ rssBytes: 500 * MB, sharedBytes: 420 * MB, pssBytes: 96 * MB }),
  })
  expect(wordsOf(facts, { siblingCount: 7 })[0]?.text).toMatch(
    /^420MB of 500MB are shared with its siblings: PSS is 96MB/,
  )
})

test('nothing that a process has named itself makes a second line, or steers a terminal', () => {
  const evil = '\u001b[2Jx\n\u2028y'
  const facts = factsOf({
    status: statusOf(),
    threads: threadsOf(90, { byName: [{ what: evil, count: 90 }], byWchan: [{ what: evil, count: 90 }] }),
    descriptors: descriptorsOf(200, {
      files: [{ what: `/${evil.repeat(50)}`, count: 90 }],
      peers: [{ what: `CLOSE_WAIT ${evil}`, count: 150 }],
      sockets: [{ what: 'tcp CLOSE_WAIT', count: 150 }],
      byKind: [{ what: evil, count: 190 }],
    }),
  })
  const sentences = wordsOf(facts)
  expect(sentences.map(({ rule }) => rule).sort()).toEqual(['close_wait', 'threads_named', 'threads_wait'])
  for (const { text } of sentences) {
    expect(text).toMatch(/^[ -~…]+$/)
    expect(text.length).toBeLessThan(250)
  }
})
