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
  /** Where it keeps its state, unless it is told otherwise. */
  readonly stateFolder = mkdtempSync(join(tmpdir(), 'memmon-state-'))

  /** `command`: run by this Node, or, where it is [file], by its own first lines, as supervisord runs it. */
  constructor(
    args: readonly string[],
    env: Record<string, string> = {},
    command: string | readonly [file: string] = MEMMON,
  ) {
    const { PATH = '', HOME = '/' } = process.env
    const STATE_DIRECTORY = this.stateFolder
    const [file, ...own] = typeof command === 'string' ? [process.execPath, command] : command
    this.child = spawn(file, [...own, ...args], { env: { PATH, HOME, STATE_DIRECTORY, ...env } })
    this.child.stdout.on('data', chunk => {
      this.stdout += chunk
    })
    this.child.stderr.on('data', chunk => {
      this.stderr += chunk
    })
    this.child.stdin.on('error', () => {})
    this.ended = new Promise(resolve =>
      this.child.on('close', code => {
        rmSync(this.stateFolder, { recursive: true, force: true })
        resolve(code)
      }),
    )
  }

  write(bytes: string | Uint8Array): void {
    this.child.stdin.write(bytes)
  }

  /** The events that it has answered. */
  get answers(): number {
    return this.stdout.split('RESULT').length - 1
  }

  /** Waits until it has answered so many events. */
  waitForAnswers(count: number): Promise<boolean> {
    return waitFor(
      () => `${count} answers\n${this.stderr}`,
      () => this.answers >= count,
    )
  }

  /** Waits for what may come after an answer: stdout and stderr are two pipes. */
  waitForLog(wanted: string | RegExp): Promise<boolean> {
    return waitFor(
      () => `${wanted} in the log\n${this.stderr}`,
      () => this.logHolds(wanted),
    )
  }

  logHolds(wanted: string | RegExp): boolean {
    return typeof wanted === 'string' ? this.stderr.includes(wanted) : wanted.test(this.stderr)
  }

  /** Sends a tick of now and waits for its answer, so often. */
  async tick(count = 1): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      const before = this.answers
      this.write(tickText())
      await this.waitForAnswers(before + 1)
    }
  }

  /** Sends one tick after the other until something is so: a tick that comes during a check is skipped. */
  async tickUntil(what: string, isSo: () => boolean): Promise<void> {
    await waitFor(
      () => `${what}\n${this.stderr}`,
      async () => {
        await this.tick()
        return isSo()
      },
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
