// A real terminal without a window: tmux, with a shell in it that people would type into.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from './wait.ts'

export interface Modes {
  readonly alternate: boolean
  readonly cursor: boolean
  readonly wrap: boolean
}

export class Tmux {
  readonly folder = mkdtempSync(join(tmpdir(), 'memmon-tmux-'))

  constructor(columns: number, rows: number, env: Readonly<Record<string, string>> = {}) {
    writeFileSync(join(this.folder, 'tmux.conf'), 'set -g status off\nset -g remain-on-exit on\n')
    const shell = 'PS1="$ " exec sh -i'
    const size = ['-x', String(columns), '-y', String(rows)]
    this.#run(['new-session', '-d', ...size, '-c', this.folder, shell], env)
  }

  /** What is to be run by a short name: a shell's line that is wrapped does not survive that tmux is resized. */
  script(name: string, command: readonly string[]): void {
    const quoted = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    writeFileSync(join(this.folder, name), `#!/bin/sh\nexec ${quoted}\n`, { mode: 0o755 })
  }

  /** Types a line into the shell. */
  type(line: string): void {
    this.#run(['send-keys', '-l', line])
    this.press('Enter')
  }

  /** By tmux's names: 'q', 'Enter', 'Escape', 'C-c', 'Down' ... */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.#run(['send-keys', key])
  }

  /** As a terminal pastes it. */
  paste(text: string): void {
    this.#run(['set-buffer', text])
    this.#run(['paste-buffer', '-p'])
  }

  resize(columns: number, rows: number): void {
    this.#run(['resize-window', '-x', String(columns), '-y', String(rows)])
  }

  /** What is on the screen: all of its rows. */
  get lines(): string[] {
    return this.#run(['capture-pane', '-p']).replace(/\n$/, '').split('\n')
  }

  /** The same with colours, as sequences. */
  get colours(): string {
    return this.#run(['capture-pane', '-p', '-e'])
  }

  get modes(): Modes {
    const [alternate, cursor, wrap] = this.#ask('#{alternate_on} #{cursor_flag} #{wrap_flag}').split(' ')
    return { alternate: alternate === '1', cursor: cursor === '1', wrap: wrap === '1' }
  }

  /** The process that the shell has started last, as a shell and this test know it. */
  get child(): number {
    const shell = this.#ask('#{pane_pid}')
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ').at(-1))
  }

  /** Waits until the screen matches, and stays so for a moment: it is drawn; its lines. */
  async waitFor(wanted: RegExp): Promise<string[]> {
    let before = ''
    return await waitFor(
      () => `${wanted} on the screen\n${this.lines.join('\n')}`,
      () => {
        const { lines } = this
        const text = lines.join('\n')
        const isStill = text === before
        before = text
        return isStill && wanted.test(text) && lines
      },
    )
  }

  stop(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server'])
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #socket(): string {
    return join(this.folder, 'socket')
  }

  #ask(format: string): string {
    return this.#run(['display-message', '-p', format]).trim()
  }

  #run(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    const { PATH = '' } = process.env
    return execFileSync('tmux', ['-u', '-S', this.#socket, '-f', join(this.folder, 'tmux.conf'), ...args], {
      env: { PATH, HOME: this.folder, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
    })
  }
}
