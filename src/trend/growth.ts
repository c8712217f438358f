// Whether one level's window shows the growth of a leak: steady, in many small steps, not levelling off, and above all
// that was seen before. How much of it there has to be is a matter of patience.ts.
import { type Levels, newest, RECORD } from './levels.ts'
import { SHAPE, TEETH } from './parameters.ts'
import {
  drawLine,
  earlySlope,
  evenJumps,
  firstFloor,
  growthOf,
  type Line,
  largestStep,
  lastFloor,
  open,
  swing,
} from './window.ts'

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
  const growth = growthOf(levels, level)
  if (growth < SHAPE.leastKiB) return false
  open(levels, level)
  if (!isMuch(growth) || !beganEarly(growth) || !isNew(growth, levels, level)) return false
  found.fromKiB = firstFloor()
  found.toKiB = lastFloor()
  found.swingKiB = swing()
  return goesOn(growth, found.swingKiB >= TEETH.leastSwing * growth ? TEETH : SHAPE)
}

const isMuch = (growth: number): boolean => growth >= SHAPE.leastShare * firstFloor()

const beganEarly = (growth: number): boolean => earlySlope(growth) >= SHAPE.leastEarlySlope

const isNew = (growth: number, levels: Levels, level: number): boolean =>
  lastFloor() - (levels[RECORD + level] as number) >= SHAPE.leastRecord * growth

function goesOn(growth: number, least: typeof SHAPE | typeof TEETH): boolean {
  if (largestStep() > least.mostInOneStep * growth || evenJumps() < least.leastJumps) return false
  drawLine(found)
  return found.slopeKiB > 0 && found.endSlope >= least.leastEndSlope
}
