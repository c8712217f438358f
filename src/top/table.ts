// The table of `memmon top`. It draws only the rows on the screen, and yet no column changes its width while scrolling.
// Pure.
import type { TimeSpan } from '../history/brief.ts'
import { beganMs } from '../history/history-since.ts'
import { paintOf } from '../screen/check-screen.ts'
import { paint } from '../screen/paint.ts'
import { type Cells, type Column, plainLines, tableLines } from '../screen/table.ts'
import { padded, type WidthOf } from '../screen/width.ts'
import { type Canvas, roomOf } from './canvas.ts'
import { columnsFrom, figuresOf, PLANS, sparksOf } from './columns.ts'
import type { TopModel, TopRow } from './model.ts'

const MOST_SPAN_MS = 6 * 3_600_000
const LEAST_SPAN_MS = 60_000
/** In front of a row. */
const MARKS = { selected: '> ', other: '  ' }

export interface Shown {
  /** In their order. */
  readonly rows: readonly TopRow[]
  readonly selected: TopRow | undefined
}

/** The heads, and as many rows as fit: those around the selected one. */
export function tablePage(
  model: TopModel,
  { rows, selected }: Shown,
  canvas: Canvas,
  bodyRows: number,
): string[] {
  const { isAscii, colour } = canvas
  const room = roomOf(canvas)
  const visible = around(rows, selected, bodyRows - 1)
  const { columns, cells, span } = cellsIn(model, room.widthOf)
  const drawn = visible.map(one => ({ ...(cells.get(one) ?? {}), ...sparksOf(one, span, isAscii) }))
  const [head = '', ...lines] = tableLines(columns, drawn, PLANS, {
    ...room,
    width: room.width - MARKS.other.length,
  })
  return [
    paint(MARKS.other + head, 'bold', colour),
    ...lines.map((line, at) => rowLine(line, visible[at], { selected, hasRules: model.hasRules }, canvas)),
  ]
}

/** For a pipe: complete. */
export function tableInPipe(
  model: TopModel,
  rows: readonly TopRow[],
  { widthOf, isAscii }: Pick<Canvas, 'widthOf' | 'isAscii'>,
): string[] {
  const { columns, cells, span } = cellsIn(model, widthOf)
  const drawn = rows.map(one => ({ ...(cells.get(one) ?? {}), ...sparksOf(one, span, isAscii) }))
  const wanted = columns.filter(({ key }) => key !== 'bar' && key !== 'spark')
  return plainLines(
    wanted.map(({ unseen, ...column }) => column),
    drawn,
    widthOf,
  )
}

/** The cells of all rows, and the columns as wide as they need. */
function cellsIn(model: TopModel, widthOf: WidthOf) {
  const span = spanOf(model)
  const metrics = new Set(model.rows.flatMap(({ row }) => row.cells.metric || []))
  const metric = metrics.size === 1 ? [...metrics][0] : undefined
  const cells = new Map(
    model.rows.map((one): [TopRow, Cells] => {
      const figures = figuresOf(one)
      return [one, metric === undefined ? figures : { ...figures, metric: '' }]
    }),
  )
  const all = [...cells.values()]
  const columns = columnsFrom(span, metric).map((column): Column => {
    const widest = all.reduce((most, one) => Math.max(most, widthOf(one[column.key] ?? '')), 0)
    return { ...column, unseen: column.unseen ?? widest }
  })
  return { columns, cells, span }
}

/** Since the first measurement, some hours back at most. */
function spanOf({ rows, atMs }: TopModel): TimeSpan {
  const firstMs = rows.reduce(
    (first, { history }) => Math.min(first, (history && beganMs(history)) ?? first),
    atMs,
  )
  return { sinceMs: Math.max(atMs - MOST_SPAN_MS, Math.min(firstMs, atMs - LEAST_SPAN_MS)), untilMs: atMs }
}

/** So many rows, with the selected one in the middle, except at both ends. */
function around(rows: readonly TopRow[], selected: TopRow | undefined, count: number): readonly TopRow[] {
  const at = selected ? rows.indexOf(selected) : 0
  const first = Math.max(0, Math.min(at - Math.floor(count / 2), rows.length - count))
  return rows.slice(first, first + count)
}

function rowLine(
  line: string,
  one: TopRow | undefined,
  { selected, hasRules }: { readonly selected: TopRow | undefined; readonly hasRules: boolean },
  canvas: Canvas,
): string {
  if (!one) return line
  const { row } = one
  const how = paintOf(row, hasRules)
  if (one !== selected) return paint(MARKS.other + line, how, canvas.colour)
  return paint(
    paint(padded(MARKS.selected + line, 'left', roomOf(canvas)), how, canvas.colour),
    'inverse',
    canvas.colour,
  )
}
