// A series as it is kept in a file, and back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scalarsOf, seriesOf } from '../../src/trend/kept-series.ts'
import {
  CLOSED,
  HALF_LOWEST,
  type Levels,
  LOWEST,
  RECORD,
  STREAK_FROM,
  STREAK_SEEN,
  STREAK_SINCE,
} from '../../src/trend/levels.ts'
import { TIME } from '../../src/trend/parameters.ts'
import { observe, type Sample, type Series } from '../../src/trend/series.ts'
import { begin, MB, seeTicks, watch } from './watching.ts'

/** A copy, to be written to. */
const memoryOf = ({ levels }: Series): ArrayBuffer => levels.slice().buffer
const put =
  (place: number, value: number) =>
  (levels: Levels): void =>
    void levels.fill(value, place, place + 1)
const copied = (kept: unknown): unknown => JSON.parse(JSON.stringify(kept))
const back = (series: Series): Series | undefined => seriesOf(copied(scalarsOf(series)), memoryOf(series))

const sample = (at: number, bytes: number, limitBytes: number | undefined): Sample => ({
  atSeconds: at * 60,
  bytes,
  limitBytes,
  run: { pid: 100, startSeconds: 1000 },
  metric: 'rss',
  cumulative: false,
})

test.each([
  ['new', begin(60)],
  ['steady', watch({ hours: 30 }, () => 100)],
  ['a leak', watch({ hours: 5, limitMB: 400 }, hour => 100 + 30 * hour)],
  ['a leak without a limit', watch({ hours: 5 }, hour => 100 + 30 * hour)],
  [
    'a leak that was beyond its limit from the start',
    watch({ hours: 5, limitMB: 90 }, hour => 100 + 30 * hour),
  ],
  ['bloat', watch({ hours: 40, limitMB: 2000 }, hour => 100 + 60 * Math.min(2, Math.floor(hour / 12)))],
])('%s: the same comes back', (_, { series }) => {
  expect(back(series)).toEqual({ ...series, atSeconds: 0 })
})

test('wherever it is cut, what goes on says the same as what was never cut', () => {
  const growth = fc.record({
    base: fc.integer({ min: 20, max: 1000 }),
    perTick: fc.double({ min: -0.05, max: 0.8, noNaN: true }),
    power: fc.double({ min: 0.3, max: 1.5, noNaN: true }),
    teeth: fc.integer({ min: 1, max: 30 }),
    limitMB: fc.option(fc.integer({ min: 100, max: 2000 }), { nil: undefined }),
    cutAt: fc.integer({ min: 0, max: 399 }),
  })
  let leaks = 0
  fc.assert(
    fc.property(growth, ({ base, perTick, power, teeth, limitMB, cutAt }) => {
      const whole = begin(60).series
      let parts = begin(60).series
      for (let at = 0; at < 400; at++) {
        const bytes = Math.max(1, base + perTick * at ** power + (at % teeth)) * MB
        const one = sample(at, bytes, limitMB && limitMB * MB)
        if (observe(whole, one).kind === 'leak') leaks++
        expect(observe(parts, one)).toEqual(whole.verdict)
        if (at === cutAt) {
          const { atSeconds } = parts
          parts = back(parts) as Series
          parts.atSeconds = atSeconds
        }
      }
      expect(parts).toEqual(whole)
    }),
    { numRuns: 30, examples: [[{ base: 100, perTick: 0.5, power: 1, teeth: 1, limitMB: 400, cutAt: 300 }]] },
  )
  expect(leaks).toBeGreaterThan(0)
})

describe('nothing comes of', () => {
  const { series } = watch({ hours: 5, limitMB: 400 }, hour => 100 + 30 * hour)
  const scalars = copied(scalarsOf(series)) as Record<string, unknown>
  const alarm = scalars.alarm as Record<string, unknown>
  const verdict = scalars.verdict as Record<string, unknown>

  test.each<[what: string, kept: unknown]>([
    ['what is no object', 7],
    ['a list', [scalars]],
    ['what holds more', { ...scalars, more: 1 }],
    ['another clock than its buckets have', { ...scalars, clockSeconds: (series.clockSeconds ?? 0) + 60 }],
    ['a clock that its buckets would take hours to reach', { ...scalars, clockSeconds: 2 ** 30 }],
    ['buckets of another length', { ...scalars, bucketSeconds: 30 }],
    ['buckets of no length', { ...scalars, bucketSeconds: 0 }],
    ['a negative size', { ...scalars, sizeKiB: -1 }],
    ['half a kibibyte', { ...scalars, sizeKiB: 0.5 }],
    ['a low size above the high one', { ...scalars, lowKiB: 2, highKiB: 1 }],
    ['another metric than there are', { ...scalars, metric: 'threads' }],
    ['an alarm without a leak', { ...scalars, verdict: { kind: 'steady' } }],
    ['a leak without an alarm', { ...scalars, alarm: undefined }],
    ['an alarm of a level that there is not', { ...scalars, alarm: { ...alarm, level: 12 } }],
    ['an alarm that began after now', { ...scalars, alarm: { ...alarm, sinceSeconds: 1e9 } }],
    ['an alarm without a slope', { ...scalars, alarm: { ...alarm, slopeKiBPerSecond: 0 } }],
    ['an alarm that was compared later than now', { ...scalars, alarm: { ...alarm, checkedAt: 1e9 } }],
    ['a verdict that there is not', { ...scalars, verdict: { ...verdict, kind: 'fine' } }],
    ['a leak that is surer than sure', { ...scalars, verdict: { ...verdict, sureness: 1.1 } }],
    ['a leak of text', { ...scalars, verdict: { ...verdict, fromBytes: '1' } }],
  ])('%s', (_, kept) => {
    expect(seriesOf(scalars, memoryOf(series))).toBeDefined()
    expect(seriesOf(kept, memoryOf(series))).toBeUndefined()
  })

  const forged = (change: (made: Levels) => void): Series | undefined => {
    const memory = memoryOf(series)
    change(new Int32Array(memory))
    return seriesOf(scalars, memory)
  }
  const closed = [...series.levels.subarray(CLOSED, CLOSED + TIME.levels)]
  const even = closed.findIndex(count => count % 2 === 0)
  const odd = closed.findIndex(count => count % 2 === 1)

  test.each<[what: string, change: (made: Levels) => void]>([
    ['a bucket too many', put(CLOSED + 3, (closed[3] ?? 0) + 1)],
    ['a low size above the high one', put(LOWEST + 40, 2 ** 30)],
    ['a negative low size', put(LOWEST + 40, -1)],
    ['a negative record', put(RECORD + 5, -2)],
    ['a half bucket where there is none', put(HALF_LOWEST + even + 1, 1)],
    ['no half bucket where there is one', put(HALF_LOWEST + odd + 1, -1)],
    ['a half bucket upside down', put(HALF_LOWEST + odd + 1, 2 ** 30)],
    ['growth that will be seen', put(STREAK_SEEN, (closed[0] ?? 0) + 1)],
    ['growth that was seen before time', put(STREAK_SEEN, -1)],
    ['growth that begins later', put(STREAK_SINCE, 2 ** 30)],
    ['growth from below nothing', put(STREAK_FROM, -1)],
  ])('memory with %s', (_, change) => {
    expect(forged(() => {})).toBeDefined()
    expect(forged(change)).toBeUndefined()
  })

  test('memory of another size', () => {
    for (const bytes of [0, 1, memoryOf(series).byteLength - 4, memoryOf(series).byteLength + 4])
      expect(seriesOf(scalars, new ArrayBuffer(bytes))).toBeUndefined()
  })
})

test('whatever the memory holds, it gives nothing, or a series that goes on without an error', () => {
  const { series } = seeTicks(begin(60), { hours: 5, limitMB: 400 }, hour => 100 + 30 * hour)
  const scalars = copied(scalarsOf(series))
  const places = memoryOf(series).byteLength / 4
  const change = fc.record({
    place: fc.integer({ min: 0, max: places - 1 }),
    value: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -2, max: 40 })),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), changes => {
      const memory = memoryOf(series)
      for (const { place, value } of changes) new Int32Array(memory)[place] = value
      const found = seriesOf(scalars, memory)
      if (!found) return
      found.atSeconds = 299 * 60
      for (let at = 300; at < 500; at++)
        expect(observe(found, sample(at, 200 * MB, 400 * MB)).kind).toMatch(/^(leak|bloat|steady)$/)
      for (const one of found.levels) expect(one).toBeGreaterThanOrEqual(-(2 ** 31))
    }),
    { numRuns: 200 },
  )
})
