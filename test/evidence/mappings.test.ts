// What a mapping is: by its own line, and by its neighbours.
import { expect, test } from 'vitest'
import { createMappingParser, kindOf } from '../../src/evidence/mapping.ts'
import { MappingTally } from '../../src/evidence/mapping-tally.ts'
import type { MappingFacts } from '../../src/evidence/memory-facts.ts'

const MIB = 2 ** 20
const KIB = 1024
/** Where mmap(2) puts things. */
const HIGH = 0x7f00_0000_0000

/** Lines of maps from start, size, permissions and name; `rss` makes them lines of smaps. */
const line = (start: number, bytes: number, permissions = 'rw-p', name = '', rssKib?: number): string =>
  `${start.toString(16)}-${(start + bytes).toString(16)} ${permissions} 00000000 00:00 0${name === '' ? '' : ` ${name}`}` +
  (rssKib === undefined ? '' : `\nRss: ${rssKib} kB\nPss: 1 kB\nPrivate_Dirty: 2 kB\nSwap: 3 kB`)

function tally(
  lines: readonly string[],
  pointers: readonly number[] = [],
  source: 'maps' | 'smaps' = 'maps',
) {
  const made = new MappingTally(source, pointers)
  const parser = createMappingParser(mapping => made.add(mapping))
  for (const one of lines.join('\n').split('\n')) parser.take(one)
  parser.end()
  return made.facts(true)
}

const counts = ({ groups }: MappingFacts) =>
  Object.fromEntries(groups.map(({ kind, count }) => [kind, count]))

test.each([
  ['[heap]', 'rw-p', 'heap'],
  ['[stack]', 'rw-p', 'stack'],
  ['[stack:4711]', 'rw-p', 'thread stack'],
  ['[anon: glibc: pthread stack: 4711]', 'rw-p', 'thread stack'],
  ['[anon: glibc: malloc]', 'rw-p', 'anon'],
  ['[anon:v8]', '---p', 'reserved'],
  ['[anon_shmem:dalvik]', 'rw-s', 'shmem'],
  ['[vdso]', 'r-xp', 'kernel'],
  ['[vsyscall]', '--xp', 'kernel'],
  ['', 'rw-p', 'anon'],
  ['', '---p', 'reserved'],
  ['', 'rw-s', 'shmem'],
  ['/dev/zero (deleted)', 'rw-s', 'shmem'],
  ['/memfd:cache (deleted)', 'rw-s', 'shmem'],
  ['/dev/shm/pool', 'rw-s', 'shmem'],
  ['/SYSV00000000 (deleted)', 'rw-s', 'shmem'],
  ['/anon_hugepage (deleted)', 'rw-p', 'anon'],
  ['/usr/lib/libc.so.6', '---p', 'file'],
  ['/usr/lib/a b (deleted)', 'r-xp', 'file'],
])('%j with %s is %s', (name, permissions, kind) => expect(kindOf(name, permissions)).toBe(kind))

test('a name of any shape is one name', () => {
  const { named } = tally([line(HIGH, 4096, 'r--p', '      /usr/lib/my lib 1-2 rw-p.so (deleted)')])
  expect(named).toEqual([
    { name: '/usr/lib/my lib 1-2 rw-p.so (deleted)', kind: 'file', count: 1, sizeBytes: 4096 },
  ])
})

test('smaps: the figures of each are added up, by kind, by name and by size', () => {
  const facts = tally(
    [
      line(HIGH, 8192, 'rw-p', '', 4),
      line(HIGH + MIB, 8192, 'rw-p', '', 8),
      line(HIGH + 2 * MIB, 4096, 'r--p', '/usr/bin/x', 0),
      line(HIGH + 3 * MIB, 4096, 'r-xp', '/usr/bin/x', 4),
    ],
    [],
    'smaps',
  )
  const sums = { pssBytes: 2 * KIB, privateBytes: 4 * KIB, swapBytes: 6 * KIB }
  expect(facts.groups).toEqual([
    { kind: 'anon', count: 2, sizeBytes: 16384, rssBytes: 12 * KIB, ...sums },
    { kind: 'file', count: 2, sizeBytes: 8192, rssBytes: 4 * KIB, ...sums },
  ])
  expect(facts.named).toEqual([
    { name: '/usr/bin/x', kind: 'file', count: 2, sizeBytes: 8192, rssBytes: 4 * KIB, ...sums },
  ])
  expect(facts.equal).toEqual([{ eachBytes: 8192, count: 2, sizeBytes: 16384, rssBytes: 12 * KIB, ...sums }])
})

test('2,431 mappings of one size are one line of facts', () => {
  const lines = Array.from({ length: 2431 }, (_, at) =>
    line(HIGH + at * 128 * MIB, 32 * MIB, at % 2 ? 'rw-p' : 'r--p'),
  )
  expect(tally(lines).equal).toEqual([{ eachBytes: 32 * MIB, count: 2431, sizeBytes: 2431 * 32 * MIB }])
})

const GUARD = 4096
const stack = (at: number, bytes = 8 * MIB) => [line(at, GUARD, '---p'), line(at + GUARD, bytes)]

test('stacks of threads: by their stack pointers', () => {
  const lines = [...stack(HIGH), ...stack(HIGH + 10 * MIB), line(HIGH + 30 * MIB, 2 * MIB)]
  expect(counts(tally(lines, [HIGH + 5 * MIB, HIGH + 15 * MIB]))).toEqual({
    'thread stack': 2,
    reserved: 2,
    anon: 1,
  })
  // What lies above a guard page is none where the pointers are known and elsewhere.
  expect(counts(tally(lines, [HIGH + 5 * MIB]))).toEqual({ 'thread stack': 1, reserved: 2, anon: 2 })
})

test('stacks of threads: by the guard page, where no stack pointer may be read', () => {
  const lines = [...stack(HIGH), line(HIGH + 20 * MIB, MIB, '---p'), line(HIGH + 21 * MIB, 8 * MIB)]
  expect(counts(tally(lines))).toEqual({ 'thread stack': 1, reserved: 2, anon: 1 })
})

test('stacks without guard pages, merged into one mapping, are stacks', () => {
  const pointers = Array.from({ length: 50 }, (_, at) => HIGH + at * 8 * MIB + 7 * MIB)
  expect(counts(tally([line(HIGH, 400 * MIB)], pointers))).toEqual({ 'thread stack': 1 })
})

test("a runtime's heap in which stacks lie, as Go's, is not a stack", () => {
  const go = [line(0xc0_0000_0000, 4 * MIB), line(0xc0_0040_0000, 60 * MIB, '---p')]
  expect(counts(tally(go, [0xc0_0000_8000]))).toEqual({ anon: 1, reserved: 1 })
  expect(counts(tally([line(HIGH, 400 * MIB)], [HIGH + MIB]))).toEqual({ anon: 1 })
})

const ARENA = 64 * MIB
const arena = (at: number, usedBytes: number) => [
  line(at, usedBytes),
  line(at + usedBytes, ARENA - usedBytes, '---p'),
]

test("arenas of glibc's malloc: used and reserved part together are 64 MB", () => {
  const lines = [...arena(HIGH, 132 * KIB), ...arena(HIGH + ARENA, 20 * MIB), line(HIGH + 3 * ARENA, MIB)]
  expect(tally(lines).arenas).toEqual({ count: 2, sizeBytes: 2 * ARENA })
})

test('full arenas count, also several in one mapping, where another one is in part use', () => {
  const full = [line(HIGH + 4 * ARENA, 3 * ARENA)]
  expect(tally([...full, ...arena(HIGH + 8 * ARENA, MIB)]).arenas.count).toBe(4)
  // A full one that the kernel has merged with the next, which is not.
  const merged = [line(HIGH, ARENA + MIB), line(HIGH + ARENA + MIB, ARENA - MIB, '---p')]
  expect(tally(merged).arenas.count).toBe(2)
  // Any mapping may be of that size.
  expect(tally(full).arenas.count).toBe(0)
})

test.each([
  ["Go's heap", [line(0xc0_0000_0000, 4 * MIB), line(0xc0_0040_0000, 60 * MIB, '---p')]],
  ['a reserve that is larger than an arena', [line(HIGH, MIB), line(HIGH + MIB, 16 * ARENA - MIB, '---p')]],
  ['one that does not start at 64 MB', [line(HIGH + MIB, MIB), line(HIGH + 2 * MIB, 62 * MIB, '---p')]],
  ['a gap between', [line(HIGH, MIB), line(HIGH + 2 * MIB, 62 * MIB, '---p')]],
])('no arena: %s', (_what, lines) => expect(tally(lines).arenas.count).toBe(0))

test('lists are bounded, whatever the process maps: 20 names, 10 sizes', () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => [
    line(HIGH + at * MIB, (at + 1) * 8, 'rw-p'),
    line(HIGH + at * MIB + MIB / 2, (at + 1) * 8, 'r--p', `/usr/lib/x-${at}`),
    line(HIGH + at * MIB + MIB / 2, (at + 1) * 8, 'r--p'),
  ]).flat()
  const facts = tally(lines)
  expect(facts.count).toBe(90_000)
  expect([facts.named.length, facts.equal.length]).toEqual([20, 10])
  expect(JSON.stringify(facts).length).toBeLessThan(8_000)
})
