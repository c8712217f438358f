// What memmon keeps of one process: the series of the life that runs, in epoch time, and the lives before it. A sample
// writes a few numbers and makes no object, until something has happened.
import { type ProcessKey, sameRun } from '../rules/process.ts'
import type { Increase } from '../trend/increase.ts'
import {
  add,
  begin as beginSeries,
  createSeries,
  goesOn,
  isSound,
  type Sample,
  type Series,
} from '../trend/series.ts'
import type { Verdict } from '../trend/verdict.ts'
import { NO_LIVES, type PastLives, withEnd, withLife } from './past-lives.ts'
import { fewPointsOf, type Gap, type Placed } from './points.ts'
import type { LifeEnd } from './process-history.ts'

/** Of these the oldest two become one. */
export const MOST_GAPS = 8

export interface TrackedSample extends Sample {
  /** By a monotonic clock: see base/clock.ts. */
  readonly atSeconds: number
  /** The same moment in epoch milliseconds. */
  readonly atMs: number
}

export interface Tracked extends Placed, ProcessKey {
  readonly series: Series
  /** The life that runs, or else the last one; pid 0: none was seen yet. */
  pid: number
  startSeconds: number
  /** False once it is known to be over: it is among `past` then. */
  runs: boolean
  fromMs: number
  untilMs: number
  startBytes: number
  endBytes: number
  peakBytes: number
  /** When the series' clock would have been 0, had it counted the gaps. */
  zeroMs: number
  gaps: readonly Gap[]
  past: PastLives
  /** Why it is about to be over. */
  noted: LifeEnd | undefined
  /** From the file, and not seen by this memmon yet. */
  isRestored: boolean
  /** The run that was said to leak, until it is said that it no longer does. */
  told: ProcessKey | undefined
  /** What --increase-limit counts. */
  increase: Increase | undefined
}

/** `intervalSeconds` is the time between two samples; NaN or 0 if it is not known. */
export const createTracked = (intervalSeconds: number): Tracked => ({
  series: createSeries(intervalSeconds),
  pid: 0,
  startSeconds: 0,
  runs: false,
  fromMs: 0,
  untilMs: 0,
  startBytes: 0,
  endBytes: 0,
  peakBytes: 0,
  zeroMs: 0,
  gaps: NO_GAPS,
  past: NO_LIVES,
  noted: undefined,
  isRestored: false,
  told: undefined,
  increase: undefined,
})

const NO_GAPS: readonly Gap[] = []

/** Takes a sample in. The verdict is the same object until there is something new to say. */
export function sample(tracked: Tracked, one: TrackedSample): Verdict {
  const { series } = tracked
  if (!isSound(one) || !(one.atMs >= 0)) return series.verdict
  if (!tracked.runs || !goesOn(series, one)) begin(tracked, one)
  const { clockSeconds } = series
  const verdict = add(series, one)
  keepPlace(tracked, one.atMs, clockSeconds)
  if (one.atMs < tracked.fromMs) tracked.fromMs = one.atMs
  tracked.untilMs = one.atMs
  tracked.endBytes = one.bytes
  if (one.bytes > tracked.peakBytes) tracked.peakBytes = one.bytes
  tracked.isRestored = false
  return verdict
}

/** Says why the life of this pid is about to be over, or was, if another one has begun. */
export function noteEnd(tracked: Tracked, pid: number, end: LifeEnd): void {
  if (tracked.runs && tracked.pid === pid) tracked.noted = end
  else tracked.past = withEnd(tracked.past, pid, end)
}

/** The life that runs is over. */
export function endLife(tracked: Tracked): void {
  const { series, pid, fromMs, untilMs, startBytes, endBytes, peakBytes, noted, isRestored } = tracked
  if (!tracked.runs) return
  tracked.runs = false
  tracked.noted = undefined
  if (series.metric === undefined) return
  const end: LifeEnd = noted ?? (isRestored ? UNSEEN : OTHER)
  const { metric, cumulative } = series
  const life = { pid, fromMs, untilMs, end, startBytes, endBytes, peakBytes, points: fewPointsOf(tracked) }
  tracked.past = withLife(tracked.past, { ...life, metric, cumulative })
}

const OTHER: LifeEnd = { by: 'other' }
const UNSEEN: LifeEnd = { by: 'unseen' }

/** A life, or a series of another figure in the same one: sizes of different kinds are not compared. */
function begin(tracked: Tracked, one: TrackedSample): void {
  const { series } = tracked
  const { run, atMs, bytes } = one
  if (!tracked.runs || !sameRun(tracked, run)) {
    endLife(tracked)
    tracked.pid = run.pid
    tracked.startSeconds = run.startSeconds
    tracked.runs = true
    tracked.fromMs = atMs
  }
  tracked.startBytes = bytes
  tracked.peakBytes = bytes
  if (goesOn(series, one)) return
  beginSeries(series, one)
  tracked.zeroMs = atMs
  tracked.gaps = NO_GAPS
}

/** Notes where the date has gone on and the series' clock, last at `clockSeconds`, has not; or was set back. */
function keepPlace(tracked: Tracked, atMs: number, clockSeconds: number): void {
  const { series } = tracked
  const lostMs = atMs - tracked.zeroMs - series.clockSeconds * 1000
  const leastMs = series.bucketSeconds * 1000
  if (lostMs < leastMs && lostMs > -leastMs) return
  tracked.zeroMs += lostMs
  if (lostMs > 0) tracked.gaps = withGap(tracked.gaps, { afterSeconds: clockSeconds, lostMs })
  else tracked.fromMs = Math.max(0, tracked.fromMs + lostMs)
}

function withGap(gaps: readonly Gap[], gap: Gap): readonly Gap[] {
  const [first, second, ...rest] = gaps
  if (gaps.length < MOST_GAPS || !first || !second) return [...gaps, gap]
  return [{ ...second, lostMs: first.lostMs + second.lostMs }, ...rest, gap]
}
