// How a detector is scored: strictly and online. The first alarm counts; one on what does not leak, or before the leak
// begins, is never forgiven.
import { type Alarm, firstAlarm, type NewDetector } from './detector.ts'
import type { Trace } from './traces/trace.ts'

const WEEK_SECONDS = 7 * 86_400

export interface Score {
  readonly traces: number
  readonly found: number
  readonly missed: number
  readonly falseAlarms: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** A week of one process that does not leak, or not yet. */
  readonly falseAlarmsAWeek: number
  /** The share of the time from onset to limit that was over at the alarm; the median. */
  readonly headroom: number
  /** |told - true| / true; the median. */
  readonly timeToLimitError: number
}

export interface Outcome {
  readonly trace: Trace
  readonly alarm: Alarm | undefined
}

export const outcomesOf = (traces: readonly Trace[], newDetector: NewDetector): Outcome[] =>
  traces.map(trace => ({ trace, alarm: firstAlarm(trace, newDetector) }))

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const leaks = outcomes.filter(({ trace }) => trace.label === 'leak')
  const hits = leaks.filter(({ trace, alarm }) => alarm && alarm.t >= (trace.onset_t ?? 0))
  const falseAlarms = outcomes.filter(({ alarm }) => alarm).length - hits.length
  const missed = leaks.length - hits.length
  const sound = outcomes.reduce((sum, { trace }) => sum + soundSeconds(trace), 0)
  return {
    traces: outcomes.length,
    found: hits.length,
    missed,
    falseAlarms,
    precision: hits.length / (hits.length + falseAlarms),
    recall: hits.length / leaks.length,
    f1: (2 * hits.length) / (2 * hits.length + falseAlarms + missed),
    falseAlarmsAWeek: falseAlarms / (sound / WEEK_SECONDS),
    headroom: median(hits.flatMap(headroomOf)),
    timeToLimitError: median(hits.flatMap(errorOf)),
  }
}

/** How long it does not leak. */
function soundSeconds({ label, samples, onset_t: onset = 0 }: Trace): number {
  const first = samples[0]?.t ?? 0
  return (label === 'leak' ? onset : (samples.at(-1)?.t ?? first)) - first
}

function headroomOf({ trace: { onset_t: onset = 0, limit_t: limit }, alarm }: Outcome): number[] {
  return limit === undefined || !alarm ? [] : [(alarm.t - onset) / (limit - onset)]
}

function errorOf({ trace: { limit_t: limit }, alarm }: Outcome): number[] {
  if (limit === undefined || alarm?.secondsToLimit === undefined) return []
  return [Math.abs(alarm.secondsToLimit - (limit - alarm.t)) / Math.abs(limit - alarm.t)]
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
