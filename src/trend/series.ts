// The series of one process: samples in, a verdict out. It takes time as it comes: ticks that are missing or late, a
// machine that was suspended, a clock that was set, a new run of the program, another figure that is measured.
import type { MemoryMetric } from '../rules/metric.ts'
import { type ProcessKey, sameRun } from '../rules/process.ts'
import { bloatOrSteady } from './bloat.ts'
import { type Alarm, leakOf, look, type Seen } from './leak.ts'
import { addBucket, clearLevels, createLevels, type Levels } from './levels.ts'
import { TIME } from './parameters.ts'
import { STEADY, type Verdict } from './verdict.ts'

const KIB = 1024
/** What fits in the levels: 2 TB. */
export const MOST_KIB = 2 ** 31 - 1
const LEAST_TOO_LARGE = (MOST_KIB + 1) * KIB

export interface Sample {
  /** By any clock; what goes back, or jumps ahead, is not taken for time that has passed. */
  readonly atSeconds: number
  readonly bytes: number
  /** Undefined where there is none, or where it is not known. */
  readonly limitBytes?: number | undefined
  /** Which run of the program: another one begins a new life. */
  readonly run: ProcessKey
  /** What is measured, and whether descendants count: figures of different kinds are never compared. */
  readonly metric: MemoryMetric
  readonly cumulative: boolean
}

export interface Series extends Seen {
  /** All that it keeps of the past, and will ever keep. */
  readonly levels: Levels
  clockSeconds: number
  limitBytes: number | undefined
  verdict: Verdict
  alarm: Alarm | undefined
  /** Of the last sample; the metric is undefined if there is none yet. */
  atSeconds: number
  sizeKiB: number
  pid: number
  startSeconds: number
  metric: MemoryMetric | undefined
  cumulative: boolean
  /** The open bucket: when it began, and the lowest and highest size in it. */
  openSeconds: number
  lowKiB: number
  highKiB: number
}

/** `intervalSeconds` is the time between two samples; NaN or 0 if it is not known. */
export const createSeries = (intervalSeconds: number): Series =>
  seriesOver(createLevels(), bucketSecondsFor(intervalSeconds))

/** How long the shortest bucket is if samples come so often. */
export const bucketSecondsFor = (intervalSeconds: number): number =>
  intervalSeconds > TIME.bucketSeconds ? Math.ceil(intervalSeconds) : TIME.bucketSeconds

/** A series with these levels; all else of it is as in a new one. */
export function seriesOver(levels: Levels, bucketSeconds: number): Series {
  return {
    levels,
    bucketSeconds,
    clockSeconds: 0,
    limitBytes: undefined,
    verdict: STEADY,
    alarm: undefined,
    atSeconds: 0,
    sizeKiB: 0,
    pid: 0,
    startSeconds: 0,
    metric: undefined,
    cumulative: false,
    openSeconds: 0,
    lowKiB: 0,
    highKiB: 0,
  }
}

/** Takes a sample in. The verdict is the same object until there is something new to say. */
export function observe(series: Series, sample: Sample): Verdict {
  if (!isSound(sample)) return series.verdict
  if (!goesOn(series, sample)) begin(series, sample)
  return add(series, sample)
}

/** False for a sample that is skipped: its time is not a number, or its size is none that a process can have. */
export const isSound = ({ bytes, atSeconds }: Sample): boolean =>
  bytes >= 0 && bytes < LEAST_TOO_LARGE && Number.isFinite(atSeconds)

/** True if the sample can be compared with those before. */
export const goesOn = (series: Series, { run, metric, cumulative }: Sample): boolean =>
  sameRun(series, run) && series.metric === metric && series.cumulative === cumulative

/** Nothing is known but this sample, which is still to be added. */
export function begin(series: Series, sample: Sample): void {
  const { metric, cumulative, run } = sample
  const sizeKiB = Math.floor(sample.bytes / KIB)
  clearLevels(series.levels)
  series.atSeconds = Math.floor(sample.atSeconds)
  Object.assign(series, { metric, cumulative, pid: run.pid, startSeconds: run.startSeconds })
  Object.assign(series, { clockSeconds: 0, openSeconds: 0, lowKiB: sizeKiB, highKiB: sizeKiB })
  series.alarm = undefined
  series.verdict = STEADY
}

/** The half of `observe` for a sample that is sound and can be compared. */
export function add(series: Series, sample: Sample): Verdict {
  const sizeKiB = Math.floor(sample.bytes / KIB)
  const atSeconds = Math.floor(sample.atSeconds)
  series.limitBytes = sample.limitBytes
  pass(series, atSeconds - series.atSeconds)
  if (series.clockSeconds - series.openSeconds >= series.bucketSeconds) closeUntilNow(series, sizeKiB)
  else if (sizeKiB < series.lowKiB) series.lowKiB = sizeKiB
  else if (sizeKiB > series.highKiB) series.highKiB = sizeKiB
  series.atSeconds = atSeconds
  series.sizeKiB = sizeKiB
  return series.verdict
}

/** Moves the series' clock: nothing passes when a clock is set back, one bucket while a machine is suspended. */
function pass(series: Series, seconds: number): void {
  const most = TIME.mostMissedBuckets * series.bucketSeconds
  series.clockSeconds += seconds > most ? series.bucketSeconds : Math.max(0, seconds)
}

/** Closes the bucket, and those that were missed as the last size again, and begins one with `sizeKiB`. */
function closeUntilNow(series: Series, sizeKiB: number): void {
  while (series.clockSeconds - series.openSeconds >= series.bucketSeconds) {
    const closedLevels = addBucket(series.levels, series.lowKiB, series.highKiB)
    series.openSeconds += series.bucketSeconds
    judge(series, closedLevels, series.highKiB)
    series.lowKiB = series.sizeKiB
    series.highKiB = series.sizeKiB
  }
  series.lowKiB = sizeKiB
  series.highKiB = sizeKiB
}

function judge(series: Series, closedLevels: number, highKiB: number): void {
  series.alarm = look(series, closedLevels, highKiB, series.alarm)
  series.verdict = series.alarm
    ? leakOf(series.alarm, series)
    : bloatOrSteady(series.levels, closedLevels, series.verdict)
}
