// The decisions of the agent: where the socket is, whose an allocation is, what comes first, what is refused.
import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blameOf, type Frame, packageOf } from '../../src/agent/blame.ts'
import { poissonSampler, watchBuffers } from '../../src/agent/buffer-watch.ts'
import { refusalOf } from '../../src/agent/dump-heap.ts'
import { isLauncher } from '../../src/agent/launchers.ts'
import { lineCutter } from '../../src/agent/lines.ts'
import { surplusOf } from '../../src/agent/own-folder.ts'
import { startTicksIn } from '../../src/agent/own-process.ts'
import { socketPaths } from '../../src/agent/places.ts'
import { snapshotReader } from '../../src/agent/snapshot-reader.ts'
import { fieldsOf } from '../../src/agent/status.ts'
import { kindOf } from '../../src/agent/strings.ts'
import { listsOf, type Sample } from '../../src/agent/tally.ts'
import { sha256 } from '../../src/base/sha256.ts'

test('sha256 is that of node:crypto, for texts of any length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
    }),
  )
})

const URL = 'unix:///run/supervisor.sock'
const NAME = `agent-${sha256(URL).slice(0, 16)}.sock`

test.each<[string, Record<string, string>, string[]]>([
  ['no child of supervisord', { HOME: '/root' }, []],
  ['turned off', { MEMMON_SOCKET: '/x', MEMMON_AGENT: '0' }, []],
  ['given', { MEMMON_SOCKET: '/x/y.sock', SUPERVISOR_SERVER_URL: URL }, ['/x/y.sock']],
  ['given, relative', { MEMMON_SOCKET: 'y.sock', SUPERVISOR_SERVER_URL: URL }, []],
  ['given, too long', { MEMMON_SOCKET: `/${'x'.repeat(103)}` }, []],
  ['by the server alone', { SUPERVISOR_SERVER_URL: URL }, [`/run/memmon/${NAME}`, `/var/lib/memmon/${NAME}`]],
  [
    'all folders',
    { SUPERVISOR_SERVER_URL: URL, XDG_RUNTIME_DIR: '/run/user/1', XDG_STATE_HOME: '/s', HOME: '/home/a' },
    ['/run/memmon', '/run/user/1/memmon', '/s/memmon', '/var/lib/memmon', '/home/a/.local/state/memmon'].map(
      folder => `${folder}/${NAME}`,
    ),
  ],
])('where the socket is: %s', (_, environment, paths) => expect(socketPaths(environment)).toEqual(paths))

test.each([
  ['/usr/lib/node_modules/npm/bin/npm-cli.js', true],
  ['/usr/lib/node_modules/npm/bin/npx-cli.js', true],
  ['/usr/share/nodejs/npm/bin/npm-cli.js', true],
  ['/opt/yarn-v1.22.22/bin/yarn.js', true],
  ['/usr/lib/node_modules/corepack/dist/pnpm.js', true],
  ['/usr/lib/node_modules/pnpm/bin/pnpm.cjs', true],
  ['/srv/app/.yarn/releases/yarn-4.5.0.cjs', true],
  ['/srv/npm/server.js', false],
  ['/srv/npm/bin/server.js', false],
  ['/srv/app/node_modules/next/dist/bin/next', false],
  ['/srv/app/bin/www.js', false],
])('%s starts others: %s', (path, isIt) => expect(isLauncher(path)).toBe(isIt))

test('the start of a process whose name holds what separates fields', () => {
  const fields = Array.from({ length: 50 }, (_, at) => at + 3)
  expect(startTicksIn(`12 (a) b (c) ${fields.join(' ')}`)).toBe(22)
  expect(startTicksIn('nonsense')).toBeUndefined()
})

const frame = (url: string, more: Partial<Frame> = {}): Frame => ({
  ...{ url, line: 7, function: 'f', isBuiltIn: false },
  ...more,
})

test.each<[string, readonly Frame[], string | undefined]>([
  ['the innermost frame of the program', [frame('/a/x.js'), frame('/a/y.js')], '/a/x.js:7'],
  [
    "not Node's",
    [frame('node:events'), frame('', { isBuiltIn: true }), frame('file:///a%20b/x.js')],
    '/a b/x.js:7',
  ],
  ["not the agent's, which wraps Buffer.from", [frame('/agent/w.js'), frame('/a/x.js')], '/a/x.js:7'],
  ['what the agent itself allocates is nobody’s', [frame('node:net'), frame('/agent/w.js')], undefined],
  ['nothing but Node', [frame('node:net')], '(node)'],
  ['code without a file', [frame('')], '(eval):7'],
])('blame: %s', (_, frames, location) => expect(blameOf(frames, '/agent/')?.location).toBe(location))

test.each([
  ['/srv/app/lib/x.js', '(app)'],
  ['/srv/node_modules/a/x.js', 'a'],
  ['/srv/node_modules/@s/b/x.js', '@s/b'],
  ['/srv/node_modules/.pnpm/c@1.0.0/node_modules/c/x.js', 'c'],
])('the package of %s', (path, name) => expect(packageOf(path)).toBe(name))

const sample = (name: string, bytes: number, at: number, isExternal = false): Sample => ({
  blame: { package: name, file: `/${name}`, location: `/${name}:1`, function: 'f' },
  ...{ bytes, at, isExternal },
})
/** Evenly over the whole time, or from a moment on. */
const spread = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, at) => from + ((1 - from) * at) / count)

test('what has survived comes first, not what is large, once, or recent', () => {
  const samples = [
    ...spread(30).map(at => sample('leak', 1_000, at)),
    sample('table', 1_000_000, 0.1),
    ...spread(500, 0.5).map(at => sample('churn', 1_000, at)),
    ...[0.1, 0.2, 0.3].map(at => sample('buffers', 2_000, at, true)),
  ]
  const { by_package: packages, by_location: locations } = listsOf(samples, 4_000)
  expect(packages.map(({ data }) => data)).toEqual(['leak', 'buffers', 'table', 'churn'])
  expect(packages[0]).toEqual({ data: 'leak', memory: 30_000, external: 0, count: 30, survivors: 15 })
  expect(packages[1]).toMatchObject({ memory: 6_000, external: 6_000 })
  expect(locations[0]).toMatchObject({ data: '/leak:1', function: 'f' })
  const many = Array.from({ length: 200 }, (_, at) => sample(`p${at}`, 1, 0))
  expect(listsOf(many, 1).by_file).toHaveLength(50)
})

test.each([
  ['code that is compiled at the beginning', [0.01, 0.02, 0.02, 0.03]],
  ['tables that are filled in two moments', [0.1, 0.1, 0.1, 0.4]],
])('what comes all the time is before %s, though that is twice as large', (_, moments) => {
  const samples = [
    ...spread(24).map(at => sample('leak', 1_000, at)),
    ...moments.map(at => sample('(node)', 6_000, at)),
  ]
  const { by_package: packages } = listsOf(samples, 6_000)
  expect(packages.map(({ data, memory }) => [data, memory])).toEqual([
    ['leak', 24_000],
    ['(node)', 24_000],
  ])
})

/** As V8 writes one: a line for each text, the first of which no node has. */
const SNAPSHOT = String.raw`{"snapshot":{"meta":{"node_fields":["type","name","id","self_size"],"node_types":[["hidden","string"],"string"]},"node_count":4},
"nodes":[1,1,11,40
,0,2,13,999
,1,1,15,24
,1,3,17,100],
"edges":[1,2,3],
"strings":["<dummy>",
"a]}\"\n,",
"hidden",
"\u00e9\"]}"]}`

test.each([
  ['as Node 20 and 22 write it', SNAPSHOT],
  ['as Node 24 does, on one line', SNAPSHOT.replaceAll('\n', '')],
])('the strings of a heap snapshot %s, in pieces of any size', (_, snapshot) => {
  for (const length of [1, 2, 7, 50, 10_000]) {
    const read: unknown[] = []
    const { push } = snapshotReader((text, { count, bytes }) => read.push([text, count, bytes]))
    for (let at = 0; at < snapshot.length; at += length) push(snapshot.slice(at, at + length))
    expect(read).toEqual([
      ['a]}"\n,', 2, 64],
      ['é"]}', 1, 100],
    ])
  }
  expect(() => snapshotReader(() => {}).push(snapshot.replace('self_size', 'x'))).toThrow('unknown form')
})

test.each([
  ['session-1234', 'session-#'],
  ['2026-11-22T07:08', '#-#-#T#:#'],
  ['x'.repeat(1000), 'x'.repeat(80)],
  ['', ''],
])('the kind of %s', (text, kind) => expect(kindOf(text)).toBe(kind))

test('Buffers: each counts while there are few; of many some do, and the sums stay right', () => {
  let now = 0
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const { weighed, gap } = poissonSampler(() => now, random)
  let left = 0
  /** For how many bytes it stands, as a Buffer of that size. */
  const stands = (size: number): number => {
    left -= size
    if (left > 0) return 0
    const weight = weighed(size)
    left = gap()
    return weight
  }
  const sizes = Array.from({ length: 500 }, (_, at) => 1 + ((at * 977) % 5_000))
  for (const size of sizes) expect(stands(size)).toBe(size)
  let [looked, sum, whole] = [0, 0, 0]
  for (let at = 0; at < 200_000; at++) {
    now += 0.02
    const bytes = stands(1_000)
    if (bytes > 0) looked++
    sum += bytes
    whole += 1_000
  }
  expect(looked).toBeLessThan(15_000)
  expect(Math.abs(sum / whole - 1)).toBeLessThan(0.1)
})

test('Buffers made after the end are not kept: the collection before it did not look at them', () => {
  let now = 0
  const watch = watchBuffers('/nowhere/', () => now)
  const made: Buffer[] = []
  const bytesKept = () => watch.kept(10, 20).reduce((sum, { bytes }) => sum + bytes, 0)
  try {
    for (const [at, size] of [
      [10, 100],
      [20, 1_000],
      [21, 10_000],
    ] as const) {
      now = at
      made.push(Buffer.alloc(size))
    }
    expect(bytesKept()).toBe(1_100)
  } finally {
    watch.end()
  }
})

/** Bytes kept of what `make` has made for so many Buffers, after a collection. */
async function bytesOf(make: (kept: unknown[]) => void): Promise<{ kept: number; allocated: number }> {
  const watch = watchBuffers('/nowhere/', () => 0)
  const kept: unknown[] = []
  try {
    watch.restart({ keepsAll: false })
    for (let at = 0; at < 100; at++) make(kept)
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    await new Promise(resolve => setTimeout(resolve, 50))
    const bytes = watch.kept(0, 1).reduce((sum, one) => sum + one.bytes, 0)
    return { kept: kept.length > 0 ? bytes : -1, allocated: watch.allocatedBytes() }
  } finally {
    watch.end()
  }
}

const WHOLE = new ArrayBuffer(1_000_000)
test.each<[what: string, make: (kept: unknown[]) => void, kept: number, allocated: number]>([
  ['a slice keeps its Buffer', kept => kept.push(Buffer.alloc(10_000).subarray(0, 10)), 1e6, 1e6],
  ['the ArrayBuffer keeps its Buffer', kept => kept.push(Buffer.alloc(10_000).buffer), 1e6, 1e6],
  ['what nothing keeps', kept => kept.push(Buffer.alloc(10_000).length), 0, 1e6],
  ['a view is no memory', kept => kept.push(Buffer.from(WHOLE)), 0, 0],
  ['nor a part of one', kept => kept.push(Buffer.from(WHOLE, 10, 500_000)), 0, 0],
  [
    'a copy is',
    kept => kept.push(Buffer.from(new Uint8Array(WHOLE, 0, 10_000)), Buffer.from('x'.repeat(10_000))),
    2e6,
    2e6,
  ],
])('Buffers: %s', async (_, make, kept, allocated) => {
  const bytes = await bytesOf(make)
  expect(Math.abs(bytes.kept - kept)).toBeLessThan(20_000)
  // Others make some, too.
  expect(Math.abs(bytes.allocated - allocated)).toBeLessThan(10_000)
})

test('Buffers of a long time count to their end: fewer of them stand for the rest', () => {
  let now = 0
  const watch = watchBuffers('/nowhere/', () => now)
  const made: Buffer[] = []
  try {
    watch.restart({ keepsAll: false })
    for (; now < 150_000; now += 2.5) made.push(Buffer.allocUnsafeSlow(64))
    const kept = watch.kept(0, now)
    expect(kept.length).toBeLessThanOrEqual(50_000)
    expect(Math.abs(kept.reduce((sum, { bytes }) => sum + bytes, 0) / (made.length * 64) - 1)).toBeLessThan(
      0.1,
    )
    const late = kept.filter(({ at }) => at > 0.75).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(Math.abs(late / (made.length * 16) - 1)).toBeLessThan(0.2)
  } finally {
    watch.end()
  }
})

describe('what goes from the folder of agents before a file comes', () => {
  const MB = 2 ** 20
  const name = (second: number, program = 'web_web', kind = 'sample.json') =>
    `memmon-20261122T07${String(second).padStart(7, '0')}Z-${program}-7-${kind}`
  const files = (count: number, bytes = 1, from = 0, program?: string) =>
    Array.from({ length: count }, (_, at) => ({ name: name(from + at, program), bytes }))
  const incoming = name(9_999)
  test.each<[what: string, listing: { name: string; bytes: number }[], gone: string[]]>([
    ['nothing while there is room', files(19), []],
    ['the oldest of the program', files(21).reverse(), [name(1), name(0)]],
    ['those of another program stay', files(20, 1, 0, 'a_a'), []],
    [
      'by bytes, whosever they are',
      [...files(2, 600 * MB, 0, 'a_a'), ...files(1, 300 * MB, 5)],
      [name(0, 'a_a')],
    ],
    [
      'no more than 200 of all programs',
      Array.from({ length: 201 }, (_, at) => ({ name: name(at, `p${at}_p`), bytes: 1 })),
      [name(1, 'p1_p'), name(0, 'p0_p')],
    ],
    ['what is not an agent’s stays', [{ name: 'memmon-notes', bytes: 5_000 * MB }], []],
  ])('%s', (_, listing, gone) => {
    expect(surplusOf(listing, incoming)).toEqual(gone)
  })
})

test('a snapshot is refused with the figures, and only where it would harm', () => {
  const MB = 2 ** 20
  const free = { memoryBytes: 1_001 * MB, diskBytes: 301 * MB, folder: '/d' }
  expect(refusalOf(100 * MB, free)).toBeUndefined()
  expect(refusalOf(101 * MB, free)).toBe(
    'refused: a snapshot of a heap of 101 MB needs up to 1010 MB of memory, and 1001 MB are available; it needs up to 303 MB in /d, and 301 MB are free there. The program would stand still for about 10 s. use --force to take it anyway',
  )
})

test('lines come in pieces of any size, and none is too long', () => {
  const lines: string[] = []
  const cut = lineCutter(line => lines.push(line))
  for (const piece of ['a', 'b\nc\n', '', '\nd']) expect(cut(piece)).toBe(true)
  expect(lines).toEqual(['ab', 'c', ''])
  expect(cut('x'.repeat(8 * 2 ** 20))).toBe(false)
})

test('status fields are texts and numbers, so many, and what throws is left out', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`k${at}`, at]))
  expect(Object.keys(fieldsOf(many))).toHaveLength(20)
  expect(fieldsOf(() => ({ a: 'x'.repeat(500), b: 1 }))).toEqual({ a: 'x'.repeat(200), b: 1 })
  expect(
    fieldsOf(() => {
      throw new Error('no')
    }),
  ).toEqual({})
})
