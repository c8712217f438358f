// What is written so that a screen that shows some lines shows others: only lines that differ. Pure. Control sequences:
// xterm's ctlseqs, which every terminal of today has.

const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

const lineStart = (row: number): string => `\u001b[${row + 1};1H`

/**
 * `before`: undefined where nobody knows what is there. A line is cleared before it is written: behind one that is as wide
 * as the terminal the cursor still stands on its last character, and would clear that.
 */
export function screenChanges(before: readonly string[] | undefined, after: readonly string[]): string {
  const lines = after.map((line, row) => (before?.[row] === line ? '' : lineStart(row) + CLEAR_LINE + line))
  const hasMoreBelow = before === undefined || before.length > after.length
  return (hasMoreBelow ? lineStart(after.length) + CLEAR_BELOW : '') + lines.join('')
}
