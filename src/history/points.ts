// A series as points in epoch time: the finest level for the last minutes, coarser ones further back, the open bucket
// last. Pure.
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

/** In order of time, without overlap; some 220 at most, three weeks back. None before the process was seen first. */
export function pointsOf(placed: Placed): Point[] {
  const points: Point[] = []
  for (const stretch of stretchesOf(placed.series))
    for (const [fromSeconds, untilSeconds] of cut(stretch, placed.gaps)) {
      const fromMs = msOf(placed, fromSeconds, 'from')
      const untilMs = msOf(placed, untilSeconds, 'until')
      const bytes = { lowBytes: stretch.lowKiB * KIB, highBytes: stretch.highKiB * KIB }
      if (untilMs >= placed.fromMs)
        points.push({ fromMs: Math.max(fromMs, placed.fromMs), untilMs, ...bytes })
    }
  return points
}

function* stretchesOf(series: Series): Generator<Stretch> {
  if (series.metric === undefined) return
  /** In buckets of the lowest level. */
  let done = 0
  for (let level = LEVELS - 1; level >= 0; level--) {
    const each = 2 ** level
    const closed = series.levels.closed[level] as number
    const finerFrom = level === 0 ? closed : (oldest(series, level - 1) * each) / 2
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
  Math.max(0, (levels.closed[level] as number) - BUCKETS)

function stretchOf({ levels, bucketSeconds }: Series, level: number, at: number): Stretch {
  const place = level * BUCKETS + (at % BUCKETS)
  const seconds = bucketSeconds * 2 ** level
  return {
    fromSeconds: at * seconds,
    untilSeconds: (at + 1) * seconds,
    lowKiB: levels.lowest[place] as number,
    highKiB: levels.highest[place] as number,
  }
}

/** Its parts before, between and after the gaps in it. */
function cut({ fromSeconds, untilSeconds }: Stretch, gaps: readonly Gap[]): [from: number, until: number][] {
  const inside = gaps.map(gap => gap.afterSeconds).filter(at => at > fromSeconds && at < untilSeconds)
  const ends = [...inside, untilSeconds]
  return ends.map((until, at) => [ends[at - 1] ?? fromSeconds, until])
}

/** Back from the last sample: the clocks of series and of the date need not have begun together. */
function msOf({ series, untilMs, gaps }: Placed, seconds: number, as: 'from' | 'until'): number {
  const passedMs = (series.clockSeconds - seconds) * 1000
  const later = gaps.filter(({ afterSeconds: at }) => (as === 'from' ? at > seconds : at >= seconds))
  return untilMs - passedMs - later.reduce((sum, { lostMs }) => sum + lostMs, 0)
}

/** As few as `most`, each of an equal part of the time; parts in which nothing begins are left out. */
export function downsample(points: readonly Point[], most: number): Point[] {
  const fromMs = points[0]?.fromMs ?? 0
  const partMs = ((points.at(-1)?.untilMs ?? 0) - fromMs) / most
  const partOf = (point: Point) => Math.min(most - 1, Math.floor((point.fromMs - fromMs) / partMs) || 0)
  const parts: Point[] = []
  for (const point of points) {
    const last = parts.at(-1)
    if (last && partOf(last) === partOf(point)) parts[parts.length - 1] = joined(last, point)
    else parts.push(point)
  }
  return parts
}

const joined = (a: Point, b: Point): Point => ({
  fromMs: a.fromMs,
  untilMs: b.untilMs,
  lowBytes: Math.min(a.lowBytes, b.lowBytes),
  highBytes: Math.max(a.highBytes, b.highBytes),
})
