// Sizes over time in plain characters: an area up to the highest size of each column, the limit as a line, restarts
// below. Without colours, for a mail and a terminal. Pure.
import { formatSize } from '../base/units.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { type Column, columnsOf, restartColumns, type Span } from './columns.ts'
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

interface Characters {
  /** The top of an area, from nothing to a whole cell. */
  readonly tops: string
  /** Always, and at times only. */
  readonly low: string
  readonly high: string
  readonly limit: string
  readonly side: string
  readonly corner: string
  readonly axis: string
  readonly tick: string
  readonly restart: string
}

const ASCII: Characters = {
  tops: ' #',
  low: '#',
  high: ':',
  limit: '-',
  side: '|',
  corner: '+',
  axis: '-',
  tick: '+',
  restart: '^',
}
const BLOCKS: Characters = {
  tops: ' ▁▂▃▄▅▆▇█',
  low: '█',
  high: '▒',
  limit: '╌',
  side: '│',
  corner: '└',
  axis: '─',
  tick: '┬',
  restart: '▲',
}
/** A limit that is higher than so many times the peak is named, not drawn: nothing else could be seen. */
const MOST_ABOVE = 3
const LEAST_COLUMNS = 10
const LEAST_ROWS = 3

/** The lines of the chart; none if nothing was measured in that time, or there is no room. */
export function textChart(history: ProcessHistory, options: TextChartOptions): readonly string[] {
  const { width, sinceMs, nowMs, isAscii = false } = options
  const characters = isAscii ? ASCII : BLOCKS
  const rows = Math.max(LEAST_ROWS, options.height)
  const span = { sinceMs, untilMs: nowMs }
  const sizes = columnsOf(history.lives, span, Math.max(1, width)).filter(one => one !== undefined)
  if (sizes.length === 0) return []
  const peak = Math.max(...sizes.map(({ highBytes }) => highBytes))
  const { limitBytes = Number.POSITIVE_INFINITY } = history
  const isDrawn = limitBytes <= MOST_ABOVE * peak
  const lowest = Math.min(...sizes.map(({ lowBytes }) => lowBytes))
  const scale = scaleOf(lowest, isDrawn ? Math.max(peak, limitBytes) : peak, rows)
  const limitRow = isDrawn ? Math.min(rows - 1, Math.round(rowsOf(limitBytes, scale))) : -1
  const labels = rowLabels(scale, rows)
  if (isDrawn) labels[limitRow] = `limit ${formatSize(limitBytes)}`
  const margin = Math.max(...labels.map(label => label.length))
  const count = width - margin - 2
  if (count < LEAST_COLUMNS) return []
  const columns = columnsOf(history.lives, span, count)
  const restarts = restartColumns(history, span, count)
  const area = labels.map((label, row) => {
    const blank = row === limitRow ? characters.limit : ' '
    const cells = columns.map(column => cellOf(column, row, scale, characters) ?? blank)
    return `${label.padStart(margin)} ${characters.side}${cells.join('')}`.trimEnd()
  })
  const above =
    !isDrawn && Number.isFinite(limitBytes) ? [`limit ${formatSize(limitBytes)}, above this chart`] : []
  const swings = area.some(line => line.includes(characters.high))
    ? [`${characters.high} from lowest to highest`]
    : []
  const legend = [...(restarts.size > 0 ? [`${characters.restart} restart`] : []), ...swings, ...above]
  return [
    ...area.reverse(),
    ...axisLines(span, restarts, characters, margin, count),
    ...(legend.length > 0 ? [`${' '.repeat(margin + 2)}${legend.join('   ')}`] : []),
  ]
}

/** What stands in a cell; undefined above the sizes, and where none are known. */
function cellOf(
  column: Column,
  row: number,
  scale: Scale,
  { tops, low, high }: Characters,
): string | undefined {
  if (!column) return undefined
  const filled = rowsOf(column.highBytes, scale) - row
  if (filled >= 1) return rowsOf(column.lowBytes, scale) - row >= 0.5 ? low : high
  const top = Math.round(filled * (tops.length - 1))
  // What is known is seen, however small it is.
  if (top < 1) return row === 0 ? tops[1] : undefined
  return tops.length > 2 || rowsOf(column.lowBytes, scale) - row >= 0.5 ? tops[top] : high
}

function axisLines(
  span: Span,
  restarts: ReadonlySet<number>,
  { corner, axis, tick, restart }: Characters,
  margin: number,
  count: number,
): string[] {
  const labels = timeLabels(span, count)
  const ticks = new Set(labels.map(({ column }) => column))
  const line = Array.from({ length: count }, (_, at) =>
    restarts.has(at) ? restart : ticks.has(at) ? tick : axis,
  )
  const indent = ' '.repeat(margin + 1)
  return [`${indent}${corner}${line.join('')}`, `${indent} ${timeLine(labels, count)}`]
}
