// A screen that is drawn in place: the terminal's alternate screen, left as it was found however the command ends.
// Control sequences: xterm's ctlseqs, which every terminal of today has.

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

/** q, Q, Escape, Ctrl-C, Ctrl-D. In raw mode the terminal makes no signals of them. */
const QUIT_KEYS = ['q', 'Q', '\u001b', '\u0003', '\u0004']
const SUSPEND_KEY = '\u001a'
const RESUME_MS = 50

/** The signals that end it, by their numbers: the exit code is 128 more, as a shell says it. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export interface LiveScreen {
  draw(lines: readonly string[]): void
  /** Gives the terminal back. */
  leave(): void
}

export interface LiveEvents {
  /** A key asks for the end. */
  readonly onQuit: () => void
  /** A signal asks for it. */
  readonly onSignal: (exitCode: number) => void
  /** The terminal has another size, or was given back to us. */
  readonly onRedraw: () => void
}

/** Takes the terminal over. */
export function openLiveScreen({ onQuit, onSignal, onRedraw }: LiveEvents): LiveScreen {
  const { stdin, stdout } = process
  const keys = stdin.isTTY
  let isOpen = false
  const enter = () => {
    if (isOpen) return
    isOpen = true
    if (keys) stdin.setRawMode(true)
    stdout.write(ENTER)
  }
  const leave = () => {
    if (!isOpen) return
    isOpen = false
    stdout.write(LEAVE)
    if (keys) stdin.setRawMode(false)
  }
  const resume = () => {
    enter()
    onRedraw()
  }
  const suspend = () => {
    leave()
    process.kill(process.pid, 'SIGTSTP')
    // Runs when we are continued; or at once where nobody could do that, and the kernel has dropped the signal.
    setTimeout(resume, RESUME_MS)
  }
  const onKey = (text: string) => {
    // Keys that were pressed together come together; what begins with Escape is an arrow or a function key.
    const pressed = text.startsWith('\u001b') ? [text] : [...text]
    if (pressed.some(key => QUIT_KEYS.includes(key))) onQuit()
    else if (pressed.includes(SUSPEND_KEY)) suspend()
  }
  process.on('exit', leave) // an internal error leaves the terminal in order, too
  for (const [signal, number] of Object.entries(SIGNALS)) process.on(signal, () => onSignal(128 + number))
  stdout.on('resize', onRedraw)
  if (keys) {
    stdin.setEncoding('utf8')
    stdin.on('data', onKey)
  }
  enter()
  return {
    draw: lines => {
      if (isOpen) stdout.write(`${HOME}${lines.map(line => line + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`)
    },
    leave() {
      leave()
      stdin.pause()
    },
  }
}

/**
 * Over what was there before. A line is cleared before it is written: behind one that is as wide as the terminal the
 * cursor still stands on its last character, and would clear that.
 */
export function frameText(lines: readonly string[], rows: number): string {
  const frame = HOME + lines.map(line => CLEAR_LINE + line).join('\r\n')
  return lines.length < rows ? `${frame}\r\n${CLEAR_BELOW}` : frame
}
