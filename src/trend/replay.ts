// A recorded series, taken in by the very detector of the listener, sample by sample: each alarm as it was raised, and what
// there is to say at the end. Pure.
import { createSeries, observe, type Sample } from './series.ts'
import type { Verdict } from './verdict.ts'

/** A sample, by the series' own clock in seconds. */
export interface RecordedSample {
  readonly t: number
  readonly bytes: number
  /** Another one begins a new life. */
  readonly pid: number
}

export interface Recorded {
  /** NaN if it is not known. */
  readonly intervalSeconds: number
  readonly limitBytes: number | undefined
  readonly samples: Iterable<RecordedSample>
}

export interface RaisedAlarm {
  readonly t: number
  /** When it ended; undefined if it still stands at the end of the series. */
  untilT: number | undefined
  /** As forecast when it was raised; undefined without a limit. */
  readonly secondsToLimit: number | undefined
}

export interface Replayed {
  /** At the end of the series. */
  readonly verdict: Verdict
  /** Oldest first, also those that have ended. */
  readonly alarms: readonly RaisedAlarm[]
}

/** What the listener would have said of it, and when. */
export function replay({ intervalSeconds, limitBytes, samples }: Recorded): Replayed {
  const series = createSeries(intervalSeconds)
  const alarms: RaisedAlarm[] = []
  for (const sample of samples) {
    const verdict = observe(series, sampleOf(sample, limitBytes))
    const last = alarms.at(-1)
    const stands = last !== undefined && last.untilT === undefined
    if (verdict.kind === 'leak' && !stands)
      alarms.push({ t: sample.t, untilT: undefined, secondsToLimit: verdict.secondsToLimit })
    else if (verdict.kind !== 'leak' && stands) last.untilT = sample.t
  }
  return { verdict: series.verdict, alarms }
}

const sampleOf = ({ t, bytes, pid }: RecordedSample, limitBytes: number | undefined): Sample => ({
  atSeconds: t,
  bytes,
  limitBytes,
  run: { pid, startSeconds: 0 },
  metric: 'rss',
  cumulative: false,
})
