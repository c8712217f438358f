// What is kept of a process, as a value for whoever looks at it. Pure.
import { pastLives } from './past-lives.ts'
import { pointsOf } from './points.ts'
import type { Life, ProcessHistory } from './process-history.ts'
import type { Tracked } from './tracked.ts'

/** undefined while nothing is known. Lives of which something else was measured are left out. */
export function historyOf(namespec: string, tracked: Tracked): ProcessHistory | undefined {
  const { limitBytes, verdict } = tracked.series
  const past = pastLives(tracked.past)
  const { metric, cumulative } = tracked.series.metric === undefined ? (past.at(-1) ?? {}) : tracked.series
  if (metric === undefined || cumulative === undefined) return undefined
  const before = past
    .filter(one => one.metric === metric && one.cumulative === cumulative)
    .map(({ metric: _, cumulative: __, ...life }): Life => life)
  const lives = tracked.runs ? [...before, runningLife(tracked)] : before
  return { namespec, metric, cumulative, limitBytes, lives, verdict, atMs: tracked.untilMs }
}

function runningLife(tracked: Tracked): Life {
  const { pid, fromMs, untilMs, startBytes, endBytes, peakBytes } = tracked
  const points = pointsOf(tracked)
  return { pid, fromMs, untilMs, end: undefined, startBytes, endBytes, peakBytes, points }
}
