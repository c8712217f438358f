// The points of a process's lives as a chart of so many pixels can show them: cut where nothing was measured, and no more
// than one a pixel. Pure.
import type { Life, Point } from '../history/process-history.ts'

/** Points further apart than this many usual distances, or a second, are two segments. */
const GAP_DISTANCES = 2.5
const LEAST_GAP_MS = 1000

/** A life as it is drawn. */
export interface DrawnLife {
  readonly life: Life
  /** Each without a gap. */
  readonly segments: readonly (readonly Point[])[]
}

/** The lives with what was measured of them from `fromMs` on. */
export const livesFrom = (lives: readonly Life[], fromMs: number): readonly DrawnLife[] =>
  lives
    .filter(({ untilMs }) => untilMs >= fromMs)
    .map(life => ({ life, segments: cutAtGaps(life.points.filter(({ untilMs }) => untilMs >= fromMs)) }))

function cutAtGaps(points: readonly Point[]): readonly (readonly Point[])[] {
  const gapMs = Math.max(LEAST_GAP_MS, GAP_DISTANCES * usualDistance(points))
  const segments: Point[][] = []
  let beforeMs: number | undefined
  for (const point of points) {
    const segment = segments.at(-1)
    if (segment && beforeMs !== undefined && point.fromMs - beforeMs <= gapMs) segment.push(point)
    else segments.push([point])
    beforeMs = point.untilMs
  }
  return segments
}

/** From the end of a point to the next: a tick, or nothing. The median, so that gaps do not count. */
function usualDistance(points: readonly Point[]): number {
  const distances = points.slice(1).map((point, at) => point.fromMs - (points[at]?.untilMs ?? point.fromMs))
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0
}

/** Points that together last no longer than `pixelMs` as one, with the lowest and the highest size of them all. */
export function thinned(segment: readonly Point[], pixelMs: number): readonly Point[] {
  const thin: Point[] = []
  for (const point of segment) {
    const last = thin.at(-1)
    if (last && point.untilMs - last.fromMs <= pixelMs) thin[thin.length - 1] = joined(last, point)
    else thin.push(point)
  }
  return thin
}

const joined = (one: Point, next: Point): Point => ({
  fromMs: one.fromMs,
  untilMs: next.untilMs,
  lowBytes: Math.min(one.lowBytes, next.lowBytes),
  highBytes: Math.max(one.highBytes, next.highBytes),
})
