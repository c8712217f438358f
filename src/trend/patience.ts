// How much growth it takes before it is called a leak: a share of the room to the limit, or of the size without one.
import { PATIENCE } from './parameters.ts'

/** How much of what it takes has grown, 1 or more being enough; `swingBytes` come on top of the floor. */
export function evidence(
  fromBytes: number,
  toBytes: number,
  swingBytes: number,
  limitBytes: number | undefined,
  hours: number,
  isYoung: boolean,
): number {
  const factor = isYoung ? PATIENCE.youngFactor : 1
  const grown = toBytes - fromBytes
  if (limitBytes === undefined) return grown / (factor * shareOfFloor(hours) * fromBytes)
  const room = limitBytes - swingBytes - fromBytes
  return room > 0 ? grown / (factor * shareOfRoom(hours) * room) : Number.POSITIVE_INFINITY
}

const shareOfRoom = (hours: number): number =>
  Math.min(PATIENCE.mostOfRoom, Math.max(PATIENCE.leastOfRoom, PATIENCE.ofRoomAnHour / hours))

const shareOfFloor = (hours: number): number =>
  Math.max(PATIENCE.leastOfFloor, PATIENCE.mostOfFloor * Math.min(1, PATIENCE.mostForHours / hours))
