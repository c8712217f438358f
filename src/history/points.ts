// A series as points in epoch time: the finest level for the last minutes, coarser ones further back, the open bucket
// last. Pure.
import { CLOSED, HIGHEST, LOWEST } from '../trend/levels.ts'
import { TIME } from '../trend/parameters.ts'
import type { Series } from '../trend/series.ts'
import type { Point } from './process-history.ts'

const { buckets: BUCKETS, levels: LEVELS } = TIME
const KIB = 1024

/** Time that the series' clock did not count: a suspended machine, or no memmon that watched. */
export interface Gap {
  /** By the series' clock, which stood still there. */
  readonly afterSeconds: number
  readonly lostMs: number
}

/** A series, and where in time it is. */
export interface Placed {
  readonly series: Series
  /** When the process was seen first and last, in epoch milliseconds. */
  readonly fromMs: number
  readonly untilMs: number
  /** Oldest first. */
  readonly gaps: readonly Gap[]
}

/** By the series' clock. */
interface Stretch {
  readonly fromSeconds: number
  readonly untilSeconds: number
  readonly lowKiB: number
  readonly highKiB: number
}

/**
 * In order of time, without overlap; some 220 at most, three weeks back. None before the process was seen first. Of the
 * levels below `finest` no more is taken than what no other has yet.
 */
export function pointsOf(placed: Placed, finest = 0): Point[] {
  const points: Point[] = []
  for (const stretch of stretchesOf(placed.series, finest)) {
    if (placed.gaps.length === 0) add(points, placed, stretch)
    else for (const part of cut(stretch, placed.gaps)) add(points, placed, part)
  }
  return points
}

function add(points: Point[], placed: Placed, { fromSeconds, untilSeconds, lowKiB, highKiB }: Stretch): void {
  const untilMs = msOf(placed, untilSeconds, true)
  if (untilMs < placed.fromMs) return
  const fromMs = Math.max(msOf(placed, fromSeconds, false), placed.fromMs)
  points.push({ fromMs, untilMs, lowBytes: lowKiB * KIB, highBytes: highKiB * KIB })
}

/** The same, but as few as one level can say it in, and some more. */
export function fewPointsOf(placed: Placed): Point[] {
  const finest = placed.series.levels.subarray(CLOSED, CLOSED + LEVELS).findIndex(closed => closed <= BUCKETS)
  return pointsOf(placed, finest < 0 ? LEVELS - 1 : finest)
}

function* stretchesOf(series: Series, finest: number): Generator<Stretch> {
  if (series.metric === undefined) return
  /** In buckets of the lowest level. */
  let done = 0
  for (let level = LEVELS - 1; level >= 0; level--) {
    const each = 2 ** level
    const closed = series.levels[CLOSED + level] as number
    const finerFrom = level <= finest ? Infinity : (oldest(series, level - 1) * each) / 2
    for (let at = Math.max(oldest(series, level), done / each); at < closed && at * each < finerFrom; at++) {
      yield stretchOf(series, level, at)
      done = (at + 1) * each
    }
  }
  const { openSeconds: fromSeconds, clockSeconds: untilSeconds, lowKiB, highKiB } = series
  yield { fromSeconds, untilSeconds, lowKiB, highKiB }
}

/** The number of the oldest bucket that the level keeps. */
const oldest = ({ levels }: Series, level: number): number =>
  Math.max(0, (levels[CLOSED + level] as number) - BUCKETS)

function stretchOf({ levels, bucketSeconds }: Series, level: number, at: number): Stretch {
  const place = level * BUCKETS + (at % BUCKETS)
  const seconds = bucketSeconds * 2 ** level
  return {
    fromSeconds: at * seconds,
    untilSeconds: (at + 1) * seconds,
    lowKiB: levels[LOWEST + place] as number,
    highKiB: levels[HIGHEST + place] as number,
  }
}

/** Its parts before, between and after the gaps in it. */
function cut(stretch: Stretch, gaps: readonly Gap[]): Stretch[] {
  const { fromSeconds, untilSeconds } = stretch
  const inside = gaps.map(gap => gap.afterSeconds).filter(at => at > fromSeconds && at < untilSeconds)
  const ends = [...inside, untilSeconds]
  return ends.map((until, at) => ({
    ...stretch,
    fromSeconds: ends[at - 1] ?? fromSeconds,
    untilSeconds: until,
  }))
}

/** Back from the last sample: the clocks of series and of the date need not have begun together. */
function msOf({ series, untilMs, gaps }: Placed, seconds: number, isEnd: boolean): number {
  let ms = untilMs - (series.clockSeconds - seconds) * 1000
  for (const { afterSeconds, lostMs } of gaps)
    if (afterSeconds > seconds || (isEnd && afterSeconds === seconds)) ms -= lostMs
  return ms
}

/** As few as `most`, each of an equal part of the time; parts in which nothing begins are left out. */
export function downsample(points: readonly Point[], most: number): Point[] {
  const parts: Point[] = []
  const fromMs = points[0]?.fromMs ?? 0
  const partMs = ((points.at(-1)?.untilMs ?? 0) - fromMs) / most
  let endMs = fromMs + partMs
  for (const point of points) {
    const last = parts.at(-1)
    if (last && (point.fromMs < endMs || parts.length === most)) parts[parts.length - 1] = joined(last, point)
    else parts.push(point)
    while (partMs > 0 && point.fromMs >= endMs) endMs += partMs
  }
  return parts
}

const joined = (a: Point, b: Point): Point => ({
  fromMs: a.fromMs,
  untilMs: b.untilMs,
  lowBytes: Math.min(a.lowBytes, b.lowBytes),
  highBytes: Math.max(a.highBytes, b.highBytes),
})
