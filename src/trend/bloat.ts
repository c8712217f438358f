// Whether a process that does not leak has become larger for good: it stands above where it had settled early in its life.
import { CLOSED, floorOf, type Levels, newest } from './levels.ts'
import { BLOAT, TIME } from './parameters.ts'
import { type Bloat, STEADY, type Steady, type Verdict } from './verdict.ts'

const { buckets: BUCKETS, levels: LEVELS } = TIME
const KIB = 1024

/**
 * The verdict where nothing leaks, `before` being the last one. It is looked at again when the level closes a bucket that
 * keeps all of the life, and when a leak has ended.
 */
export function bloatOrSteady(levels: Levels, closedLevels: number, before: Verdict): Bloat | Steady {
  const last = before.kind === 'leak' ? STEADY : before
  const looked = before.kind === 'leak' ? LEVELS : closedLevels
  for (let level = 0; level < looked; level++) {
    const closed = levels[CLOSED + level] as number
    if (closed >= BLOAT.leastBuckets && (closed <= BUCKETS || level === LEVELS - 1))
      return overAllItsLife(levels, level)
  }
  return last
}

/** Its second eighth is when it has started, and has not bloated yet; the last one is now. */
function overAllItsLife(levels: Levels, level: number): Bloat | Steady {
  const count = Math.min(levels[CLOSED + level] as number, BUCKETS)
  const part = Math.ceil(count * BLOAT.settledShare)
  const fromKiB = floorOf(levels, level, -count + part, part)
  const toKiB = Math.min(floorOf(levels, level, -part, part), newest(levels, 0))
  const rise = toKiB - fromKiB
  const isMore = rise >= Math.max(BLOAT.leastKiB, BLOAT.leastShare * fromKiB)
  const lately = toKiB - floorOf(levels, level, -2 * part, part)
  return isMore && lately <= BLOAT.mostLately * rise
    ? { kind: 'bloat', fromBytes: fromKiB * KIB, toBytes: toKiB * KIB }
    : STEADY
}
