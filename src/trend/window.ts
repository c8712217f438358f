// What the floor of one level's window looks like: how it rises, how evenly, whether it levels off. Numbers only; what
// they mean is said in growth.ts. Everything is written in place, in what all series share: nothing is allocated.
import { CLOSED, floorOf, HIGHEST, type Levels, LOWEST } from './levels.ts'
import { TIME } from './parameters.ts'

const { buckets: BUCKETS, segments: SEGMENTS } = TIME
const EACH = BUCKETS / SEGMENTS
/** Of the bucket's places around the middle: the sum of their squares, and of the squares of the bend. */
const MIDDLE = (BUCKETS - 1) / 2
const SQUARES = (BUCKETS * (BUCKETS ** 2 - 1)) / 12
const MEAN_SQUARE = SQUARES / BUCKETS
const BENDS = sumOf(at => (at ** 2 - MEAN_SQUARE) ** 2)

const floors = new Int32Array(BUCKETS)
const swings = new Int32Array(BUCKETS)
const segments = new Int32Array(SEGMENTS)

export interface Line {
  /** A bucket. */
  slopeKiB: number
  /** At the window's last bucket. */
  endKiB: number
  /** The slope there over the mean slope. */
  endSlope: number
}

/** Of one segment, the oldest being 0, before the window is open: a few of these say for most that nothing grows. */
export const segmentFloor = (levels: Levels, level: number, segment: number): number =>
  floorOf(levels, level, segment * EACH - BUCKETS, EACH)

/** Copies the window in order of time, for all that follows. */
export function open(levels: Levels, level: number): void {
  const ring = level * BUCKETS
  let place = (levels[CLOSED + level] as number) % BUCKETS
  for (let at = 0; at < BUCKETS; at++) {
    const floor = levels[LOWEST + ring + place] as number
    floors[at] = floor
    swings[at] = (levels[HIGHEST + ring + place] as number) - floor
    if (++place === BUCKETS) place = 0
  }
  for (let segment = 0; segment < SEGMENTS; segment++) segments[segment] = lowestOf(segment * EACH)
}

function lowestOf(from: number): number {
  let lowest = floors[from] as number
  for (let at = from + 1; at < from + EACH; at++) {
    const one = floors[at] as number
    if (one < lowest) lowest = one
  }
  return lowest
}

/** The largest step between two segments. */
export function largestStep(): number {
  let largest = 0
  for (let at = 1; at < SEGMENTS; at++) largest = Math.max(largest, stepTo(at))
  return largest
}

const stepTo = (at: number): number => (segments[at] as number) - (segments[at - 1] as number)

/** How many equal jumps would give the floor's: what it never fell below again counts, one jump a bucket. */
export function evenJumps(): number {
  let held = floors[BUCKETS - 1] as number
  let sum = 0
  let squares = 0
  for (let at = BUCKETS - 2; at >= 0; at--) {
    const jump = held - (floors[at] as number)
    if (jump <= 0) continue
    sum += jump
    squares += jump * jump
    held = floors[at] as number
  }
  return squares > 0 ? (sum * sum) / squares : 0
}

/** Fits a line, and a parabola for how it bends, by least squares. */
export function drawLine(line: Line): void {
  const from = segments[0] as number
  let sum = 0
  let tilt = 0
  let bend = 0
  for (let at = 0; at < BUCKETS; at++) {
    const place = at - MIDDLE
    const bytes = (floors[at] as number) - from
    sum += bytes
    tilt += place * bytes
    bend += (place * place - MEAN_SQUARE) * bytes
  }
  const slope = tilt / SQUARES
  line.slopeKiB = slope
  line.endKiB = from + sum / BUCKETS + slope * MIDDLE
  line.endSlope = 1 + ((2 * bend) / BENDS) * (MIDDLE / slope)
}

/** How far sizes swing above the floor within a bucket: in nine of ten no further. */
export function swing(): number {
  swings.sort()
  return swings[Math.floor(0.9 * BUCKETS)] as number
}

function sumOf(ofPlace: (place: number) => number): number {
  let sum = 0
  for (let at = 0; at < BUCKETS; at++) sum += ofPlace(at - MIDDLE)
  return sum
}
