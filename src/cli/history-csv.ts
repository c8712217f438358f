// `memmon history --csv`: RFC 4180, a row for each point. Pure.
import type { ProcessHistory } from '../history/process-history.ts'
import { isoTime } from './history-json.ts'

const HEAD = ['process', 'from', 'until', 'low_bytes', 'high_bytes', 'life']
/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** Lives are numbered from 1, the oldest first. */
export const historyCsv = (histories: readonly ProcessHistory[]): string =>
  [HEAD, ...histories.flatMap(rowsOf)].map(cells => `${cells.map(cellText).join(',')}\r\n`).join('')

const rowsOf = ({ namespec, lives }: ProcessHistory): (string | number | null)[][] =>
  lives.flatMap(({ points }, at) =>
    points.map(({ fromMs, untilMs, lowBytes, highBytes }) => [
      FORMULA.test(namespec) ? `'${namespec}` : namespec,
      isoTime(fromMs),
      isoTime(untilMs),
      lowBytes,
      highBytes,
      at + 1,
    ]),
  )

function cellText(cell: string | number | null): string {
  const text = String(cell ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
