// The lives of a process that are over, the last ten, in one block of memory: numbers and up to 24 points each, a picture
// of how it went. Nothing in the block can be out of the life's own time or above its peak, whatever wrote it.
import { MEMORY_METRICS, type MemoryMetric } from '../rules/metric.ts'
import { downsample } from './points.ts'
import type { Life, LifeEnd, Point } from './process-history.ts'

export const MOST_LIVES = 10
const MOST_POINTS = 24
const HEAD_BYTES = 36
const PID_AT = 28
/** A point is four parts of 65535: of the life's time, and of its peak. */
const POINT_BYTES = 8
export const LIFE_BYTES = HEAD_BYTES + MOST_POINTS * POINT_BYTES
const WHOLE = 65_535
const KIB = 1024

/** A life that is over, and what was measured of it. */
export interface PastLife extends Life {
  readonly end: LifeEnd
  readonly metric: MemoryMetric
  readonly cumulative: boolean
}

export interface PastLives {
  /** LIFE_BYTES a life, oldest first. */
  readonly memory: ArrayBuffer
  /** Why each is over. */
  readonly ends: readonly LifeEnd[]
}

export const NO_LIVES: PastLives = { memory: new ArrayBuffer(0), ends: [] }

/** With one more, without the oldest if there are ten. */
export function withLife(past: PastLives, life: PastLife): PastLives {
  const kept = past.ends.slice(1 - MOST_LIVES)
  const memory = new ArrayBuffer((kept.length + 1) * LIFE_BYTES)
  const from = (past.ends.length - kept.length) * LIFE_BYTES
  new Uint8Array(memory).set(new Uint8Array(past.memory, from))
  write(viewOf(memory, kept.length), life)
  return { memory, ends: [...kept, life.end] }
}

/** The last ten of both, `later` having come later. */
export const withLives = (past: PastLives, later: PastLives): PastLives =>
  pastLives(later).reduce(withLife, past)

/** The last one, if it is of this pid and nothing better is known, was over for that reason. */
export function withEnd(past: PastLives, pid: number, end: LifeEnd): PastLives {
  const last = past.ends.length - 1
  if (!isNews(end, past.ends[last]) || viewOf(past.memory, last).getInt32(PID_AT) !== pid) return past
  return { memory: past.memory, ends: [...past.ends.slice(0, -1), end] }
}

const isNews = (end: LifeEnd, known: LifeEnd | undefined): boolean =>
  known?.by === 'other' || (known?.by === 'memmon' && failedStartsOf(end) > failedStartsOf(known))

const failedStartsOf = (end: LifeEnd): number => (end.by === 'memmon' ? (end.failedStarts ?? 0) : 0)

/** Oldest first. */
export const pastLives = ({ memory, ends }: PastLives): PastLife[] =>
  ends.map((end, at) => read(viewOf(memory, at), end))

const viewOf = (memory: ArrayBuffer, at: number): DataView =>
  new DataView(memory, at * LIFE_BYTES, LIFE_BYTES)

function write(view: DataView, life: PastLife): void {
  const points = downsample(life.points, MOST_POINTS)
  view.setFloat64(0, life.fromMs)
  view.setFloat64(8, life.untilMs)
  for (const [at, bytes] of [life.startBytes, life.endBytes, life.peakBytes].entries())
    view.setInt32(16 + 4 * at, Math.floor(bytes / KIB))
  view.setInt32(PID_AT, life.pid)
  view.setUint8(32, MEMORY_METRICS.indexOf(life.metric))
  view.setUint8(33, life.cumulative ? 1 : 0)
  view.setUint8(34, points.length)
  for (const [at, point] of points.entries()) writePoint(view, HEAD_BYTES + at * POINT_BYTES, point, life)
}

function writePoint(view: DataView, at: number, point: Point, { fromMs, untilMs, peakBytes }: Life): void {
  const time = (ms: number) => part(ms - fromMs, untilMs - fromMs)
  view.setUint16(at, time(point.fromMs))
  view.setUint16(at + 2, time(point.untilMs))
  view.setUint16(at + 4, part(point.lowBytes, peakBytes))
  view.setUint16(at + 6, part(point.highBytes, peakBytes))
}

const part = (of: number, whole: number): number =>
  whole > 0 ? Math.round(WHOLE * Math.min(1, Math.max(0, of / whole))) : 0

function read(view: DataView, end: LifeEnd): PastLife {
  const [startBytes = 0, endBytes = 0, peakBytes = 0] = [16, 20, 24].map(at => view.getInt32(at) * KIB)
  const times = { fromMs: view.getFloat64(0), untilMs: view.getFloat64(8) }
  const points = Array.from({ length: view.getUint8(34) }, (_, at) =>
    readPoint(view, HEAD_BYTES + at * POINT_BYTES, { ...times, peakBytes }),
  )
  const metric = MEMORY_METRICS[view.getUint8(32)] ?? 'rss'
  const cumulative = view.getUint8(33) === 1
  return {
    pid: view.getInt32(PID_AT),
    ...times,
    end,
    startBytes,
    endBytes,
    peakBytes,
    points,
    metric,
    cumulative,
  }
}

function readPoint(
  view: DataView,
  at: number,
  { fromMs, untilMs, peakBytes }: Pick<Life, 'fromMs' | 'untilMs' | 'peakBytes'>,
): Point {
  const time = (place: number) =>
    Math.min(untilMs, fromMs + Math.round(((untilMs - fromMs) * view.getUint16(place)) / WHOLE))
  const bytes = (place: number) => Math.round((peakBytes * view.getUint16(place)) / WHOLE)
  return {
    fromMs: time(at),
    untilMs: time(at + 2),
    lowBytes: bytes(at + 4),
    highBytes: bytes(at + 6),
  }
}

/** False for what no memmon has written, or not to its end. */
export const areSound = ({ memory, ends }: PastLives): boolean =>
  ends.length <= MOST_LIVES &&
  memory.byteLength === ends.length * LIFE_BYTES &&
  ends.every((_, at) => isSound(viewOf(memory, at)))

function isSound(view: DataView): boolean {
  const fromMs = view.getFloat64(0)
  const untilMs = view.getFloat64(8)
  if (!isTime(fromMs) || !isTime(untilMs) || fromMs > untilMs) return false
  for (const at of [16, 20, 24, PID_AT]) if (view.getInt32(at) < 0) return false
  return view.getUint8(32) < MEMORY_METRICS.length && view.getUint8(33) <= 1 && arePointsSound(view)
}

/** In order of time. */
function arePointsSound(view: DataView): boolean {
  const points = view.getUint8(34)
  if (points > MOST_POINTS) return false
  let until = 0
  for (let left = points, at = HEAD_BYTES; left > 0; left--, at += POINT_BYTES) {
    const from = view.getUint16(at)
    if (from < until) return false
    until = view.getUint16(at + 2)
    if (until < from || view.getUint16(at + 4) > view.getUint16(at + 6)) return false
  }
  return true
}

/** As far as dates reach (ECMA-262, Time Values). */
const LAST_MS = 8.64e15
/** True for epoch milliseconds. */
export const isTime = (ms: unknown): ms is number => typeof ms === 'number' && ms >= 0 && ms <= LAST_MS
