// How much growth it takes before it is called a leak: a share of the room to the limit, or of the size without one.
import { PATIENCE } from './parameters.ts'

interface Grown {
  readonly fromBytes: number
  readonly toBytes: number
  readonly swingBytes: number
}

interface Times {
  /** How long it has grown, and how long it lived before. */
  readonly seconds: number
  readonly calmSeconds: number
  /** The window holds more than half of its life. */
  readonly isYoung: boolean
}

/** How much of what it takes has grown, 1 or more being enough; sizes swing by `swingBytes` above the floor. */
export function evidence(
  { fromBytes, toBytes, swingBytes }: Grown,
  limitBytes: number | undefined,
  { seconds, calmSeconds, isYoung }: Times,
): number {
  const hours = seconds / 3600
  const isCalm = calmSeconds > PATIENCE.calmTimes * seconds
  const factor = isYoung ? PATIENCE.youngFactor : isCalm ? PATIENCE.calmFactor : 1
  const grown = toBytes - fromBytes
  if (limitBytes === undefined) return grown / (factor * shareOfFloor(hours) * fromBytes)
  const room = limitBytes - swingBytes - fromBytes
  return room > 0 ? grown / (factor * shareOfRoom(hours) * room) : Number.POSITIVE_INFINITY
}

const shareOfRoom = (hours: number): number =>
  Math.min(PATIENCE.mostOfRoom, Math.max(PATIENCE.leastOfRoom, PATIENCE.ofRoomAnHour / hours))

const shareOfFloor = (hours: number): number =>
  Math.max(PATIENCE.leastOfFloor, PATIENCE.mostOfFloor * Math.min(1, PATIENCE.mostForHours / hours))
