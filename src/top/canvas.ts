// The surface that `memmon top` draws on, and lines that fit it. Pure.
import { type Paint, paint } from '../screen/paint.ts'
import { type Room, type WidthOf, wrapped } from '../screen/width.ts'

export interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
  /** It can show only ASCII. */
  readonly isAscii: boolean
  readonly widthOf: WidthOf
}

/** A smaller terminal only gets the reason. */
export const LEAST = { columns: 40, rows: 8 }

export const roomOf = ({ columns: width, widthOf }: Canvas): Room => ({ width, widthOf })

/** As much as fits, on one line. */
function fitting(text: string, canvas: Canvas): string {
  const room = roomOf(canvas)
  if (room.widthOf(text) <= room.width) return text
  const [first = ''] = wrapped(text, { ...room, width: room.width - ELLIPSIS.length })
  return first.trimEnd() + ELLIPSIS
}
const ELLIPSIS = '…'

export const painted = (text: string, how: Paint | undefined, canvas: Canvas): string =>
  paint(fitting(text, canvas), how, canvas.colour)

/** The same width, without examining each character if that is obvious: string-width takes 0.25 ms for a sparkline. */
export const quickWidth =
  (widthOf: WidthOf): WidthOf =>
  text =>
    ONE_COLUMN_EACH.test(text) ? text.length : widthOf(text)
const ONE_COLUMN_EACH = /^[ -~▁-█▒╌│└─┬▲]*$/
