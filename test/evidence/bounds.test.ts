// Which evidence goes for what comes, and the names of its files.
import { expect, test } from 'vitest'
import { type ListedFile, surplusOf } from '../../src/evidence/bounds.ts'
import { parseFileName, programOf, stemOf } from '../../src/evidence/file-name.ts'

const AT = Date.UTC(2026, 10, 22, 0, 43, 10, 123)
const MIB = 2 ** 20

const file = (name: string, minute: number, bytes = 10_000, ending = '.json'): ListedFile => ({
  name: `${stemOf({ group: 'app', name, pid: 100 + minute, takenAt: AT + minute * 60_000 })}${ending}`,
  bytes,
})
const files = (name: string, count: number, bytes?: number) =>
  Array.from({ length: count }, (_, minute) => file(name, minute, bytes))
const names = (listing: readonly ListedFile[]) => listing.map(one => one.name).sort()

test('the name says when, of what, and which pid', () => {
  expect(stemOf({ group: 'app', name: 'web-1', pid: 4711, takenAt: AT })).toBe(
    'memmon-20261122T004310123Z-app_web-1-4711',
  )
})

test.each([
  ['that leads elsewhere', '../../etc', 'cron.d/x'],
  ['of nothing', '', ''],
  ['of control characters', 'a', 'b\0c\nd'],
  ['of dots', '.', '..'],
  ['of letters that are not ASCII', 'é'.repeat(500), '\u{1f600}'],
  ['of 5,000 letters', 'x'.repeat(5000), 'y'],
])('a program with a name %s is no path, and short', (_what, group, name) => {
  const stem = stemOf({ group, name, pid: 1, takenAt: AT })
  expect(stem).toMatch(/^memmon-20261122T004310123Z-[\w.-]{1,109}-1$/)
  expect(parseFileName(`${stem}.json`)).toMatchObject({
    stem,
    program: programOf(group, name),
    isHalf: false,
  })
})

test('two programs whose names read alike are two', () => {
  expect(programOf('a', 'b c')).not.toBe(programOf('a', 'b_c'))
  expect(programOf('x'.repeat(200), 'a')).not.toBe(programOf('x'.repeat(200), 'b'))
})

test.each(['web-20', 'web-20-7', '7'])('%s is told from the pid behind it', name => {
  const of = { group: 'app', name, pid: 99, takenAt: AT }
  expect(parseFileName(`${stemOf(of)}.json`)?.program).toBe(`app_${name}`)
})

test.each([
  'notes.json',
  'memmon-x.json',
  'checks.jsonl',
  'memmon-20261122T004310123Z-a-1.json.bak',
  '.',
  'memmon-20261122T004310123Z-../x-1.json',
])('%s is not evidence', name => expect(parseFileName(name)).toBeUndefined())

test('with room, nothing goes', () => {
  expect(surplusOf(files('web', 19), 'app_web', 10_000)).toEqual([])
  expect(surplusOf([], 'app_web', 10_000)).toEqual([])
})

test('20 of a program: the oldest go for a new one, those of others stay', () => {
  const listing = [...files('web', 22), ...files('api', 20)]
  expect(names(listing).filter(name => surplusOf(listing, 'app_web', 10_000).includes(name))).toEqual(
    names([file('web', 0), file('web', 1), file('web', 2)]),
  )
})

test('256 MB in all: the oldest go, of whichever program, and a small one with them', () => {
  const listing = [file('b', 0, 1), file('a', 1, 100 * MIB), file('c', 2, 100 * MIB), file('d', 3, 100 * MIB)]
  expect(surplusOf(listing, 'app_e', MIB).sort()).toEqual(names([file('b', 0), file('a', 1)]))
})

test('2,000 in all, however many programs there were', () => {
  const listing = Array.from({ length: 2_100 }, (_, at) => file(`job-${at}`, at, 1))
  const surplus = surplusOf(listing, 'app_new', 1)
  expect(surplus).toHaveLength(101)
  expect(surplus).toContain(listing[100]?.name)
  expect(surplus).not.toContain(listing[101]?.name)
})

test('what a command said goes with its evidence', () => {
  const listing = files('web', 20).concat(file('web', 0, 5, '.txt'), file('web', 5, 5, '.txt'))
  expect(surplusOf(listing, 'app_web', 1).sort()).toEqual(names([file('web', 0), file('web', 0, 5, '.txt')]))
})

test("half files go at once, others' files never", () => {
  const half = { name: `${file('web', 1).name}.new`, bytes: 5 }
  const others = { name: 'notes.txt', bytes: 300 * MIB }
  expect(surplusOf([half, others, ...files('web', 3)], 'app_web', 1)).toEqual([half.name])
})

test('whatever is there, it fits when the new one is added', () => {
  for (let seed = 1; seed < 60; seed++) {
    let state = seed
    const random = (most: number) => {
      state = (state * 48271) % 2147483647
      return state % most
    }
    const listing = Array.from({ length: random(60) }, (_, at) =>
      file(`p${random(4)}`, at, random(2) ? random(40 * MIB) : 10_000),
    )
    const incoming = random(4 * MIB)
    const surplus = new Set(surplusOf(listing, 'app_p0', incoming))
    const kept = listing.filter(({ name }) => !surplus.has(name))
    expect(kept.reduce((sum, { bytes }) => sum + bytes, incoming)).toBeLessThanOrEqual(256 * MIB)
    for (let at = 0; at < 4; at++)
      expect(kept.filter(({ name }) => name.includes(`_p${at}-`)).length).toBeLessThanOrEqual(
        at === 0 ? 19 : 20,
      )
  }
})
