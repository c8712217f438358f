// A screen that is drawn in place: the terminal's alternate screen, restored however the command ends, except by SIGKILL.
// Control sequences: xterm's ctlseqs, which every terminal of today has.
import { emitKeypressEvents, type Key as NodeKey } from 'node:readline'
import { screenChanges } from './screen-changes.ts'

/** The alternate screen, no cursor, no wrapping of lines, bracketed pastes. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h'
const LEAVE = '\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l'

const SUSPEND_KEY = 'ctrl-z'
const RESUME_MS = 50

/** The signals that end it, by their numbers: the exit code is 128 more, as a shell says it. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export interface LiveScreen {
  /** At most as many lines as the terminal has. */
  draw(lines: readonly string[]): void
  /** Draws the whole next picture, whatever something else has written over it. */
  forget(): void
  /** Gives the terminal back. */
  leave(): void
}

export interface LiveEvents {
  /** 'up', 'enter', 'escape', 'ctrl-c', 'paste-start' ..., or the character itself. In raw mode no key is a signal. */
  readonly onKey: (key: string) => void
  /** A signal asks it to end; or the terminal is gone. */
  readonly onSignal: (exitCode: number) => void
  /** The terminal has another size, or was given back to us. */
  readonly onRedraw: () => void
}

/** Takes the terminal over. */
export function openLiveScreen({ onKey, onSignal, onRedraw }: LiveEvents): LiveScreen {
  const { stdin, stdout } = process
  const hasKeys = stdin.isTTY
  let isOpen = false
  /** What the screen shows, as far as known. */
  let drawn: readonly string[] | undefined
  const enter = () => {
    if (isOpen) return
    isOpen = true
    drawn = undefined
    if (hasKeys) stdin.setRawMode(true)
    stdout.write(ENTER)
  }
  const leave = () => {
    if (!isOpen) return
    isOpen = false
    stdout.write(LEAVE)
    if (hasKeys) letGo(stdin)
  }
  const redraw = () => {
    drawn = undefined
    onRedraw()
  }
  const resume = () => {
    enter()
    redraw()
  }
  const suspend = () => {
    leave()
    process.kill(process.pid, 'SIGTSTP')
    // Runs when we are continued; or at once where nobody could do that, and the kernel has dropped the signal.
    setTimeout(resume, RESUME_MS)
  }
  const hangUp = () => onSignal(128 + SIGNALS.SIGHUP)
  process.on('exit', leave) // an internal error leaves the terminal in order, too
  for (const [signal, number] of Object.entries(SIGNALS)) process.on(signal, () => onSignal(128 + number))
  stdout.on('resize', redraw)
  stdout.on('error', hangUp)
  if (hasKeys) {
    emitKeypressEvents(stdin)
    stdin.on('keypress', (text: string | undefined, key: NodeKey) => {
      for (const name of namesOf(text, key)) name === SUSPEND_KEY ? suspend() : onKey(name)
    })
    // If SIGHUP is ignored, as under nohup: no key will ever come.
    stdin.on('end', hangUp).on('error', hangUp).resume()
  }
  enter()
  return {
    draw(lines) {
      if (!isOpen) return
      const changes = screenChanges(drawn, lines)
      if (changes !== '') stdout.write(changes)
      drawn = lines
    },
    forget() {
      drawn = undefined
    },
    leave() {
      leave()
      stdin.pause()
    },
  }
}

/** A terminal that is gone takes no settings. */
function letGo(stdin: NodeJS.ReadStream): void {
  try {
    stdin.setRawMode(false)
  } catch {
    // Nobody can see it.
  }
}

/** A character after Escape, which readline takes for Alt and that character. */
const BEHIND_ESCAPE = /^\u001b(.)$/su
const CONTROL = /[\0-\u001f\u007f-\u009f]/

/** As Node's readline names keys; keys without a name yield nothing. */
export function namesOf(text: string | undefined, { name, ctrl, sequence = '' }: NodeKey): readonly string[] {
  if (name === 'undefined') return []
  const behind = BEHIND_ESCAPE.exec(sequence)?.[1]
  if (behind !== undefined) return ['escape', ...namesOf(behind, { sequence: behind })]
  if (ctrl) return name ? [`ctrl-${name}`] : []
  const character = text ?? sequence
  if ([...character].length === 1 && !CONTROL.test(character))
    return [character === ' ' ? 'space' : character]
  return name ? [name === 'return' ? 'enter' : name] : []
}
