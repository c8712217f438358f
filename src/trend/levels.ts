// The series at falling resolution: each level keeps its last 32 buckets, the lowest and the highest size of each, and a
// bucket of one level is two of the level below. All in one block of memory of fixed size, whatever the age. Sizes are
// whole KiB and times whole seconds: V8 makes no object of a number that fits in 31 bits, not even without its optimiser.
import { TIME } from './parameters.ts'

const { levels: LEVELS, buckets: BUCKETS } = TIME
/** Of a record, and of a half. */
const NONE = -1
const SEGMENT = BUCKETS / TIME.segments

/** All numbers of a series' levels. One array, where ten views of one block would take a third as much again. */
export type Levels = Int32Array

// Where they stand. First those of which each level has one, by its number:
/** How many buckets the level has closed. */
export const CLOSED = 0
/** The highest floor of a segment that has begun to leave the level's window; -1: none has. */
export const RECORD = LEVELS
/** The first half of the bucket that is open; -1: it has none yet. */
export const HALF_LOWEST = 2 * LEVELS
export const HALF_HIGHEST = 3 * LEVELS
/** The growth that the level has seen: see streaks.ts. */
export const STREAK_FROM = 4 * LEVELS
export const STREAK_SINCE = 5 * LEVELS
export const STREAK_SEEN = 6 * LEVELS
/** Then ring buffers in KiB, one after the other. */
export const LOWEST = 7 * LEVELS
export const HIGHEST = LOWEST + LEVELS * BUCKETS
const NUMBERS = HIGHEST + LEVELS * BUCKETS
export const LEVELS_BYTES = 4 * NUMBERS

export function createLevels(): Levels {
  const levels = new Int32Array(NUMBERS)
  clearLevels(levels)
  return levels
}

export function clearLevels(levels: Levels): void {
  levels.fill(0, CLOSED, CLOSED + LEVELS)
  levels.fill(NONE, RECORD, RECORD + LEVELS)
  levels.fill(NONE, HALF_LOWEST, HALF_LOWEST + LEVELS)
  levels.fill(0, STREAK_SEEN, STREAK_SEEN + LEVELS)
}

/** Adds a bucket, in KiB, to the lowest level, and to those above what that completes; returns how many have a new bucket. */
export function addBucket(levels: Levels, low: number, high: number): number {
  let lowest = low
  let highest = high
  for (let above = 1; above < LEVELS; above++) {
    push(levels, above - 1, lowest, highest)
    const half = levels[HALF_LOWEST + above] as number
    if (half === NONE) {
      levels[HALF_LOWEST + above] = lowest
      levels[HALF_HIGHEST + above] = highest
      return above
    }
    lowest = Math.min(lowest, half)
    highest = Math.max(highest, levels[HALF_HIGHEST + above] as number)
    levels[HALF_LOWEST + above] = NONE
  }
  push(levels, LEVELS - 1, lowest, highest)
  return LEVELS
}

function push(levels: Levels, level: number, low: number, high: number): void {
  const count = levels[CLOSED + level] as number
  const place = level * BUCKETS + (count % BUCKETS)
  const record = levels[RECORD + level] as number
  if (count >= BUCKETS && (levels[LOWEST + place] as number) > record)
    levels[RECORD + level] = Math.max(record, floorOf(levels, level, -BUCKETS, SEGMENT))
  levels[LOWEST + place] = low
  levels[HIGHEST + place] = high
  levels[CLOSED + level] = count + 1
}

/** The newest bucket's lowest size. */
export const newest = (levels: Levels, level: number): number =>
  levels[LOWEST + level * BUCKETS + (((levels[CLOSED + level] as number) - 1) % BUCKETS)] as number

/** The floor of `count` buckets, `from` the newest end: -32 is the oldest that a full level keeps, -1 the newest. */
export function floorOf(levels: Levels, level: number, from: number, count: number): number {
  const ring = LOWEST + level * BUCKETS
  let place = ((levels[CLOSED + level] as number) + BUCKETS + from) % BUCKETS
  let floor = levels[ring + place] as number
  for (let left = count; left > 0; left--) {
    const one = levels[ring + place] as number
    if (one < floor) floor = one
    if (++place === BUCKETS) place = 0
  }
  return floor
}
