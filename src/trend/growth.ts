// Whether one level's window shows the growth of a leak: steady, in many small steps, not levelling off, and above all
// that was seen before. How much of it there has to be is a matter of patience.ts.
import { type Levels, newest, RECORD } from './levels.ts'
import { SHAPE, TEETH, TIME } from './parameters.ts'
import { drawLine, evenJumps, type Line, largestStep, open, segmentFloor, swing } from './window.ts'

export interface Growth extends Line {
  fromKiB: number
  toKiB: number
  /** How far sizes swing above the floor. */
  swingKiB: number
}

/** The growth that was found last. It is the same object every time: take out of it what is to last. */
export const found: Growth = {
  slopeKiB: 0,
  endKiB: 0,
  endSlope: 0,
  fromKiB: 0,
  toKiB: 0,
  swingKiB: 0,
}

/** One comparison says of most processes that they do not grow. */
const LEAST_RECORD_BYTES = SHAPE.leastRecord * SHAPE.leastKiB

/** True if the level's window, which has to be full, shows it; the growth is then in `found`. */
export function grows(levels: Levels, level: number): boolean {
  if (newest(levels, level) - (levels[RECORD + level] as number) < LEAST_RECORD_BYTES) return false
  const fromKiB = segmentFloor(levels, level, 0)
  const toKiB = segmentFloor(levels, level, TIME.segments - 1)
  const growth = toKiB - fromKiB
  if (growth < SHAPE.leastKiB || growth < SHAPE.leastShare * fromKiB) return false
  if (toKiB - (levels[RECORD + level] as number) < SHAPE.leastRecord * growth) return false
  if (earlySlope(segmentFloor(levels, level, 3) - fromKiB, growth) < SHAPE.leastEarlySlope) return false
  open(levels, level)
  found.fromKiB = fromKiB
  found.toKiB = toKiB
  found.swingKiB = swing()
  return goesOn(growth, found.swingKiB >= TEETH.leastSwing * growth ? TEETH : SHAPE)
}

/** The slope of the first three of the steps between segments, over the mean slope. */
const earlySlope = (earlyGrowth: number, growth: number): number =>
  (earlyGrowth / 3 / growth) * (TIME.segments - 1)

function goesOn(growth: number, least: typeof SHAPE | typeof TEETH): boolean {
  if (largestStep() > least.mostInOneStep * growth || evenJumps() < least.leastJumps) return false
  drawLine(found)
  return found.slopeKiB > 0 && found.endSlope >= least.leastEndSlope
}
