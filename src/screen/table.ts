// Columns of text in a given width: which of them are shown, how wide each is, and the lines. Pure.
import { type Align, padded, type Room, shorten, type WidthOf } from './width.ts'

export interface Column {
  readonly key: string
  readonly head: string
  readonly align: Align
  /** No wider than this, however long its longest text is. */
  readonly most?: number
  /** At least as wide as a text of this width: a row that is not drawn may have one. */
  readonly unseen?: number
  /** Of what is left of the width it gets this much before others do. */
  readonly comfort?: number
}

export type Cells = Readonly<Record<string, string>>

/** A choice of columns. Those of `least` may be cut down to so many terminal columns; no other one is ever cut. */
export interface Plan {
  readonly keys: readonly string[]
  readonly least: Readonly<Record<string, number>>
}

interface Sized {
  readonly column: Column
  readonly natural: number
  readonly least: number
}

const GAP = '  '

/**
 * The heads and a line for each row, by the first plan that fits, else by the last one. A column without any text is
 * left out.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly Cells[],
  plans: readonly Plan[],
  { width, widthOf }: Room,
): string[] {
  const naturals = new Map(
    columns.map(column => [
      column.key,
      rows.length === 0 || column.unseen || rows.some(row => row[column.key])
        ? naturalWidth(column, rows, widthOf)
        : undefined,
    ]),
  )
  const sizedBy = ({ keys, least }: Plan): Sized[] =>
    columns.flatMap(column => {
      const natural = naturals.get(column.key)
      if (natural === undefined || !keys.includes(column.key)) return []
      const own = Math.min(natural, column.most ?? natural)
      return { column, natural: own, least: Math.min(own, least[column.key] ?? own) }
    })
  const all = plans.map(sizedBy)
  const sized = all.find(plan => leastWidth(plan) <= width) ?? all.at(-1) ?? []
  const widths = spread(sized, width)
  const heads = Object.fromEntries(columns.map(({ key, head }) => [key, head]))
  return [heads, ...rows].map(row =>
    sized
      .map(({ column: { key, align } }, at) => {
        const own = widths[at] ?? 0
        const room = { width: own, widthOf }
        return padded(shorten(row[key] ?? '', room), align, room)
      })
      .join(GAP)
      .trimEnd(),
  )
}

/** Every column, whole; what is not known is a -, so that there is always the same number of cells. */
export function plainLines(columns: readonly Column[], rows: readonly Cells[], widthOf: WidthOf): string[] {
  const filled = rows.map(row =>
    Object.fromEntries(columns.map(({ key }) => [key, row[key] === '' ? '-' : (row[key] ?? '-')])),
  )
  return tableLines(columns, filled, [{ keys: columns.map(({ key }) => key), least: {} }], {
    width: Infinity,
    widthOf,
  })
}

const naturalWidth = ({ key, head, unseen = 0 }: Column, rows: readonly Cells[], widthOf: WidthOf): number =>
  rows.reduce((most, row) => Math.max(most, widthOf(row[key] ?? '')), Math.max(unseen, widthOf(head)))

const leastWidth = (plan: readonly Sized[]): number =>
  plan.reduce((sum, { least }) => sum + least, GAP.length * Math.max(0, plan.length - 1))

/**
 * Each column gets its least, and its comfort where there is room; what is then left goes to those that want more, in
 * equal parts.
 */
function spread(plan: readonly Sized[], width: number): number[] {
  const widths = plan.map(({ least }) => least)
  let left = width - leastWidth(plan)
  const grow = (at: number, by: number) => {
    widths[at] = (widths[at] ?? 0) + by
    left -= by
  }
  for (const [at, { column, natural, least }] of plan.entries()) {
    grow(at, Math.max(0, Math.min(left, Math.min(natural, column.comfort ?? 0) - least)))
  }
  for (;;) {
    const wanting = plan.flatMap(({ natural }, at) => ((widths[at] ?? 0) < natural ? [at] : []))
    if (wanting.length === 0 || left <= 0) return widths
    // The one that is least cut decides how far all of them grow before one has enough.
    const step = Math.min(
      Math.max(1, Math.floor(left / wanting.length)),
      ...wanting.map(at => (plan[at]?.natural ?? 0) - (widths[at] ?? 0)),
    )
    for (const at of wanting) grow(at, Math.min(step, Math.max(0, left)))
  }
}
