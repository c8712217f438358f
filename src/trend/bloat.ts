// Whether a process that does not leak has become larger for good: it stands above where it had settled early in its life.
import { floorOf, type Levels } from './levels.ts'
import { BLOAT, TIME } from './parameters.ts'
import { type Bloat, STEADY, type Steady, type Verdict } from './verdict.ts'

const { buckets: BUCKETS, levels: LEVELS } = TIME

/** The verdict where nothing leaks, `before` being the last one; looked at again when the level of all its life closes. */
export function bloatOrSteady(levels: Levels, closedLevels: number, before: Verdict): Bloat | Steady {
  for (let level = 0; level < closedLevels; level++) {
    const closed = levels.closed[level] as number
    if (closed >= BLOAT.leastBuckets && (closed <= BUCKETS || level === LEVELS - 1))
      return overAllItsLife(levels, level)
  }
  return before.kind === 'leak' ? STEADY : before
}

/** Its second eighth is when it has started, and has not bloated yet; the last one is now. */
function overAllItsLife(levels: Levels, level: number): Bloat | Steady {
  const count = Math.min(levels.closed[level] as number, BUCKETS)
  const part = Math.ceil(count * BLOAT.settledShare)
  const fromBytes = floorOf(levels, level, -count + part, part)
  const toBytes = floorOf(levels, level, -part, part)
  const isMore = toBytes - fromBytes >= Math.max(BLOAT.leastBytes, BLOAT.leastShare * fromBytes)
  return isMore ? { kind: 'bloat', fromBytes, toBytes } : STEADY
}
