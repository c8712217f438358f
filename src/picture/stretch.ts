// What the sizes of a stretch of time were like: points count by how long they are, since old ones are longer. Pure.
import type { Point } from '../history/process-history.ts'

const DAY_MS = 86_400_000

/** The part of the points that is not before `sinceMs`. */
export const since = (points: readonly Point[], sinceMs: number): Point[] =>
  points.filter(({ untilMs }) => untilMs > sinceMs)

/** The later half of them, a day of it at most. */
export function lateHalf(points: readonly Point[]): Point[] {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return []
  return since(points, last.untilMs - Math.min(DAY_MS, (last.untilMs - first.fromMs) / 2))
}

export const lowestOf = (points: readonly Point[]): number =>
  points.reduce((lowest, { lowBytes }) => Math.min(lowest, lowBytes), Number.POSITIVE_INFINITY)

export const highestOf = (points: readonly Point[]): number =>
  points.reduce((highest, { highBytes }) => Math.max(highest, highBytes), 0)

/** The size that is not exceeded for `share` of the time; 0 without points. */
export function quantile(points: readonly Point[], share: number, sizeOf: (point: Point) => number): number {
  const sized = points.map(point => ({ size: sizeOf(point), ms: Math.max(1, point.untilMs - point.fromMs) }))
  sized.sort((a, b) => a.size - b.size)
  let leftMs = share * sized.reduce((sum, { ms }) => sum + ms, 0)
  for (const { size, ms } of sized) {
    leftMs -= ms
    if (leftMs <= 0) return size
  }
  return sized.at(-1)?.size ?? 0
}

export const middle = ({ lowBytes, highBytes }: Point): number => (lowBytes + highBytes) / 2
