// The table of a digest: a line for each event, 76 columns at most. A longer name has a line of its own. Pure.
import { timestamp, zoneText } from '../base/text.ts'
import type { DigestRow } from './message.ts'

const MOST_COLUMNS = 76
const GAP = '  '

/** When it was, and the table. */
export function digestTable(rows: readonly DigestRow[]): string {
  const ats = rows.map(({ at }) => at)
  const [first, last] = [new Date(Math.min(...ats)), new Date(Math.max(...ats))]
  const isOneDay = dayOf(first) === dayOf(last)
  const cells = rows.map(({ process, what, size, limit, pid, at }) => ({
    process,
    others: [what, size, limit, pid, timeOf(new Date(at), isOneDay)],
  }))
  return `${spanText(first, last, isOneDay)}\n\n${linesOf(cells).join('\n')}`
}

interface Cells {
  readonly process: string
  readonly others: readonly string[]
}

const HEAD: Cells = { process: 'PROCESS', others: ['WHAT HAPPENED', 'SIZE', 'LIMIT', 'PID', 'WHEN'] }
/** Sizes are compared from line to line. */
const RIGHT = [false, true, true, false, false]

function linesOf(cells: readonly Cells[]): string[] {
  const all = [HEAD, ...cells]
  const widths = HEAD.others.map((_, at) => Math.max(...all.map(({ others }) => widthOf(others[at] ?? ''))))
  const taken = widths.reduce((sum, width) => sum + GAP.length + width, 0)
  const room = Math.max(HEAD.process.length, MOST_COLUMNS - taken)
  const nameWidth = Math.max(...all.map(({ process }) => widthOf(process)).filter(width => width <= room))
  return all.flatMap(({ process, others }) => {
    const texts = others.map((text, at) => padded(text, widths[at] ?? 0, RIGHT[at] === true))
    const isLong = widthOf(process) > nameWidth
    const line = [padded(isLong ? '' : process, nameWidth, false), ...texts].join(GAP).trimEnd()
    return isLong ? [process, line] : [line]
  })
}

function padded(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return isRight ? `${blanks}${text}` : `${text}${blanks}`
}

const widthOf = (text: string): number => [...text].length

function spanText(first: Date, last: Date, isOneDay: boolean): string {
  const zone = zoneText(last)
  if (!isOneDay) return `From ${secondOf(first)} to ${secondOf(last)} (${zone}):`
  return `On ${dayOf(first)}, from ${timeOf(first, true)} to ${timeOf(last, true)} (${zone}):`
}

const secondOf = (date: Date): string => timestamp(date).slice(0, 19)
const dayOf = (date: Date): string => secondOf(date).slice(0, 10)
/** '12:00:00', or '11-21 12:00:00' where the day has to be said. */
const timeOf = (date: Date, isOneDay: boolean): string => secondOf(date).slice(isOneDay ? 11 : 5)
