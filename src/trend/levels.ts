// The series at falling resolution: each level keeps its last 32 buckets, the lowest and the highest size of each, and a
// bucket of one level is two of the level below. All in one block of memory of fixed size, whatever the age. Sizes are
// whole KiB and times whole seconds: V8 makes no object of a number that fits in 31 bits, not even without its optimiser.
import { TIME } from './parameters.ts'

const { levels: LEVELS, buckets: BUCKETS } = TIME
/** Of a record, and of a half. */
const NONE = -1
const OWN_ARRAYS = 4
const SEGMENT = BUCKETS / TIME.segments

export interface Levels {
  /** Ring buffers in KiB, one after the other. */
  readonly lowest: Int32Array
  readonly highest: Int32Array
  /** How many buckets each level has closed. */
  readonly closed: Int32Array
  /** The highest floor of a segment that has begun to leave each level's window; NONE: none has. */
  readonly record: Int32Array
  /** The first half of the bucket that is open; NONE: it has none yet. */
  readonly halfLowest: Int32Array
  readonly halfHighest: Int32Array
}

/** Bytes for createLevels, and for `more` arrays of one number a level beside them. */
export const bytesOf = (more: number): number => 4 * LEVELS * (OWN_ARRAYS + more + 2 * BUCKETS)

/** In a block of bytesOf bytes. */
export function createLevels(memory: ArrayBuffer): Levels {
  const levels = levelsIn(memory)
  clearLevels(levels)
  return levels
}

/** Those that are there. */
export function levelsIn(memory: ArrayBuffer): Levels {
  const rings = memory.byteLength - 2 * 4 * LEVELS * BUCKETS
  return {
    lowest: new Int32Array(memory, rings, LEVELS * BUCKETS),
    highest: new Int32Array(memory, rings + 4 * LEVELS * BUCKETS, LEVELS * BUCKETS),
    closed: oneALevel(memory, 0),
    record: oneALevel(memory, 1),
    halfLowest: oneALevel(memory, 2),
    halfHighest: oneALevel(memory, 3),
  }
}

const oneALevel = (memory: ArrayBuffer, at: number) => new Int32Array(memory, at * 4 * LEVELS, LEVELS)

/** The `at`th array beside the levels' own. */
export const besideLevels = (memory: ArrayBuffer, at: number): Int32Array =>
  oneALevel(memory, OWN_ARRAYS + at)

export function clearLevels({ closed, record, halfLowest }: Levels): void {
  closed.fill(0)
  record.fill(NONE)
  halfLowest.fill(NONE)
}

/** Adds a bucket, in KiB, to the lowest level, and to those above what that completes; returns how many have a new bucket. */
export function addBucket(levels: Levels, low: number, high: number): number {
  const { halfLowest, halfHighest } = levels
  let lowest = low
  let highest = high
  for (let above = 1; above < LEVELS; above++) {
    push(levels, above - 1, lowest, highest)
    const half = halfLowest[above] as number
    if (half === NONE) {
      halfLowest[above] = lowest
      halfHighest[above] = highest
      return above
    }
    lowest = Math.min(lowest, half)
    highest = Math.max(highest, halfHighest[above] as number)
    halfLowest[above] = NONE
  }
  push(levels, LEVELS - 1, lowest, highest)
  return LEVELS
}

function push(levels: Levels, level: number, low: number, high: number): void {
  const count = levels.closed[level] as number
  const at = level * BUCKETS + (count % BUCKETS)
  const record = levels.record[level] as number
  if (count >= BUCKETS && (levels.lowest[at] as number) > record)
    levels.record[level] = Math.max(record, floorOf(levels, level, -BUCKETS, SEGMENT))
  levels.lowest[at] = low
  levels.highest[at] = high
  levels.closed[level] = count + 1
}

/** The newest bucket's lowest size. */
export const newest = ({ lowest, closed }: Levels, level: number): number =>
  lowest[level * BUCKETS + (((closed[level] as number) - 1) % BUCKETS)] as number

/** The floor of `count` buckets, `from` the newest end: -32 is the oldest that a full level keeps, -1 the newest. */
export function floorOf({ lowest, closed }: Levels, level: number, from: number, count: number): number {
  const ring = level * BUCKETS
  let place = ((closed[level] as number) + BUCKETS + from) % BUCKETS
  let floor = lowest[ring + place] as number
  for (let left = count; left > 0; left--) {
    const one = lowest[ring + place] as number
    if (one < floor) floor = one
    if (++place === BUCKETS) place = 0
  }
  return floor
}
