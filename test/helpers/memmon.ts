// The built memmon as a child process, its three streams in the test's hands.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEMMON } from './supervisord.ts'
import { waitFor } from './wait.ts'

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Memmon {
  stdout = ''
  stderr = ''
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<number | null>

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const { PATH = '', HOME = '/' } = process.env
    const STATE_DIRECTORY = mkdtempSync(join(tmpdir(), 'memmon-state-'))
    this.child = spawn(process.execPath, [MEMMON, ...args], { env: { PATH, HOME, STATE_DIRECTORY, ...env } })
    this.child.stdout.on('data', chunk => {
      this.stdout += chunk
    })
    this.child.stderr.on('data', chunk => {
      this.stderr += chunk
    })
    this.child.stdin.on('error', () => {})
    this.ended = new Promise(resolve =>
      this.child.on('close', code => {
        rmSync(STATE_DIRECTORY, { recursive: true, force: true })
        resolve(code)
      }),
    )
  }

  write(bytes: string | Uint8Array): void {
    this.child.stdin.write(bytes)
  }

  /** Waits until stdout holds so many answers. */
  waitForAnswers(count: number): Promise<boolean> {
    return waitFor(`${count} answers\n${this.stderr}`, () => this.stdout.split('RESULT').length - 1 >= count)
  }

  waitForLog(text: string | RegExp): Promise<boolean> {
    return waitFor(`${text} in the log`, () =>
      typeof text === 'string' ? this.stderr.includes(text) : text.test(this.stderr),
    )
  }

  /** Closes stdin and waits for the end. */
  async end(): Promise<Run> {
    this.child.stdin.end()
    const code = await this.ended
    return { code, stdout: this.stdout, stderr: this.stderr }
  }
}

/** Runs memmon with stdin at its end. */
export const runMemmon = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  new Memmon(args, env).end()

/** An event as Python's supervisord writes it, len in characters. */
export function eventText(eventName: string, payload: string, identifier = 'supervisor'): string {
  const length = Array.from(payload).length
  return `ver:3.0 server:${identifier} serial:1 pool:memmon poolserial:1 eventname:${eventName} len:${length}\n${payload}`
}

/** A TICK_5 event of so many seconds ago. */
export const tickText = (secondsAgo = 0): string =>
  eventText('TICK_5', `when:${Math.floor(Date.now() / 1000) - secondsAgo}`)
