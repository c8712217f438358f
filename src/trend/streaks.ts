// One growth, seen by one level again and again: where it began, however long ago. A window is as long as it is, a
// leak is not: what counts against patience is all that has grown since a level saw it first.
import type { Growth } from './growth.ts'
import { CLOSED, type Levels, STREAK_FROM, STREAK_SEEN, STREAK_SINCE } from './levels.ts'
import { PATIENCE, TIME } from './parameters.ts'

/** The floor where the level's growth began. */
export const streakFromKiB = (levels: Levels, level: number): number => levels[STREAK_FROM + level] as number

/** When that was, by the series' clock. */
export const streakSinceSeconds = (levels: Levels, level: number): number =>
  levels[STREAK_SINCE + level] as number

/** Goes on with the level's streak, or begins one; `bucketSeconds` is the level's. */
export function see(
  levels: Levels,
  level: number,
  growth: Growth,
  clockSeconds: number,
  bucketSeconds: number,
): void {
  const count = levels[CLOSED + level] as number
  /** How many buckets the level had closed when it saw growth last; 0: it never did. */
  const seenAt = levels[STREAK_SEEN + level] as number
  if (seenAt === 0 || count - seenAt > PATIENCE.restBuckets + 1) {
    levels[STREAK_FROM + level] = growth.fromKiB
    levels[STREAK_SINCE + level] = clockSeconds - TIME.buckets * bucketSeconds
  }
  levels[STREAK_SEEN + level] = count
}
