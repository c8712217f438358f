// What is scored: anything that takes a recording's samples one by one and says, once, that it leaks.
import { createSeries, observe } from '../../src/trend/series.ts'
import type { Trace } from './traces/trace.ts'

export interface Alarm {
  readonly t: number
  /** Seconds until the limit, as told then. */
  readonly secondsToLimit?: number | undefined
}

/** Sees one sample, and says how long the limit is away (undefined: no idea) or that there is no alarm. */
export type Detector = (t: number, bytes: number) => { readonly secondsToLimit?: number | undefined } | false

export type NewDetector = (intervalSeconds: number, limitBytes: number | undefined) => Detector

/** The first alarm in a recording: it gets nothing but what was there to be seen up to that moment. */
export function firstAlarm(trace: Trace, newDetector: NewDetector): Alarm | undefined {
  const see = newDetector(trace.interval_s, trace.limit_bytes)
  for (const { t, rss } of trace.samples) {
    const alarm = see(t, rss)
    if (alarm) return { t, secondsToLimit: alarm.secondsToLimit }
  }
  return undefined
}

const RUN = { pid: 1, startSeconds: 0 }

export const memmon: NewDetector = (intervalSeconds, limitBytes) => {
  const series = createSeries(intervalSeconds)
  return (atSeconds, bytes) => {
    const sample = { atSeconds, bytes, limitBytes, run: RUN, metric: 'rss', cumulative: false } as const
    const verdict = observe(series, sample)
    return verdict.kind === 'leak' && verdict
  }
}
