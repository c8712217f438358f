// How much growth it takes: shares of the room to the limit, or of the size.
import { describe, expect, test } from 'vitest'
import { evidence } from '../../src/trend/patience.ts'

const GB = 1_073_741_824
const hours = (count: number, more = {}) => ({
  seconds: count * 3600,
  calmSeconds: 0,
  isYoung: false,
  ...more,
})
const grown = (share: number) => ({ fromKiB: GB, toKiB: GB * (1 + share), swingKiB: 0 })

/** The share that is just enough. */
const enough = (of: (share: number) => number): number => 1 / of(1)

describe('with a limit, of the room to it', () => {
  const needed = (times: Parameters<typeof evidence>[2]) => enough(one => evidence(grown(one), 2 * GB, times))

  test.each([
    [0.3, 0.32],
    [1, 0.26],
    [1.3, 0.2],
    [2, 0.15],
    [48, 0.15],
  ])('after %d hours: %d', (count, share) => expect(needed(hours(count))).toBeCloseTo(share, 5))

  test('at the start of a life, and after a long calm, it takes more', () => {
    expect(needed(hours(2, { isYoung: true }))).toBeCloseTo(0.165, 5)
    expect(needed(hours(2, { calmSeconds: 4.1 * 3600 }))).toBeCloseTo(0.225, 5)
    expect(needed(hours(2, { calmSeconds: 3.9 * 3600 }))).toBeCloseTo(0.15, 5)
  })

  test('sizes that swing above the floor leave less room', () => {
    const swinging = { ...grown(0.15), swingKiB: 0.5 * GB }
    expect(evidence(swinging, 2 * GB, hours(2))).toBeCloseTo(2, 5)
  })

  test('without any room it is enough', () => {
    expect(evidence(grown(0.01), GB, hours(2))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('without a limit, of the floor', () => {
  test.each([
    [0.5, 0.24],
    [5, 0.24],
    [10, 0.12],
    [24, 0.05],
    [100, 0.05],
  ])('after %d hours: %d', (count, share) => {
    expect(enough(one => evidence(grown(one), undefined, hours(count)))).toBeCloseTo(share, 5)
  })
})
