// What `memmon top` draws on, and lines that fit it. Pure.
import { type Paint, paint } from '../screen/paint.ts'
import { type Room, type WidthOf, wrapped } from '../screen/width.ts'

export interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
  /** It shows nothing else. */
  readonly isAscii: boolean
  readonly widthOf: WidthOf
}

/** In less than this nothing is drawn but why. */
export const LEAST = { columns: 40, rows: 8 }

export const roomOf = ({ columns: width, widthOf }: Canvas): Room => ({ width, widthOf })

/** As much of it as fits, in one line. */
function fitting(text: string, canvas: Canvas): string {
  const room = roomOf(canvas)
  if (room.widthOf(text) <= room.width) return text
  const [first = ''] = wrapped(text, { ...room, width: room.width - ELLIPSIS.length })
  return first.trimEnd() + ELLIPSIS
}
const ELLIPSIS = '…'

export const painted = (text: string, how: Paint | undefined, canvas: Canvas): string =>
  paint(fitting(text, canvas), how, canvas.colour)

/** The same width, without a look at each character where that can be seen at once: a sparkline takes string-width 0.25 ms. */
export const quickWidth =
  (widthOf: WidthOf): WidthOf =>
  text =>
    ONE_COLUMN_EACH.test(text) ? text.length : widthOf(text)
const ONE_COLUMN_EACH = /^[ -~▁-█▒╌│└─┬▲]*$/
