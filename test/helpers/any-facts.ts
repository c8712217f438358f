// Facts of any process, as fast-check draws them: every part or none, any figure, names that mean harm.
import fc from 'fast-check'
import { type Facts, PARTS } from '../../src/evidence/facts.ts'

const amount = fc.oneof(
  fc.nat(20),
  fc.nat(5000),
  fc.nat(2 ** 31),
  fc.constantFrom(0, 1, 2 ** 40, Number.MAX_SAFE_INTEGER),
)
const text = fc.oneof(
  fc.constantFrom(
    'sleeping',
    'running',
    'disk sleep',
    'zombie',
    'stopped',
    'socket',
    'file',
    'deleted file',
    'tcp CLOSE_WAIT',
    'CLOSE_WAIT to 10.0.0.5:5432',
    'futex_do_wait',
    '0',
    '',
    '/lib/libc.so.6',
    '\u001b[2J\n\u202e',
    'toString',
    '__proto__',
  ),
  fc.string({ unit: 'binary' }),
)
const count = fc.record({ what: text, count: amount })
const counts = fc.array(count, { maxLength: 6 })
const limit = fc.record({ soft: fc.option(amount), hard: fc.option(amount) })
const kind = fc.constantFrom('heap', 'stack', 'thread stack', 'anon', 'shmem', 'file', 'reserved', 'kernel')

/** Those of the first may be absent. */
const some = <T extends object, U extends object>(
  optional: { [K in keyof T]: fc.Arbitrary<T[K]> },
  required: { [K in keyof U]: fc.Arbitrary<U[K]> },
) =>
  fc
    .tuple(fc.record(optional, { requiredKeys: [] }), fc.record(required))
    .map(([mayBe, is]) => ({ ...mayBe, ...is }))

const amounts = <K extends string>(...names: K[]): Record<K, fc.Arbitrary<number>> =>
  Object.fromEntries(names.map(name => [name, amount])) as Record<K, fc.Arbitrary<number>>

const sum = some(amounts('rssBytes', 'pssBytes', 'privateBytes', 'swapBytes'), amounts('count', 'sizeBytes'))

const PART_ARBITRARIES = {
  status: some(
    amounts(
      'rssBytes',
      'rssAnonBytes',
      'rssFileBytes',
      'rssShmemBytes',
      'peakRssBytes',
      'swapBytes',
      'pageTableBytes',
    ),
    { name: text, state: text, ...amounts('parentPid', 'uid', 'threadCount') },
  ),
  machine: some(amounts('totalBytes', 'availableBytes', 'swapTotalBytes', 'swapFreeBytes', 'mostMappings'), {
    kernel: text,
    architecture: text,
  }),
  limits: some({ openFiles: limit, processes: limit }, {}),
  cgroup: some(
    {
      ...amounts(
        'currentBytes',
        'peakBytes',
        'swapBytes',
        'anonBytes',
        'fileBytes',
        'shmemBytes',
        'inactiveFileBytes',
        'sockBytes',
        'oomKillCount',
        'processCount',
      ),
      maxBytes: fc.option(amount),
      highBytes: fc.option(amount),
    },
    { version: fc.constantFrom(1 as const, 2 as const), path: text },
  ),
  rollup: some(
    amounts('hugeBytes', 'lazyFreeBytes', 'swapBytes'),
    amounts('rssBytes', 'pssBytes', 'privateBytes', 'sharedBytes'),
  ),
  threads: fc.record({
    ...amounts('count', 'lookedAtCount'),
    byState: counts,
    byName: counts,
    byWchan: counts,
    bySyscall: counts,
    alike: fc.array(fc.record({ name: text, state: text, wchan: text, syscall: text, count: amount }), {
      maxLength: 6,
    }),
  }),
  descriptors: fc.record({
    ...amounts('count', 'lookedAtCount'),
    byKind: counts,
    sockets: counts,
    peers: counts,
    files: counts,
  }),
  io: fc.record(amounts('readBytes', 'writtenBytes', 'storageReadBytes', 'storageWrittenBytes')),
  mappings: fc.record({
    source: fc.constantFrom('smaps' as const, 'maps' as const),
    count: amount,
    isWhole: fc.boolean(),
    groups: fc.array(
      fc.tuple(sum, kind).map(([one, its]) => ({ ...one, kind: its })),
      { maxLength: 8 },
    ),
    named: fc.array(
      fc.tuple(sum, kind, text).map(([one, its, name]) => ({ ...one, kind: its, name })),
      { maxLength: 20 },
    ),
    equal: fc.array(
      fc.tuple(sum, amount).map(([one, eachBytes]) => ({ ...one, eachBytes })),
      { maxLength: 10 },
    ),
    arenas: sum,
  }),
  children: fc.record({
    ...amounts('count', 'descendantCount', 'zombieCount', 'rssBytes'),
    byName: counts,
    largest: fc.array(
      fc.record({
        name: text,
        state: text,
        ...amounts('pid', 'parentPid', 'threadCount', 'rssBytes'),
      }),
      { maxLength: 20 },
    ),
  }),
  program: some({ argumentCount: amount }, { executable: text, isDeleted: fc.boolean() }),
}

const codes = fc.constantFrom(
  'EACCES',
  'EPERM',
  'ESRCH',
  'ENOENT',
  'timeout',
  'too_large',
  'unsupported',
  'x\ny',
)
const PIECES = [...PARTS, 'smaps', 'wchan', 'syscall', 'sockets', 'process']

/** Of one process, so that one may be an earlier look at another. */
export const anyFacts: fc.Arbitrary<Facts> = some(PART_ARBITRARIES, {
  version: fc.constant(1 as const),
  pid: fc.constant(4711),
  startTicks: fc.constant(100),
  takenAt: fc.nat(2 ** 31),
  tookMs: fc.nat(2000),
  missing: fc.dictionary(fc.constantFrom(...PIECES), codes, { maxKeys: 6 }),
})
