// A stream of text cut into lines, of which none may be longer than a bound.

/** Of the protocol, in either direction. */
export const LONGEST_LINE_BYTES = 8 * 1024 * 1024

/** Takes the next piece; false if the line is too long by now. */
export function lineCutter(onLine: (line: string) => void): (piece: string) => boolean {
  let begun = ''
  return piece => {
    const lines = piece.split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      onLine(begun + line)
      begun = ''
    }
    begun += last
    return begun.length <= LONGEST_LINE_BYTES
  }
}
