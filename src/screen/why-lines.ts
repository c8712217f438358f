// What the evidence of each process says first, below its row or in a column of its own. Pure.
import { NOTHING_STANDS_OUT, type Why, whyText } from '../evidence/why.ts'
import type { Row } from './rows.ts'
import { type Room, shown, wrapped } from './width.ts'

const INDENT = '    '

/** The rows with that as a cell; as they are where nobody has asked for it. */
export const explained = (
  rows: readonly Row[],
  whys: ReadonlyMap<string, Why> | undefined,
): readonly Row[] =>
  whys === undefined
    ? rows
    : rows.map((row): Row => {
        const why = row.kind === 'process' ? whys.get(row.of.process.namespec) : undefined
        return { ...row, cells: { ...row.cells, why: why ? cellText(why) : '' } }
      })

/** Two blanks stand between two cells. */
const cellText = (why: Why): string => shown(whyText(why)).replace(/ {2,}/g, ' ')

export const areExplained = (rows: readonly Row[]): boolean =>
  rows.some(({ cells }) => cells.why !== undefined)

/** Below the row, indented, as wide as the terminal. */
export function whyLines({ cells: { why = '' } }: Row, { width, widthOf }: Room): string[] {
  if (why === '' || why === NOTHING_STANDS_OUT) return []
  return wrapped(why, { width: width - INDENT.length, widthOf }).map(line => INDENT + line)
}

/** Of those that have no line; none where nothing was asked. */
export function whyNote(rows: readonly Row[]): string[] {
  const count = rows.filter(({ cells }) => cells.why === NOTHING_STANDS_OUT).length
  return count === 0
    ? []
    : [`--why: ${NOTHING_STANDS_OUT} in ${count} of ${countRunning(rows)} running processes`]
}

const countRunning = (rows: readonly Row[]): number => rows.filter(({ cells }) => cells.why).length
