// What is kept of a process, as a value for whoever looks at it. Pure.
import { pastLives } from './past-lives.ts'
import { pointsOf } from './points.ts'
import type { Life, ProcessHistory } from './process-history.ts'
import type { Tracked } from './tracked.ts'

/** undefined while no sample was taken. Lives of which something else was measured are left out. */
export function historyOf(namespec: string, tracked: Tracked): ProcessHistory | undefined {
  const { metric, cumulative, limitBytes, verdict } = tracked.series
  if (metric === undefined) return undefined
  const before = pastLives(tracked.past)
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
