// A series that is watched from code: sizes by the hour, sampled as supervisord's ticks would.
import { createSeries, observe, type Sample, type Series } from '../../src/trend/series.ts'
import type { Verdict } from '../../src/trend/verdict.ts'

export const MB = 1_048_576
const FIRST_RUN = { pid: 100, startSeconds: 1000 }

export interface Watched {
  readonly series: Series
  /** The last verdict. */
  verdict: Verdict
  /** When an alarm began or ended, in hours from the first sample. */
  readonly changes: { readonly hour: number; readonly to: Verdict['kind'] }[]
}

export const begin = (intervalSeconds: number): Watched => {
  const series = createSeries(intervalSeconds)
  return { series, verdict: series.verdict, changes: [] }
}

/** One sample, with all that is not said as it was before. */
export function see(watched: Watched, hour: number, sizeMB: number, more: Partial<Sample> = {}): Verdict {
  const verdict = observe(watched.series, {
    atSeconds: hour * 3600,
    bytes: Math.round(sizeMB * MB),
    run: FIRST_RUN,
    metric: 'rss',
    cumulative: false,
    ...more,
  })
  if ((verdict.kind === 'leak') !== (watched.verdict.kind === 'leak'))
    watched.changes.push({ hour, to: verdict.kind })
  watched.verdict = verdict
  return verdict
}

export interface Ticks {
  readonly everySeconds?: number
  readonly fromHour?: number
  readonly hours: number
  readonly limitMB?: number
}

/** A sample at each tick, of `sizeMB` at that hour. */
export function seeTicks(
  watched: Watched,
  { everySeconds = 60, fromHour = 0, hours, limitMB }: Ticks,
  sizeMB: (hour: number) => number,
  more: Partial<Sample> = {},
): Watched {
  const limit = limitMB === undefined ? {} : { limitBytes: limitMB * MB }
  for (let at = 0; at * everySeconds < hours * 3600; at++) {
    const hour = fromHour + (at * everySeconds) / 3600
    see(watched, hour, sizeMB(hour), { ...limit, ...more })
  }
  return watched
}

/** A fresh one. */
export const watch = (ticks: Ticks, sizeMB: (hour: number) => number): Watched =>
  seeTicks(begin(ticks.everySeconds ?? 60), ticks, sizeMB)
