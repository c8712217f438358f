// A series as points in epoch time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { downsample, pointsOf } from '../../src/history/points.ts'
import type { Point } from '../../src/history/process-history.ts'
import { createTracked, sample, type Tracked } from '../../src/history/tracked.ts'
import { at, EPOCH_MS, MB, track, tracked } from './tracking.ts'

const HOUR_MS = 3_600_000
const minutes = ({ fromMs, untilMs }: Point): number => (untilMs - fromMs) / 60_000

function expectInOrder(one: Tracked): void {
  const points = pointsOf(one)
  let until = one.fromMs
  for (const { fromMs, untilMs, lowBytes, highBytes } of points) {
    expect(fromMs).toBeGreaterThanOrEqual(until)
    expect(untilMs).toBeGreaterThanOrEqual(fromMs)
    expect(highBytes).toBeGreaterThanOrEqual(lowBytes)
    until = untilMs
  }
  expect(until).toBe(one.untilMs)
}

test('none of a process that was never seen; one of a moment', () => {
  const one = createTracked(60)
  expect(pointsOf(one)).toEqual([])
  sample(one, at(0, 100))
  const size = { lowBytes: 100 * MB, highBytes: 100 * MB }
  expect(pointsOf(one)).toEqual([{ fromMs: EPOCH_MS, untilMs: EPOCH_MS, ...size }])
})

test('30 seconds for the last quarter of an hour, then minutes, then hours, without a hole', () => {
  const one = tracked({ everySeconds: 5, hours: 24 * 7 }, hour => 100 + hour)
  const points = pointsOf(one)
  expectInOrder(one)
  for (const [at, point] of points.entries()) if (at > 0) expect(point.fromMs).toBe(points[at - 1]?.untilMs)
  expect(points.length).toBeLessThan(220)
  expect(points[0]?.fromMs).toBe(EPOCH_MS)
  const before = (ms: number) => points.find(point => point.untilMs >= one.untilMs - ms) as Point
  expect(minutes(before(HOUR_MS / 4))).toBe(0.5)
  expect(minutes(before(3 * HOUR_MS))).toBe(8)
  expect(minutes(before(2 * 24 * HOUR_MS))).toBe(128)
})

test('three weeks back, whatever the age', () => {
  const one = tracked({ everySeconds: 30, hours: 24 * 60 }, () => 100)
  const days = (one.untilMs - (pointsOf(one)[0]?.fromMs ?? 0)) / (24 * HOUR_MS)
  expect(days).toBeGreaterThan(22)
  expect(days).toBeLessThan(23.5)
  expectInOrder(one)
})

test('each size is in the point of its moment, however long ago', () => {
  const pages = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 900 })
  fc.assert(
    fc.property(pages, fc.constantFrom(5, 30, 60, 3600), (pages, everySeconds) => {
      const one = createTracked(everySeconds)
      const sizes = pages.map((page, tick) => ({ seconds: tick * everySeconds, bytes: page * 4096 }))
      for (const { seconds, bytes } of sizes) sample(one, at(seconds, bytes / MB))
      const points = pointsOf(one)
      expectInOrder(one)
      for (const { seconds, bytes } of sizes) {
        const atMs = EPOCH_MS + seconds * 1000
        const found = points.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs)
        expect(found.some(({ lowBytes, highBytes }) => lowBytes <= bytes && bytes <= highBytes)).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

test('a suspended machine, whose monotonic clock stood still, leaves a gap; what was before keeps its place', () => {
  const one = tracked({ hours: 2 }, () => 100)
  for (let tick = 0; tick < 120; tick++)
    sample(one, at(7200 + tick * 60, 200, { atMs: EPOCH_MS + 12 * HOUR_MS + tick * 60_000 }))
  const points = pointsOf(one)
  expectInOrder(one)
  const gaps = points.flatMap((point, at) => {
    const after = points[at + 1]
    return after && after.fromMs > point.untilMs ? [[point.untilMs, after.fromMs] as const] : []
  })
  expect(gaps).toHaveLength(1)
  const [from = 0, until = 0] = gaps[0] ?? []
  expect(Math.abs(from - EPOCH_MS - 2 * HOUR_MS)).toBeLessThanOrEqual(60_000)
  expect(Math.abs(until - EPOCH_MS - 12 * HOUR_MS)).toBeLessThanOrEqual(60_000)
  expect(points[0]?.fromMs).toBe(EPOCH_MS)
  for (const point of points.filter(point => point.untilMs <= from)) expect(point.lowBytes).toBe(100 * MB)
})

test('hours in which it was not measured are a gap as well; minutes are the last size again', () => {
  const one = tracked({ hours: 1 }, () => 100)
  track(one, { fromSeconds: 1.25 * 3600, hours: 1 }, () => 100)
  expect(one.gaps).toEqual([])
  track(one, { fromSeconds: 9 * 3600, hours: 1 }, () => 100)
  expect(one.gaps).toHaveLength(1)
  expect(pointsOf(one)[0]?.fromMs).toBe(EPOCH_MS)
  expectInOrder(one)
})

test('more gaps than are kept: of the oldest two the places are lost, and no time', () => {
  const one = createTracked(60)
  for (let day = 0; day < 12; day++)
    for (let tick = 0; tick < 60; tick++)
      sample(one, at((day * 60 + tick) * 60, 100, { atMs: EPOCH_MS + day * 24 * HOUR_MS + tick * 60_000 }))
  expect(one.gaps).toHaveLength(8)
  expect(pointsOf(one)[0]?.fromMs).toBe(EPOCH_MS)
  expectInOrder(one)
})

test('gaps and clocks of all kinds: in order, within its life; eight gaps are kept, and the time of all', () => {
  const moves = fc.array(
    fc.record({
      ticks: fc.integer({ min: 1, max: 120 }),
      sleptSeconds: fc.integer({ min: 0, max: 100_000 }),
      setMs: fc.oneof(fc.constant(0), fc.integer({ min: -10_000_000, max: 10_000_000 })),
      isCounted: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  fc.assert(
    fc.property(moves, moves => {
      const one = createTracked(30)
      let seconds = 0
      let atMs = EPOCH_MS
      for (const { ticks, sleptSeconds, setMs, isCounted } of moves) {
        for (let tick = 0; tick < ticks; tick++) {
          sample(one, at(seconds, 100, { atMs }))
          seconds += 30
          atMs += 30_000
        }
        if (isCounted) seconds += sleptSeconds
        atMs += sleptSeconds * 1000 + setMs
      }
      sample(one, at(seconds, 100, { atMs }))
      expectInOrder(one)
      expect(one.gaps.length).toBeLessThanOrEqual(8)
      expect(one.fromMs).toBeLessThanOrEqual(one.untilMs)
    }),
    { numRuns: 60 },
  )
})

test('downsampled: as few as asked for, nothing lost at either end, lowest and highest of each', () => {
  const one = tracked({ everySeconds: 30, hours: 50 }, hour => 100 + 50 * Math.sin(hour))
  const points = pointsOf(one)
  for (const most of [1, 2, 7, 30]) {
    const few = downsample(points, most)
    expect(few.length).toBeLessThanOrEqual(most)
    expect(few[0]?.fromMs).toBe(points[0]?.fromMs)
    expect(few.at(-1)?.untilMs).toBe(points.at(-1)?.untilMs)
    for (const side of ['lowBytes', 'highBytes'] as const) {
      const end = side === 'lowBytes' ? Math.min : Math.max
      expect(end(...few.map(point => point[side]))).toBe(end(...points.map(point => point[side])))
    }
  }
  expect(downsample([], 30)).toEqual([])
  expect(downsample(points.slice(-1), 30)).toEqual(points.slice(-1))
})
