// One window: what shape of its floor is the growth of a leak, each clause on its own.
import { describe, expect, test } from 'vitest'
import { found, grows } from '../../src/trend/growth.ts'
import { addBucket, createLevels, type Levels } from '../../src/trend/levels.ts'

/** In KiB. */
const MB = 1024
const EACH = 4

/** Level 0 with these floors, in MB; sizes swing above them by `swingMB`. */
function levelsOf(floorsMB: readonly number[], swingMB = 0): Levels {
  const levels = createLevels()
  for (const floor of floorsMB) addBucket(levels, floor * MB, (floor + swingMB) * MB)
  return levels
}

/** 32 floors in eight segments: straight from each of these heights to the next. */
function through(heights: readonly number[]): number[] {
  return Array.from({ length: 8 * EACH }, (_, at) => {
    const segment = Math.floor(at / EACH)
    const from = heights[segment] ?? 0
    return from + ((at % EACH) / EACH) * ((heights[segment + 1] ?? from) - from)
  })
}

/** The same by what is added from segment to segment. */
function bySteps(from: number, steps: readonly number[]): number[] {
  let height = from
  return through([from, ...steps.map(step => (height += step))])
}

const LINE = bySteps(100, [10, 10, 10, 10, 10, 10, 10, 10])
const seen = (floors: readonly number[], swingMB = 0) => grows(levelsOf(floors, swingMB), 0)

test('a straight line grows: from, to, slope, and where its line ends', () => {
  expect(seen(LINE)).toBe(true)
  expect(found.fromKiB).toBe(100 * MB)
  expect(found.toKiB).toBe(170 * MB)
  expect(found.slopeKiB).toBeCloseTo(2.5 * MB, 0)
  expect(found.endKiB).toBeCloseTo(177.5 * MB, 0)
  expect(found.endSlope).toBeCloseTo(1, 3)
  expect(found.swingKiB).toBe(0)
})

describe('does not', () => {
  test.each([
    ['in one jump, however it goes on', bySteps(100, [10.8, 10.8, 10.8, 10.4, 36, 10.6, 10.6, 10])],
    ['only in its second half', bySteps(100, [6, 6, 6, 9, 14, 14, 14, 14])],
    ['where it levels off', bySteps(100, [14, 13, 12, 10, 9, 7, 5, 4])],
    ['by less than a mebibyte', LINE.map(one => 10 + (one - 100) / 100)],
    ['by less than a fiftieth of its size', LINE.map(one => one + 10_000)],
    ['in few jumps', LINE.map(one => 100 + 15 * Math.floor((one - 100) / 15))],
    ['downwards', LINE.toReversed()],
  ])('grow %s', (_, floors) => expect(seen(floors)).toBe(false))

  test.each([
    ['up to where it was before', 145, false],
    ['well above what was before', 130, true],
  ])('count as new %s', (_, before, expected) => {
    expect(seen([...Array(8).fill(before), ...LINE])).toBe(expected)
  })

  test('count a single high bucket as what was before: its segment was low', () => {
    expect(seen([100, 100, 400, 100, ...LINE])).toBe(true)
  })
})

test('under long teeth the floor may rise in fewer jumps', () => {
  const stairs = LINE.map(one => 100 + 12 * Math.floor((one - 100) / 12))
  expect(seen(stairs)).toBe(false)
  expect(seen(stairs, 20)).toBe(false)
  expect(seen(stairs, 40)).toBe(true)
  expect(found.swingKiB).toBe(40 * MB)
})
