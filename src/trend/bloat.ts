// Whether a process that does not leak has become larger for good: it stands above where it had settled early in its life.
import type { Levels } from './levels.ts'
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

function overAllItsLife({ lowest, closed }: Levels, level: number): Bloat | Steady {
  const count = Math.min(closed[level] as number, BUCKETS)
  const part = Math.ceil(count * BLOAT.settledShare)
  let settled = Number.POSITIVE_INFINITY
  let now = settled
  for (let back = 1; back <= count - part; back++) {
    const floor = lowest[level * BUCKETS + (((closed[level] as number) - back) % BUCKETS)] as number
    if (floor < settled) settled = floor
    if (back <= part) now = settled
  }
  const isMore = now - settled >= Math.max(BLOAT.leastBytes, BLOAT.leastShare * settled)
  return isMore ? { kind: 'bloat', fromBytes: settled, toBytes: now } : STEADY
}
