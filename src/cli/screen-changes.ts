// What to write to turn one screen of lines into another: only lines that differ. Pure. Control sequences: xterm's
// ctlseqs, which every terminal of today has.

const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

const lineStart = (row: number): string => `\u001b[${row + 1};1H`

/**
 * `before`: undefined if unknown. It clears each line before writing it: after one as wide as the terminal, the cursor is
 * still on the last character, and would clear that.
 */
export function screenChanges(before: readonly string[] | undefined, after: readonly string[]): string {
  const lines = after.map((line, row) => (before?.[row] === line ? '' : lineStart(row) + CLEAR_LINE + line))
  const hasMoreBelow = before === undefined || before.length > after.length
  return (hasMoreBelow ? lineStart(after.length) + CLEAR_BELOW : '') + lines.join('')
}
