// The built memmon on a terminal: what it draws, and what is pressed.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { PYTHON } from './python.ts'
import { screenOf } from './screen-of.ts'
import { MEMMON } from './supervisord-conf.ts'
import { waitFor } from './wait.ts'

export interface TerminalEnd {
  readonly code: number
  /** The terminal's own settings, such as raw mode, are as they were. */
  readonly isRestored: boolean
}

export class Terminal {
  /** All that was ever written, control sequences included. */
  output = ''
  readonly ended: Promise<TerminalEnd>
  readonly #child: ChildProcessWithoutNullStreams
  #told = ''

  constructor(args: readonly string[], rows = 24, columns = 80) {
    const helper = join(import.meta.dirname, 'terminal.py')
    const command = [process.execPath, MEMMON, ...args]
    const env = { PATH: process.env.PATH, HOME: '/', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' }
    this.#child = spawn(PYTHON, [helper, String(rows), String(columns), ...command], { env })
    this.#child.stdout.setEncoding('utf8').on('data', chunk => {
      this.output += chunk
    })
    this.#child.stderr.setEncoding('utf8').on('data', chunk => {
      this.#told += chunk
    })
    this.ended = new Promise(resolve => this.#child.on('close', () => resolve(JSON.parse(this.#told))))
  }

  /** What is on it now. */
  get screen(): string {
    return screenOf(this.output)
  }

  press(key: string): void {
    this.#tell({ key })
  }

  resize(rows: number, columns: number): void {
    this.#tell({ size: [rows, columns] })
  }

  kill(signal: number): void {
    this.#tell({ signal })
  }

  /** Waits until what is on it matches, and nothing more is being drawn; what is on it then. */
  async waitForScreen(wanted: RegExp): Promise<string> {
    let before = -1
    return await waitFor(
      () => `${wanted} on the screen\n${this.screen}`,
      () => {
        const isQuiet = this.output.length === before
        before = this.output.length
        return isQuiet && wanted.test(this.screen) && this.screen
      },
    )
  }

  #tell(wish: object): void {
    this.#child.stdin.write(`${JSON.stringify(wish)}\n`)
  }
}
