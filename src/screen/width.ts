// Text by the columns that a terminal gives it: wide characters and emoji take two, marks none. string-width, which knows
// them, is passed in: an ES module alone, it is loaded when a screen is to be drawn.
import { oneLine } from '../base/text.ts'

const ELLIPSIS = '…'
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many columns a text takes. */
export type WidthOf = (text: string) => number

/** A width in columns, and what is measured by. */
export interface Room {
  readonly width: number
  readonly widthOf: WidthOf
}

/** Made safe to show: besides control characters, those that turn the direction of a line as \uNNNN. */
export const shown = (text: string): string =>
  oneLine(text).replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export type Align = 'left' | 'right'

export function padded(text: string, align: Align, { width, widthOf }: Room): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** Cut in its middle, since names and rules of a kind differ at their ends: 'worker:wor…_0017'. */
export function shorten(text: string, { width, widthOf }: Room): string {
  if (widthOf(text) <= width) return text
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment)
  const tail = taken(parts.toReversed(), { width: Math.floor((width - 1) * 0.4), widthOf }).toReversed()
  const tailText = tail.join('')
  return taken(parts, { width: width - 1 - widthOf(tailText), widthOf }).join('') + ELLIPSIS + tailText
}

/** As many of the parts as the width takes. */
function taken(parts: readonly string[], { width, widthOf }: Room): string[] {
  let left = width
  const end = parts.findIndex(part => {
    left -= widthOf(part)
    return left < 0
  })
  return parts.slice(0, end < 0 ? parts.length : end)
}

/** In lines no wider than that, broken at blanks where there are some. */
export function wrapped(text: string, room: Room): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (room.widthOf(longer) <= room.width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = chopped(word, room)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  return [...lines, line]
}

function chopped(word: string, room: Room): string[] {
  const pieces: string[] = []
  let rest = [...graphemes.segment(word)].map(({ segment }) => segment)
  while (rest.length > 0) {
    const piece = taken(rest, room)
    // A single character may be wider than any line: a hundred letters of old Hangul are one.
    pieces.push(piece.length > 0 ? piece.join('') : ELLIPSIS)
    rest = rest.slice(Math.max(1, piece.length))
  }
  return pieces
}
