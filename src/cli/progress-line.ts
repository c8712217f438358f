// One line at the foot of a terminal that says how far a command is, drawn over itself on stderr: nothing in a pipe, nothing
// for what is done at once.
import { progressText } from '../screen/progress.ts'
import type { WidthOf } from '../screen/width.ts'
import { columnsOf } from './terminal-size.ts'

const FIRST_AFTER_MS = 500
const EACH_MS = 100
const CLEAR_LINE = '\r\u001b[K'

export interface ProgressLine {
  /** Draws it if it is time to. `share` is undefined where nobody knows how much there is to do. */
  show(share: number | undefined, what: string): void
  /** Makes room for something else. */
  clear(): void
}

export function openProgressLine(widthOf: WidthOf, startsAfterMs = FIRST_AFTER_MS): ProgressLine {
  const { stderr } = process
  const isShown = stderr.isTTY && process.env.TERM !== 'dumb'
  let nextAt = performance.now() + startsAfterMs
  let isDrawn = false
  return {
    show(share, what) {
      const now = performance.now()
      if (!isShown || now < nextAt) return
      nextAt = now + EACH_MS
      isDrawn = true
      const width = columnsOf(stderr) - 1
      stderr.write(`${CLEAR_LINE}${progressText(share, what, { width, widthOf })}`)
    },
    clear() {
      if (isDrawn) stderr.write(CLEAR_LINE)
      isDrawn = false
    },
  }
}
