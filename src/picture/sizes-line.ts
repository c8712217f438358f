// Sizes over time in one line of a terminal. Pure.
import { sparkline } from './sparkline.ts'

/** What varies by less than this share is level: a line from the lowest to the highest would show it as wild. */
const LEVEL = 0.02

/** Oldest first, in at most `width` columns; undefined is a gap. */
export function sizesLine(sizes: readonly (number | undefined)[], width: number, isAscii: boolean): string {
  const known = sizes.filter(size => size !== undefined)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const isLevel = high - low <= LEVEL * high
  return sparkline(isLevel ? sizes.map(size => size && high) : sizes, width, isAscii)
}
