// One part of a screen that shows a process: a line that says it all, and a table below it. Pure.
import { paint } from './paint.ts'
import { type Cells, type Column, type Plan, plainLines, tableLines } from './table.ts'
import { type Room, shown, wrapped } from './width.ts'

export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Cells[]
  /** From the whole to the least: the first that fits is taken. */
  readonly plans: readonly Plan[]
  /** Of the rows: how many more there are that are not shown. */
  readonly moreCount?: number
}

const INDENT = '  '
/** The keys of columns that a pipe does not get. */
const BARS = ['bar', 'shortBar']

/** Without a width, as in a pipe, every column is whole. */
export function sectionLines(
  { title, columns, rows, plans, moreCount = 0 }: Section,
  room: Room,
  colour: boolean,
): string[] {
  const cells = rows.map(row =>
    Object.fromEntries(Object.entries(row).map(([key, text]) => [key, shown(text)])),
  )
  const inner = { ...room, width: room.width - INDENT.length }
  const table =
    rows.length === 0
      ? []
      : Number.isFinite(room.width)
        ? tableLines(columns, cells, plans, inner)
        : plainLines(
            columns.filter(({ key }) => !BARS.includes(key)),
            cells,
            room.widthOf,
          )
  const more = moreCount > 0 ? [`and ${moreCount} more`] : []
  return [
    ...wrapped(shown(title), room).map(line => paint(line, 'bold', colour)),
    ...table.map((line, at) => INDENT + paint(line, at === 0 ? 'dim' : undefined, colour)),
    ...more.map(line => INDENT + paint(line, 'dim', colour)),
  ]
}
