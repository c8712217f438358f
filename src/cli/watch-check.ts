// `memmon check --watch`: looks again and again. On a terminal the screen is drawn in place; in a pipe, where there is
// nothing to draw on, each look is printed below the last one.

import { UsageError } from '../base/errors.ts'
import { sleep } from '../base/sleep.ts'
import { timestamp } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import { pipeLines, watchLines } from '../screen/check-screen.ts'
import { type CheckAsked, type Checked, checkOnce, terminal, write } from './check-once.ts'
import { openLiveScreen } from './live-screen.ts'

const QUIT_KEYS = ['q', 'Q', 'escape', 'ctrl-c', 'ctrl-d']
const REDRAW_KEY = 'ctrl-l'

/** The last look that came to something, and why there is no later one. */
interface Last extends Checked {
  readonly atMs: number
  readonly fault?: string
}

/** Until a key or a signal ends it; the exit code. Throws a UsageError if the first look already fails. */
export async function watchCheck(asked: CheckAsked, intervalMs: number): Promise<number> {
  const first = { ...(await checkOnce(asked)), atMs: Date.now() }
  const hasScreen = process.stdout.isTTY && process.env.TERM !== 'dumb' && !asked.json
  return await (hasScreen ? watchOnScreen : watchInPipe)(asked, intervalMs, first)
}

/** Ends at once, also while supervisord owes an answer. */
function watchOnScreen(asked: CheckAsked, intervalMs: number, first: Last): Promise<number> {
  return new Promise((resolve, reject) => {
    let last = first
    let timer: NodeJS.Timeout | undefined
    let hasEnded = false
    const end = (settle: () => void) => {
      hasEnded = true
      clearTimeout(timer)
      screen.leave()
      settle()
    }
    const draw = () => screen.draw(screenLines(last, asked, intervalMs))
    const show = (seen: Last) => {
      if (hasEnded) return
      last = seen
      draw()
      timer = setTimeout(() => next(asked, last).then(show, defect => end(() => reject(defect))), intervalMs)
    }
    const onKey = (key: string) => {
      if (QUIT_KEYS.includes(key)) end(() => resolve(last.exitCode))
      else if (key === REDRAW_KEY) redraw()
    }
    const redraw = () => {
      screen.forget()
      draw()
    }
    const screen = openLiveScreen({
      onKey,
      onSignal: exitCode => end(() => resolve(exitCode)),
      onRedraw: draw,
    })
    show(first)
  })
}

function screenLines(
  { picture, warnings, atMs, fault }: Last,
  asked: CheckAsked,
  intervalMs: number,
): string[] {
  const at = timestamp(new Date(atMs)).slice(11, 19)
  const every = `every ${formatDuration(intervalMs / 1000)}, ${process.stdin.isTTY ? 'q' : 'Ctrl-C'} quits`
  const status = fault === undefined ? `${at}, ${every}` : `As of ${at}, ${every}. Now: ${fault}`
  return watchLines({ ...picture, notes: [...picture.notes, ...warnings] }, terminal(asked), status)
}

/** What fails now may come to something later: supervisord restarts, memmon.conf is being written. */
async function next(asked: CheckAsked, last: Last): Promise<Last> {
  try {
    return { ...(await checkOnce(asked)), atMs: Date.now() }
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return { ...last, fault: thrown.message }
  }
}

/** With --json one line each; else a time above each table. */
async function watchInPipe(asked: CheckAsked, intervalMs: number, first: Last): Promise<never> {
  for (let last = first; ; last = await next(asked, last)) {
    if (last.fault !== undefined) process.stderr.write(`${last.fault}\n`)
    else if (asked.json) write([JSON.stringify(last.document)])
    else write([timestamp(new Date(last.atMs)), ...pipeLines(last.picture, asked.widthOf), ''])
    await sleep(intervalMs)
  }
}
