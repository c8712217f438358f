// Commands that an operator names: a mail command, or what a rule runs. Their stdout and stderr never reach ours:
// stdout is the event listener protocol.
import { spawn } from 'node:child_process'
import { createRedactor, type Redactor } from '../base/redact.ts'

export type PipeResult =
  | { readonly ok: true }
  /** Why it failed, in words, with the tail of what it said on stderr. */
  | { readonly ok: false; readonly why: string; readonly exitCode?: number }

export interface CommandTerms {
  readonly timeoutMs: number
  /** Added to its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Ends it at once. */
  readonly ending?: AbortSignal
  /** What it says on stderr goes through it. */
  readonly redactor?: Redactor
}

const STDERR_TAIL_BYTES = 500
const KILL_AFTER_MS = 2_000
/** A grandchild may keep stderr open after the command has ended; its output is not waited for. */
const STDERR_GRACE_MS = 200
/** What a child process need not know. */
const SECRETS = ['SUPERVISOR_USERNAME', 'SUPERVISOR_PASSWORD', 'MEMMON_SMTP_PASSWORD', 'MEMMON_WEBHOOK_URL']

/** Runs a shell command that takes text on stdin, as -s names one. */
export const pipeToCommand = (command: string, input: Buffer, terms: CommandTerms): Promise<PipeResult> =>
  runCommand(['/bin/sh', '-c', command], input, terms)

/**
 * Runs a program in a process group of its own, which gets TERM, then KILL, after `timeoutMs`, and KILL at once when
 * `ending` says so.
 */
export function runCommand(
  [program = '', ...args]: readonly string[],
  input: Buffer,
  { timeoutMs, environment = {}, ending, redactor = createRedactor() }: CommandTerms,
): Promise<PipeResult> {
  return new Promise(resolve => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SECRETS.includes(name)))
    const child = spawn(program, args, {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
      env: { ...env, ...environment },
    })
    const tailBytes = STDERR_TAIL_BYTES + redactor.longestBytes
    let tail: Buffer = Buffer.alloc(0)
    let timedOut = false
    const term = setTimeout(() => {
      timedOut = true
      signalGroup(child.pid, 'SIGTERM')
    }, timeoutMs)
    const kill = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs + KILL_AFTER_MS)
    const end = () => signalGroup(child.pid, 'SIGKILL')
    ending?.addEventListener('abort', end)
    const settle = (result: PipeResult) => {
      ending?.removeEventListener('abort', end)
      clearTimeout(term)
      clearTimeout(kill)
      child.stderr.destroy()
      resolve(result)
    }
    child.stderr.on('data', (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
    })
    child.stderr.on('error', () => {})
    child.stdin.on('error', () => {}) // a command that does not read its input: its exit code tells
    child.on('error', error => settle({ ok: false, why: `it could not be run: ${error.message}` }))
    child.on('exit', (code, signal) => {
      const ended = () => {
        const cut = tail.length < tailBytes ? undefined : 'start'
        const said = redactor.quote(tail.toString('utf8'), cut, STDERR_TAIL_BYTES)
        settle(resultOf(code, signal, timedOut ? timeoutMs : undefined, said))
      }
      const grace = setTimeout(ended, STDERR_GRACE_MS)
      child.on('close', () => {
        clearTimeout(grace)
        ended()
      })
    })
    child.stdin.end(input)
  })
}

function resultOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  timeoutMs: number | undefined,
  stderr: string,
): PipeResult {
  const said = stderr === '' ? '' : `; it said: ${stderr}`
  if (timeoutMs !== undefined) {
    return { ok: false, why: `it had not ended after ${timeoutMs / 1000} s and was killed${said}` }
  }
  if (code === 0) return { ok: true }
  const why = `${code === null ? `it was ended by ${signal}` : `exit code ${code}`}${said}`
  return { ok: false, why, ...(code !== null && { exitCode: code }) }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The whole group has ended.
  }
}
