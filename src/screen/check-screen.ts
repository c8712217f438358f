// The screen of `memmon check`: rows, summary and where the rules are from, in the width of a terminal or, for a pipe,
// whole. Pure; side effects are in cli/check.ts.
import { type Paint, paint } from './paint.ts'
import type { Row, Standing } from './rows.ts'
import { countsOf, type Memory, summaryText } from './summary.ts'
import { type Cells, type Column, type Plan, plainLines, tableLines } from './table.ts'
import { areExplained, whyLines, whyNote } from './why-lines.ts'
import { type Room, type WidthOf, wrapped } from './width.ts'

export interface Picture {
  /** In the order in which they are shown; `counted` are those that the summary is about. */
  readonly rows: readonly Row[]
  readonly counted: readonly Row[]
  readonly hasRules: boolean
  readonly memory: Memory | undefined
  /** Where the rules are from, where messages go, what could not be looked at: a line each. */
  readonly notes: readonly string[]
}

export interface Terminal {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
  readonly widthOf: WidthOf
}

/** A terminal that is narrower gets lines of this width, and breaks them itself. */
export const LEAST_COLUMNS = 40

/** One name of 140 characters must not tear the names of all others from their figures. */
const MOST_NAME = 50
/** Names up to this are cut only where nothing else can be: 'worker:worker_0017' and its like. */
const NAME = 24

const COLUMNS: readonly Column[] = [
  { key: 'process', head: 'PROCESS', align: 'left', most: MOST_NAME, comfort: NAME },
  { key: 'pid', head: 'PID', align: 'right' },
  { key: 'uptime', head: 'UPTIME', align: 'right' },
  { key: 'size', head: 'SIZE', align: 'right' },
  { key: 'metric', head: '', align: 'left' },
  { key: 'limit', head: 'LIMIT', align: 'right' },
  { key: 'used', head: 'USED', align: 'right' },
  { key: 'bar', head: '', align: 'left' },
  { key: 'shortBar', head: '', align: 'left' },
  { key: 'now', head: 'NOW', align: 'left' },
  { key: 'rule', head: 'RULE', align: 'left' },
]

/** From the whole to the least: the first that fits is taken. What memmon would do, and sizes, are in each. */
const PLANS: readonly Plan[] = [
  plan({ process: 24, rule: 16 }, 'pid', 'uptime', 'limit', 'used', 'bar'),
  plan({ process: 24, rule: 16 }, 'uptime', 'limit', 'used', 'bar'),
  plan({ process: 20, rule: 14 }, 'uptime', 'limit', 'used', 'shortBar'),
  plan({ process: 16, rule: 12 }, 'limit', 'used', 'shortBar'),
  plan({ process: 12 }, 'limit', 'used', 'shortBar'),
  plan({ process: 12 }, 'limit', 'used'),
  plan({ process: 8 }, 'used'),
  plan({ process: 4 }),
]

function plan(least: Readonly<Record<string, number>>, ...keys: string[]): Plan {
  return { keys: [...Object.keys(least), 'size', 'metric', 'now', ...keys], least }
}

/** What a pipe gets: always these, in this order, none of their cells empty. */
const PLAIN: readonly Column[] = [
  { key: 'process', head: 'PROCESS', align: 'left' },
  { key: 'state', head: 'STATE', align: 'left' },
  { key: 'pid', head: 'PID', align: 'right' },
  { key: 'uptime', head: 'UPTIME', align: 'right' },
  { key: 'size', head: 'SIZE', align: 'right' },
  { key: 'metric', head: 'METRIC', align: 'left' },
  { key: 'limit', head: 'LIMIT', align: 'right' },
  { key: 'used', head: 'USED', align: 'right' },
  { key: 'now', head: 'NOW', align: 'left' },
  { key: 'rule', head: 'RULE', align: 'left' },
]

const WHY: Column = { key: 'why', head: 'WHY', align: 'left' }

/** Printed once: the table, then what it comes to, next to the prompt. */
export function terminalLines(picture: Picture, { columns, rows, colour, widthOf }: Terminal): string[] {
  const room = { width: Math.max(columns, LEAST_COLUMNS), widthOf }
  const table = paintedBlocks(picture, room, colour).flat()
  const isLong = table.length > rows - 4 && picture.rows.length > picture.counted.filter(isOver).length
  const more = isLong && picture.counted.some(isOver) ? ' (--over shows them alone)' : ''
  const summary = summaryOf(picture, { width: room.width - more.length, widthOf }) + more
  return [...table, '', paint(summary, 'bold', colour), ...notesIn(picture, room)]
}

/** Drawn again and again: what it comes to on top, and no more lines than the terminal has. */
export function watchLines(
  picture: Picture,
  { columns, rows, colour, widthOf }: Terminal,
  status: string,
): string[] {
  const room = { width: Math.max(columns, LEAST_COLUMNS), widthOf }
  const heads = [
    paint(summaryOf(picture, room), 'bold', colour),
    ...wrapped(status, room).map(line => paint(line, 'dim', colour)),
    '',
  ]
  const notes = ['', ...notesIn(picture, room)]
  const blocks = paintedBlocks(picture, room, colour)
  const table = blocks.flat()
  const left = rows - heads.length
  if (table.length + notes.length <= left) return [...heads, ...table, ...notes]
  if (table.length <= left) return [...heads, ...table]
  const whole = wholeIn(blocks, left - 1)
  const more = paint(`… ${blocks.length - Math.max(1, whole.length)} more`, 'dim', colour)
  return [...heads, ...whole.flat(), more].slice(0, rows)
}

/** As many of them as so many lines hold. */
function wholeIn(blocks: readonly (readonly string[])[], most: number): readonly (readonly string[])[] {
  let left = most
  const end = blocks.findIndex(block => {
    left -= block.length
    return left < 0
  })
  return end < 0 ? blocks : blocks.slice(0, end)
}

/** Only rows, as in the table of memmon check; complete in a pipe, whose width is infinite. */
export function processTable(rows: readonly Row[], room: Room, colour: boolean): string[] {
  if (Number.isFinite(room.width)) return blocksOf(rows, true, room, colour).flat()
  return plainLines(
    PLAIN,
    rows.map(row => row.cells),
    room.widthOf,
  )
}

/** What a pipe gets: nothing is cut, painted or left out. */
export function pipeLines(picture: Picture, widthOf: WidthOf): string[] {
  const cells = picture.rows.map(row => row.cells)
  return [
    ...plainLines(areExplained(picture.rows) ? [...PLAIN, WHY] : PLAIN, cells, widthOf),
    '',
    summaryOf(picture, { width: Infinity, widthOf }),
    ...picture.notes,
  ]
}

const summaryOf = ({ counted, memory, hasRules }: Picture, room: Room): string =>
  summaryText(countsOf(counted), memory, hasRules, room)

const notesIn = ({ rows, notes }: Picture, room: Room): string[] =>
  [...whyNote(rows), ...notes].flatMap(note => wrapped(note, room))

const isOver = ({ standing }: Row): boolean => standing === 'over'

const PAINTS: Readonly<Record<Standing, Paint | undefined>> = {
  over: 'red',
  blind: 'yellow',
  warned: 'yellow',
  fine: undefined,
  none: 'dim',
  down: 'dim',
}

/** Without any rules, no row lacks one. */
export const paintOf = ({ standing }: Row, hasRules: boolean): Paint | undefined =>
  hasRules || standing !== 'none' ? PAINTS[standing] : undefined

/** The heads, then each row with what belongs to it. */
function paintedBlocks({ rows, counted, hasRules }: Picture, room: Room, colour: boolean): string[][] {
  if (rows.length === 0)
    return [[counted.length > 0 ? 'Nothing is over its limit.' : 'supervisord has no programs.']]
  return blocksOf(rows, hasRules, room, colour)
}

function blocksOf(rows: readonly Row[], hasRules: boolean, room: Room, colour: boolean): string[][] {
  const { columns, cells } = withoutSameMetric(rows)
  return tableLines(columns, cells, PLANS, room).map((line, at) => {
    const row = rows[at - 1]
    if (!row) return [paint(line, 'bold', colour)]
    return [paint(line, paintOf(row, hasRules), colour), ...whyLines(row, room)]
  })
}

/** Where all sizes are of one metric, as is the rule, it is named once: in the head. */
function withoutSameMetric(rows: readonly Row[]): { columns: readonly Column[]; cells: readonly Cells[] } {
  const cells = rows.map(row => row.cells)
  const metrics = new Set(cells.flatMap(({ metric }) => (metric ? [metric] : [])))
  const [only] = metrics
  if (only === undefined || metrics.size > 1) return { columns: COLUMNS, cells }
  return {
    columns: COLUMNS.map(column => (column.key === 'size' ? { ...column, head: only } : column)),
    cells: cells.map(cell => ({ ...cell, metric: '' })),
  }
}
