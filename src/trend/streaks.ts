// One growth, seen by one level again and again: where it began, however long ago. A window is as long as it is, a
// leak is not: what counts against patience is all that has grown since a level saw it first.
import type { Growth } from './growth.ts'
import { besideLevels, type Levels } from './levels.ts'
import { PATIENCE, TIME } from './parameters.ts'

/** Arrays of one number a level; see levels.ts. */
export const STREAK_ARRAYS = 3

export interface Streaks {
  /** The floor where the growth began. */
  readonly fromKiB: Int32Array
  /** When that was, by the series' clock. */
  readonly sinceSeconds: Int32Array
  /** How many buckets the level had closed when it saw growth last; 0: it never did. */
  readonly seenAt: Int32Array
}

export const createStreaks = (memory: ArrayBuffer): Streaks => ({
  fromKiB: besideLevels(memory, 0),
  sinceSeconds: besideLevels(memory, 1),
  seenAt: besideLevels(memory, 2),
})

export const clearStreaks = ({ seenAt }: Streaks): void => void seenAt.fill(0)

/** Goes on with the level's streak, or begins one; `bucketSeconds` is the level's. */
export function see(
  streaks: Streaks,
  { closed }: Levels,
  level: number,
  growth: Growth,
  clockSeconds: number,
  bucketSeconds: number,
): void {
  const count = closed[level] as number
  const seenAt = streaks.seenAt[level] as number
  if (seenAt === 0 || count - seenAt > PATIENCE.restBuckets + 1) {
    streaks.fromKiB[level] = growth.fromKiB
    streaks.sinceSeconds[level] = clockSeconds - TIME.buckets * bucketSeconds
  }
  streaks.seenAt[level] = count
}
