// How much growth it takes before it is called a leak: a share of the room to the limit, or of the size without one.
import { PATIENCE } from './parameters.ts'

interface Grown {
  readonly fromKiB: number
  readonly toKiB: number
  readonly swingKiB: number
}

interface Times {
  /** How long it has grown, and how long it lived before. */
  readonly seconds: number
  readonly calmSeconds: number
  /** The window holds more than half of its life. */
  readonly isYoung: boolean
}

/** How much of what it takes has grown, 1 or more being enough; sizes swing by `swingKiB` above the floor. */
export function evidence(
  { fromKiB, toKiB, swingKiB }: Grown,
  limitKiB: number | undefined,
  { seconds, calmSeconds, isYoung }: Times,
): number {
  const hours = seconds / 3600
  const isCalm = calmSeconds > PATIENCE.calmTimes * seconds
  const factor = isYoung ? PATIENCE.youngFactor : isCalm ? PATIENCE.calmFactor : 1
  const grown = toKiB - fromKiB
  if (limitKiB === undefined) return grown / (factor * shareOfFloor(hours) * fromKiB)
  const room = limitKiB - swingKiB - fromKiB
  return room > 0 ? grown / (factor * shareOfRoom(hours) * room) : Number.POSITIVE_INFINITY
}

const shareOfRoom = (hours: number): number =>
  Math.min(PATIENCE.mostOfRoom, Math.max(PATIENCE.leastOfRoom, PATIENCE.ofRoomAnHour / hours))

const shareOfFloor = (hours: number): number =>
  Math.max(PATIENCE.leastOfFloor, PATIENCE.mostOfFloor * Math.min(1, PATIENCE.mostForHours / hours))
