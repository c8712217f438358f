// A shell as a person has it: on a terminal, with memmon on PATH, whose words it shows in place of doing what they say.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { PYTHON } from './python.ts'
import { MEMMON } from './supervisord-conf.ts'
import { waitFor } from './wait.ts'

/** Completion is memmon's own; all else is printed, word by word. */
const standIn = (): string => `#!/bin/sh
if [ "$1 $2" = 'completion words' ]; then exec '${process.execPath}' '${MEMMON}' "$@"; fi
printf 'RAN'; printf '<%s>' "$@"; echo
`

export class InteractiveShell {
  #output = ''
  #isStuck = false
  readonly #child: ChildProcessWithoutNullStreams
  readonly #ended: Promise<unknown>

  constructor(command: readonly string[], folder: string) {
    mkdirSync(join(folder, 'bin'), { recursive: true })
    writeFileSync(join(folder, 'bin', 'memmon'), standIn(), { mode: 0o755 })
    const helper = join(import.meta.dirname, 'terminal.py')
    const PATH = `${join(folder, 'bin')}:${process.env.PATH}`
    this.#child = spawn(PYTHON, [helper, '60', '200', ...command], {
      cwd: folder,
      env: { PATH, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    })
    this.#child.stdout.setEncoding('utf8').on('data', chunk => {
      this.#output += chunk
    })
    this.#ended = new Promise(resolve => this.#child.on('close', resolve))
  }

  /** Presses the keys, and waits for what they bring; all that came since. After a wait in vain nothing is waited for. */
  async type(keys: string, wanted: RegExp): Promise<string> {
    if (this.#isStuck) throw new Error('the shell waits for something else')
    this.#isStuck = true
    const before = this.#output.length
    this.#child.stdin.write(`${JSON.stringify({ key: keys })}\n`)
    const came = await waitFor(
      () => `${wanted} after ${JSON.stringify(keys)}\n${this.#output.slice(before)}`,
      () => wanted.test(this.#output.slice(before)) && this.#output.slice(before),
      60_000,
    )
    this.#isStuck = false
    return came
  }

  /** The words that memmon gets when TAB and Enter follow. */
  async words(line: string): Promise<string[]> {
    const came = await this.type(`${line}\t\r`, /^RAN(<.*>)\r?$/m)
    return [...(/^RAN(<.*>)\r?$/m.exec(came)?.[1] ?? '').matchAll(/<([^>]*)>/g)].map(([, word = '']) => word)
  }

  async end(): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify({ signal: constants.signals.SIGKILL })}\n`)
    await this.#ended
  }
}
