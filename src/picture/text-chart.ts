// Sizes over time in plain characters: an area up to the highest size of each column, the limit as a line, restarts
// below. Without colours, for a mail and a terminal. Pure, but for the time zone.
import { formatSize } from '../base/units.ts'
import type { TimeSpan } from '../history/brief.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { type Characters, charactersFor } from './characters.ts'
import { type Column, columnsOf, restartColumns } from './columns.ts'
import { rowLabels, rowsOf, type Scale, scaleOf } from './text-scale.ts'
import { timeLabels, timeLine } from './text-times.ts'

export interface TextChartOptions {
  /** Columns, with the labels. */
  readonly width: number
  /** Rows for sizes; the axis, the times and a legend come below. */
  readonly height: number
  readonly sinceMs: number
  readonly nowMs: number
  /** For mail, and terminals that know nothing else. */
  readonly isAscii?: boolean
}

/** A limit that is higher than so many times the peak is named, not drawn: nothing else could be seen. */
const MOST_ABOVE = 3
const LEAST_COLUMNS = 10
const LEAST_ROWS = 3

/** Where everything stands. */
interface Layout {
  readonly scale: Scale
  /** Lowest first. */
  readonly labels: readonly string[]
  /** -1: none is drawn. */
  readonly limitRow: number
  /** Columns of the labels, and of the sizes. */
  readonly margin: number
  readonly count: number
}

/** The lines of the chart; none if nothing was measured in that time, or there is no room. */
export function textChart(history: ProcessHistory, options: TextChartOptions): readonly string[] {
  const span = { sinceMs: options.sinceMs, untilMs: options.nowMs }
  const layout = layoutOf(history, span, options)
  if (!layout || layout.count < LEAST_COLUMNS) return []
  const characters = charactersFor(options.isAscii === true)
  const restarts = restartColumns(history, span, layout.count)
  const area = areaLines(columnsOf(history.lives, span, layout.count), layout, characters)
  const legend = [
    ...(restarts.size > 0 ? [`${characters.restart} restart`] : []),
    ...(area.some(line => line.includes(characters.high)) ? [`${characters.high} lowest to highest`] : []),
    ...(history.limitBytes !== undefined && layout.limitRow < 0
      ? [`limit ${formatSize(history.limitBytes)} is above`]
      : []),
  ]
  const below = [
    ...axisLines(span, restarts, layout, characters),
    ...(legend.length > 0 ? [legend.join('   ')] : []),
  ]
  return [...area, ...below.map((line, at) => `${' '.repeat(layout.margin + (at === 0 ? 1 : 2))}${line}`)]
}

function layoutOf(
  { lives, limitBytes = Number.POSITIVE_INFINITY }: ProcessHistory,
  span: TimeSpan,
  { width, height }: TextChartOptions,
): Layout | undefined {
  const sizes = columnsOf(lives, span, Math.max(1, width)).filter(one => one !== undefined)
  if (sizes.length === 0) return undefined
  const rows = Math.max(LEAST_ROWS, height)
  const peak = Math.max(...sizes.map(({ highBytes }) => highBytes))
  const isDrawn = limitBytes <= MOST_ABOVE * peak
  const lowest = Math.min(...sizes.map(({ lowBytes }) => lowBytes))
  const scale = scaleOf(lowest, isDrawn ? Math.max(peak, limitBytes) : peak, rows)
  const limitRow = isDrawn ? Math.min(rows - 1, Math.round(rowsOf(limitBytes, scale))) : -1
  const labels = rowLabels(scale, rows).map((label, row) =>
    row === limitRow ? `limit ${formatSize(limitBytes)}` : label,
  )
  const margin = Math.max(...labels.map(label => label.length))
  return { scale, labels, limitRow, margin, count: width - margin - 2 }
}

/** Highest first. */
const areaLines = (
  columns: readonly Column[],
  { scale, labels, limitRow, margin }: Layout,
  characters: Characters,
): string[] =>
  labels
    .map((label, row) => {
      const blank = row === limitRow ? characters.limit : ' '
      const cells = columns.map(column => (column && cellOf(column, row, scale, characters)) ?? blank)
      return `${label.padStart(margin)} ${characters.side}${cells.join('')}`.trimEnd()
    })
    .reverse()

/** What stands in a cell; undefined above the sizes. */
function cellOf(
  { lowBytes, highBytes }: NonNullable<Column>,
  row: number,
  scale: Scale,
  { tops, low, high }: Characters,
): string | undefined {
  const filled = rowsOf(highBytes, scale) - row
  const isLow = rowsOf(lowBytes, scale) - row >= 0.5
  if (filled >= 1) return isLow ? low : high
  const top = Math.round(filled * (tops.length - 1))
  // What is known is seen, however small it is.
  if (top < 1) return row === 0 ? tops[1] : undefined
  return tops.length > 2 || isLow ? tops[top] : high
}

function axisLines(
  span: TimeSpan,
  restarts: ReadonlySet<number>,
  { count }: Layout,
  { corner, axis, tick, restart }: Characters,
): string[] {
  const labels = timeLabels(span, count)
  const ticks = new Set(labels.map(({ column }) => column))
  const line = Array.from({ length: count }, (_, at) =>
    restarts.has(at) ? restart : ticks.has(at) ? tick : axis,
  )
  return [`${corner}${line.join('')}`, timeLine(labels, count)]
}
