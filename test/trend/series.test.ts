// What the detector says of series made by hand, one for each kind of program.
import { describe, expect, test } from 'vitest'
import type { Leak } from '../../src/trend/verdict.ts'
import { MB, watch } from './watching.ts'

const leakOf = ({ verdict }: { readonly verdict: { readonly kind: string } }): Leak => {
  expect(verdict.kind).toBe('leak')
  return verdict as Leak
}
/** Noise that follows from the place alone, between 0 and 1. */
const noise = (hour: number): number => ((Math.sin(hour * 12_345.678) * 43_758.5453) % 1) / 2 + 0.5
const day = (hour: number): number => (1 - Math.cos((2 * Math.PI * hour) / 24)) / 2
const tooth = (hour: number, hours: number): number => (hour % hours) / hours

describe('a leak', () => {
  test('is seen while most of the room to the limit is left, with its slope and the time that is left', () => {
    const watched = watch({ hours: 4, limitMB: 400 }, hour => 100 + 30 * hour)
    expect(watched.changes).toEqual([{ hour: expect.any(Number), to: 'leak' }])
    expect(watched.changes[0]?.hour).toBeLessThan(2.5)
    const leak = leakOf(watched)
    expect(leak.slopeBytesPerHour / MB).toBeCloseTo(30, 0)
    expect((leak.secondsToLimit ?? 0) / 3600).toBeCloseTo(6, 0)
    expect(leak.forSeconds / 3600).toBeGreaterThan(3.5)
    expect(leak.fromBytes / MB).toBeCloseTo(100, -1)
  })

  test('is seen without a limit, with no forecast', () => {
    const leak = leakOf(watch({ hours: 4 }, hour => 100 + 30 * hour))
    expect(leak.secondsToLimit).toBeUndefined()
    expect(leak.slopeBytesPerHour / MB).toBeCloseTo(30, 0)
  })

  test.each([
    ['at TICK_5', 5, (hour: number) => 100 + 80 * hour],
    ['under noise', 60, (hour: number) => 100 + 30 * hour + 20 * noise(hour)],
    ["under a collector's teeth", 60, (hour: number) => 100 + 30 * hour + 40 * tooth(hour, 0.4)],
    ['after a warm-up', 60, (hour: number) => 100 + 80 * (1 - Math.exp(-hour * 6)) + 30 * hour],
    ['after hours without', 60, (hour: number) => 100 + 50 * Math.max(0, hour - 1.5)],
    ['in steps of a job every few minutes', 60, (hour: number) => 100 + 3 * Math.floor(hour * 10)],
    ['that becomes faster', 60, (hour: number) => 100 + 8 * hour ** 1.6],
  ])('is seen %s', (_, everySeconds, sizeMB) => {
    expect(leakOf(watch({ everySeconds, hours: 6, limitMB: 500 }, sizeMB)).kind).toBe('leak')
  })

  test('grows surer as it goes on', () => {
    const sureness = [2.5, 5, 10].map(
      hours => leakOf(watch({ hours, limitMB: 1000 }, hour => 100 + 80 * hour)).sureness,
    )
    expect(sureness[0]).toBeGreaterThanOrEqual(0.8)
    expect(sureness[1]).toBeGreaterThan(sureness[0] ?? 1)
    expect(sureness[2]).toBeGreaterThan(sureness[1] ?? 1)
    expect(sureness[2]).toBeLessThan(1)
  })

  test('comes closer to its limit by the minute, between two looks at its slope, too', () => {
    const seconds = [0, 1, 2, 3].map(
      minutes =>
        leakOf(watch({ hours: 6.01 + minutes / 60, limitMB: 1000 }, hour => 100 + 30 * hour))
          .secondsToLimit ?? 0,
    )
    for (const at of [1, 2, 3]) expect((seconds[at - 1] ?? 0) - (seconds[at] ?? 0)).toBeCloseTo(60, 0)
  })
})

describe('never a leak', () => {
  test.each([
    ['a constant', () => 100],
    ['noise', (hour: number) => 100 + 30 * noise(hour)],
    ['a size that falls', (hour: number) => 500 - 5 * hour],
    ["a collector's teeth", (hour: number) => 100 + 100 * tooth(hour, 0.3)],
    ['teeth of hours, once one is known', (hour: number) => 100 + (hour < 3 ? 100 : 100 * tooth(hour, 3))],
    ['a warm-up', (hour: number) => 100 + 200 * (1 - Math.exp(-hour * 2))],
    ['a cache that fills to its cap', (hour: number) => 100 + Math.min(60, 120 * hour)],
    ['a logarithm', (hour: number) => 100 + 30 * Math.log1p(hour * 20)],
    ['a logarithm that looks straight in each window', (hour: number) => 200 + 80 * Math.log1p(hour / 2)],
    ['few large steps', (hour: number) => 100 + 60 * Math.floor(hour / 9)],
    ['one spike', (hour: number) => (hour > 5 && hour < 5.2 ? 600 : 100)],
    ['days', (hour: number) => 100 + 12 * day(hour)],
    ['restarts without a new pid', (hour: number) => 100 + 50 * (1 - Math.exp(-(hour % 7) * 5))],
  ])('%s', (_, sizeMB) => {
    expect(watch({ hours: 40, limitMB: 800 }, sizeMB).changes).toEqual([])
  })

  test('growth of less than a mebibyte, however even', () => {
    expect(watch({ hours: 40, limitMB: 12 }, hour => 10 + hour / 50).changes).toEqual([])
  })
})

describe('bloat', () => {
  test.each([
    ['few large steps', (hour: number) => 100 + 60 * Math.min(2, Math.floor(hour / 12))],
    ['a high-water mark', (hour: number) => 100 + (hour > 13 ? 50 : 0) + (hour > 20 ? 40 : 0)],
  ])('%s: where it stood, and where it stands', (_, sizeMB) => {
    const { verdict } = watch({ hours: 40, limitMB: 2000 }, sizeMB)
    expect(verdict).toEqual({ kind: 'bloat', fromBytes: 100 * MB, toBytes: sizeMB(40) * MB })
  })

  test.each([
    ['a warm-up within the first eighth', (hour: number) => 100 + 50 * (1 - Math.exp(-hour * 3))],
    ['growth that has not levelled off yet', (hour: number) => 100 + 3 * hour],
    ['a dip', (hour: number) => (hour > 20 && hour < 22 ? 20 : 100)],
    ['teeth', (hour: number) => 100 + 100 * tooth(hour, 0.3)],
  ])('not %s', (_, sizeMB) => {
    expect(watch({ hours: 40, limitMB: 2000 }, sizeMB).verdict.kind).toBe('steady')
  })
})
