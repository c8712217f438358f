// The history file as text: what is whole comes back, whatever happened to the rest.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histories } from '../../src/history/histories.ts'
import { historyHeader, parseHistory } from '../../src/history/history-lines.ts'
import { historyOf } from '../../src/history/history-of.ts'
import { trackedLine, trackedOf } from '../../src/history/kept-tracked.ts'
import { noteEnd, type Tracked } from '../../src/history/tracked.ts'
import { BOOT_SECONDS, EPOCH_MS, fileOf, MB, run, track, tracked, withPast } from './tracking.ts'

const leaking = (): Tracked =>
  tracked({ hours: 5 }, hour => 100 + 30 * hour, { limitBytes: 400 * MB, metric: 'pss', cumulative: true })
const slept = (): Tracked => {
  const one = tracked({ hours: 1 }, () => 100)
  track(one, { fromSeconds: 40_000, hours: 1 }, () => 120)
  noteEnd(one, 100, { by: 'memmon', rule: '-p web=200MB "\u001b[1m"', failedStarts: 2 })
  return one
}

test('all of it comes back', () => {
  const all = { 'web:web': leaking(), 'a:\u001b[31m\n"': slept(), 'x:x': withPast(12) }
  const found = parseHistory(fileOf(all, 7))
  expect(found).toMatchObject({ version: 1, atMs: 7, leftOut: 0 })
  for (const [namespec, one] of Object.entries(all)) {
    const again = found.tracked.get(namespec) as Tracked
    expect({ ...again, isRestored: false }).toEqual({ ...one, series: { ...one.series, atSeconds: 0 } })
    expect(historyOf(namespec, again)).toEqual(historyOf(namespec, one))
  }
})

test('cut at every byte: never an error, and each process whose line is whole is there', () => {
  const all = { 'web:ä€': leaking(), 'x:x': withPast(1) }
  const bytes = Buffer.from(fileOf(all))
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at)
  expect(ends).toHaveLength(3)
  for (let length = 0; length <= bytes.length; length++) {
    const { version, tracked, leftOut } = parseHistory(bytes.toString('utf8', 0, length))
    const whole = ends.filter(end => length >= end).length - 1
    expect(version).toBe(whole >= 0 ? 1 : undefined)
    expect([...tracked.keys()]).toEqual(Object.keys(all).slice(0, Math.max(0, whole)))
    expect(leftOut).toBe(whole >= 0 ? 2 - whole : 0)
  }
})

test('a line that is torn, foreign or said twice is left out and counted, the rest is there', () => {
  const [header = '', ...lines] = fileOf({ 'a:a': leaking(), 'b:b': slept(), 'c:c': withPast(1) })
    .trimEnd()
    .split('\n')
  const [a = '', b = '', c = ''] = lines
  const names = (...of: string[]) => {
    const { tracked, leftOut } = parseHistory([header, ...of, ''].join('\n'))
    return [[...tracked.keys()], leftOut]
  }
  expect(names(a, b, c)).toEqual([['a:a', 'b:b', 'c:c'], 0])
  expect(names(a, b.slice(0, -100), c)).toEqual([['a:a', 'c:c'], 1])
  expect(names(a, b.slice(100), c)).toEqual([['a:a', 'c:c'], 1])
  expect(names(a, '', '{"x":1}', 'null', c)).toEqual([['a:a', 'c:c'], 3])
  expect(names(a, a.replace('"pss"', '"rss"'), c)).toEqual([['a:a', 'c:c'], 1])
  expect(names()).toEqual([[], 3])
  const twice = parseHistory([header, a, a.replace('"pss"', '"rss"')].join('\n'))
  expect(twice.tracked.get('a:a')?.series.metric).toBe('pss')
})

test.each([
  ['of another version', '{"memmonHistory":2,"other":true}', 2],
  ['of a version that is none', '{"memmonHistory":"1"}', undefined],
  ['without its time', '{"memmonHistory":1,"run":"","processes":1}', undefined],
  ['of something else', 'null', undefined],
  ['of something else', '{"memmon":3}', undefined],
  ['of nothing', '', undefined],
])('a file %s (%s) is left alone', (_, header, version) => {
  const text = `${header}\n${trackedLine('a:a', leaking())}`
  expect(parseHistory(text)).toEqual({ version, atMs: 0, tracked: new Map(), leftOut: 0 })
})

describe('a line with forged values', () => {
  const line = trackedLine('a:a', withPast(2))
  const whole = JSON.parse(line)
  const forged = (change: (kept: typeof whole) => void): unknown => {
    const kept = structuredClone(whole)
    change(kept)
    return trackedOf(JSON.stringify(kept))
  }

  test('is taken unchanged', () => expect(forged(() => {})).toBeDefined())

  test.each<[what: string, change: (kept: typeof whole) => void]>([
    ['no name', kept => delete kept.namespec],
    ['a name that is no text', kept => Object.assign(kept, { namespec: 7 })],
    ['an empty name', kept => Object.assign(kept, { namespec: '' })],
    ['something more', kept => Object.assign(kept, { more: 1 })],
    ['a life that ends before it began', kept => Object.assign(kept.life, { fromMs: kept.life.untilMs + 1 })],
    ['a time beyond all dates', kept => Object.assign(kept.life, { untilMs: 9e15 })],
    ['a negative pid', kept => Object.assign(kept.life, { pid: -1 })],
    ['a size that no process has', kept => Object.assign(kept.life, { peakBytes: 2 ** 60 })],
    ['a gap back in time', kept => Object.assign(kept.life, { gaps: [{ afterSeconds: 1, lostMs: -1 }] })],
    [
      'gaps without end',
      kept => Object.assign(kept.life, { gaps: Array(9).fill({ afterSeconds: 1, lostMs: 1 }) }),
    ],
    ['an end for no reason', kept => Object.assign(kept.ends, { 0: { by: 'me' } })],
    ['more ends than lives', kept => kept.ends.push({ by: 'other' })],
    ['lives cut short', kept => Object.assign(kept, { lives: kept.lives.slice(0, -8) })],
    ['memory cut short', kept => Object.assign(kept, { memory: kept.memory.slice(0, -8) })],
    ['memory without end', kept => Object.assign(kept, { memory: kept.memory.repeat(100) })],
    ['memory that is no base64', kept => Object.assign(kept, { memory: '{}' })],
  ])('%s', (_, change) => expect(forged(change)).toBeUndefined())

  test('of any kind: nothing, or a history in order that can go on', () => {
    const paths = [...pathsIn(whole)]
    const value = fc.oneof(
      fc.constantFrom(null, '', -1, 0, 1e308, -1e308, 2 ** 53, 'x', [], {}, true),
      fc.integer(),
      fc.double(),
      fc.base64String({ maxLength: 400 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, value) => {
        const found = forged(kept => set(kept, path, value)) as { tracked: Tracked } | undefined
        if (found) expectToGoOn(found.tracked)
      }),
      { numRuns: 800 },
    )
  })

  test('with bytes of its lives changed: nothing, or lives in order', () => {
    const bytes = Buffer.from(whole.lives, 'base64')
    const change = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const changed = Buffer.from(bytes)
        for (const [at, byte] of changes) changed[at] = byte
        const found = forged(kept => Object.assign(kept, { lives: changed.toString('base64') }))
        if (found) expectToGoOn((found as { tracked: Tracked }).tracked)
      }),
      { numRuns: 250 },
    )
  })
})

type Path = readonly (string | number)[]
function* pathsIn(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path
  if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* pathsIn(one, [...path, name])
}

function set(into: Record<string | number, never>, [name = '', ...rest]: Path, value: unknown): void {
  if (rest.length > 0) set(into[name] as never, rest, value)
  else Object.assign(into, { [name]: value })
}

function expectToGoOn(one: Tracked): void {
  const histories = new Histories(() => 60)
  histories.restore([['a:a', one]], { atMs: EPOCH_MS + 1e8, atSeconds: BOOT_SECONDS + 1e5 })
  track({ histories, namespec: 'a:a' }, { fromSeconds: 1e5, hours: 1 }, () => 100, run(102))
  track({ histories, namespec: 'a:a' }, { fromSeconds: 2e5, hours: 1 }, () => 100, run(103))
  const { lives = [] } = histories.historyOf('a:a') ?? {}
  expect(lives.length).toBeGreaterThan(0)
  for (const { points, fromMs, untilMs } of lives) {
    let until = fromMs
    for (const point of points) {
      expect(point.fromMs).toBeGreaterThanOrEqual(until)
      expect(point.untilMs).toBeGreaterThanOrEqual(point.fromMs)
      expect(point.highBytes).toBeGreaterThanOrEqual(point.lowBytes)
      until = point.untilMs
    }
    expect(until).toBeLessThanOrEqual(untilMs)
  }
}

test('1,000 processes with ten lives each take less than 20 MB', () => {
  const one = withPast(12)
  Object.assign(one, { noted: { by: 'memmon', rule: `-p ${'x'.repeat(60)}=200MB` } })
  const bytes = Buffer.byteLength(trackedLine('a'.repeat(60), one))
  expect(Buffer.byteLength(historyHeader('run', EPOCH_MS, 1000)) + 1000 * bytes).toBeLessThan(12 * MB)
})
