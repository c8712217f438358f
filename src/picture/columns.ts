// A stretch of time cut into columns, for charts made of characters. Pure.
import type { Life, Point, ProcessHistory } from '../history/process-history.ts'

export interface Span {
  readonly sinceMs: number
  /** Not included. */
  readonly untilMs: number
}

/** The sizes that a column stands for; undefined: nothing was measured. */
export type Column = Pick<Point, 'lowBytes' | 'highBytes'> | undefined

/** The lowest and highest size in each of `count` columns. */
export function columnsOf(lives: readonly Life[], span: Span, count: number): Column[] {
  const columns: Column[] = Array.from({ length: count })
  for (const { fromMs, untilMs, lowBytes, highBytes } of lives.flatMap(({ points }) => points)) {
    const from = columnOf(fromMs, span, count)
    const last = Math.max(from, Math.ceil(placeOf(untilMs, span, count)) - 1)
    for (let at = Math.max(0, from); at <= Math.min(last, count - 1); at++) {
      const { lowBytes: low = lowBytes, highBytes: high = highBytes } = columns[at] ?? {}
      columns[at] = { lowBytes: Math.min(low, lowBytes), highBytes: Math.max(high, highBytes) }
    }
  }
  return columns
}

/** The columns in which a life begins that another one went before. */
export const restartColumns = ({ lives }: ProcessHistory, span: Span, count: number): ReadonlySet<number> =>
  new Set(
    lives
      .slice(1)
      .map(({ fromMs }) => columnOf(fromMs, span, count))
      .filter(at => at >= 0 && at < count),
  )

/** The column of a moment; below 0 or from `count` on, where it is outside. */
export const columnOf = (atMs: number, span: Span, count: number): number =>
  Math.floor(placeOf(atMs, span, count))

const placeOf = (atMs: number, { sinceMs, untilMs }: Span, count: number): number =>
  ((atMs - sinceMs) / Math.max(1, untilMs - sinceMs)) * count
