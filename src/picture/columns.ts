// A stretch of time cut into columns, for charts made of characters. Pure.
import type { TimeSpan } from '../history/brief.ts'
import type { Life, Point, ProcessHistory } from '../history/process-history.ts'

/** The sizes that a column stands for; undefined: nothing was measured. */
export type Column = Pick<Point, 'lowBytes' | 'highBytes'> | undefined

/** The lowest and highest size in each of `count` columns. */
export function columnsOf(lives: readonly Life[], span: TimeSpan, count: number): Column[] {
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

/** The columns in which a life begins that another one went before, and in which memmon has ended the last one. */
export function restartColumns(
  { lives }: ProcessHistory,
  span: TimeSpan,
  count: number,
): ReadonlySet<number> {
  const last = lives.at(-1)
  const momentsMs = lives.slice(1).map(({ fromMs }) => fromMs)
  if (last?.end?.by === 'memmon') momentsMs.push(last.untilMs)
  const within = momentsMs.filter(ms => ms >= span.sinceMs && ms <= span.untilMs)
  return new Set(within.map(ms => Math.min(count - 1, columnOf(ms, span, count))))
}

/** The column of a moment; below 0 or from `count` on, where it is outside. */
export const columnOf = (atMs: number, span: TimeSpan, count: number): number =>
  Math.floor(placeOf(atMs, span, count))

const placeOf = (atMs: number, { sinceMs, untilMs }: TimeSpan, count: number): number =>
  ((atMs - sinceMs) / Math.max(1, untilMs - sinceMs)) * count
