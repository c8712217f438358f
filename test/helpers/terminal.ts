// The built memmon on a terminal: what it draws, and what is pressed.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { PYTHON } from './python.ts'
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

  /** The pictures that were drawn, oldest first, without colours. */
  get screens(): string[] {
    return this.output
      .replace(/\u001b\[\d*[mKJ]|\u001b\[\?\d+[hl]|\r/g, '')
      .split('\u001b[H')
      .slice(1)
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

  /** Waits until one of the pictures that come from now on matches. */
  async waitForScreen(wanted: RegExp): Promise<string> {
    const before = this.screens.length
    return await waitFor(
      () => `${wanted} on the screen\n${this.output}`,
      () => this.screens.slice(before).find(screen => wanted.test(screen)),
    )
  }

  #tell(wish: object): void {
    this.#child.stdin.write(`${JSON.stringify(wish)}\n`)
  }
}
