// Commands that an operator names: a mail command, or what a rule runs. Their stdout and stderr never reach ours:
// stdout is the event listener protocol.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { LACKS } from './lack.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { withoutSecrets } from './secrets.ts'

/** What became of a command. */
export type CommandResult =
  | { readonly ok: true }
  /** Why it failed, in words, with the tail of what it said on stderr. */
  | {
      readonly ok: false
      readonly why: string
      readonly exitCode?: number
      /**
       * It was not run, for lack of descriptors, memory, processes, its turn, or a part of memmon that npm replaces: it
       * may be a moment later, and a restart waits for that.
       */
      readonly isLack?: true
    }

export interface CommandTerms {
  readonly timeoutMs: number
  /** Added to its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Ends it at once. */
  readonly ending?: AbortSignal
  /** What it says on stderr goes through it. */
  readonly redactor?: Redactor
  /** Takes what it prints, on stdout and stderr; false: that was enough, its pipes are closed. Without it stdout goes nowhere. */
  readonly onOutput?: (chunk: Buffer) => boolean
}

const STDERR_TAIL_BYTES = 500
const KILL_AFTER_MS = 2_000
/** A grandchild may keep stderr open after the command has ended; its output is not waited for. */
const STDERR_GRACE_MS = 200

/** memmon's own, without what no child needs to know. */
export const environmentOfChild = (): NodeJS.ProcessEnv => withoutSecrets(process.env)

/** Runs a shell command that takes text on stdin, as -s names one. */
export const pipeToCommand = (command: string, input: Buffer, terms: CommandTerms): Promise<CommandResult> =>
  runCommand(['/bin/sh', '-c', command], input, terms)

/**
 * Runs a program in a process group of its own, which gets TERM, then KILL, after `timeoutMs`, and KILL at once when
 * `ending` says so. Never rejects.
 */
export async function runCommand(
  words: readonly string[],
  input: Buffer,
  { timeoutMs, environment = {}, ending, redactor = createRedactor(), onOutput }: CommandTerms,
): Promise<CommandResult> {
  const child = await start(words, environment, onOutput !== undefined)
  if (child instanceof Error) return notRun(child)
  const { pid = 0, stdin, stderr } = child
  let timedOut = false
  const term = setTimeout(() => {
    timedOut = true
    signalGroup(pid, 'SIGTERM')
  }, timeoutMs)
  const killed = killedAfter(pid, timeoutMs + KILL_AFTER_MS, ending)
  const tail = tailOf(stderr, redactor)
  if (onOutput) takeOutput(child, onOutput)
  stdin.on('error', () => {}) // a command that does not read its input: its exit code tells
  stdin.end(input)
  const [code, signal] = await exitOf(child)
  clearTimeout(term)
  // What it has started and TERM has not ended gets KILL all the same; what it left behind in time may stay.
  if (timedOut && signalGroup(pid, 0)) await killed.when
  killed.cancel()
  const said = tail()
  child.stdout?.destroy()
  stderr.destroy()
  return resultOf(code, signal, timedOut ? timeoutMs : undefined, said)
}

/** The child, or why there is none: no such program, no descriptor, no memory, no process left (spawn(2)). */
function start(
  [program = '', ...args]: readonly string[],
  more: Readonly<Record<string, string>>,
  isHeard: boolean,
): Promise<Child | NodeJS.ErrnoException> {
  return new Promise(resolve => {
    try {
      const child: ChildProcess = spawn(program, args, {
        stdio: ['pipe', isHeard ? 'pipe' : 'ignore', 'pipe'],
        detached: true,
        env: { ...environmentOfChild(), ...more },
      })
      child.on('error', resolve)
      // Without a descriptor left it has no streams either; its error follows.
      if (child.pid !== undefined) resolve(child as Child)
    } catch (thrown) {
      resolve(thrown as NodeJS.ErrnoException)
    }
  })
}

type Child = ChildProcessByStdio<Writable, Readable | null, Readable>

function takeOutput({ stdout, stderr }: Child, onOutput: (chunk: Buffer) => boolean): void {
  for (const stream of [stdout, stderr]) {
    stream?.on('error', () => {})
    stream?.on('data', (chunk: Buffer) => {
      if (onOutput(chunk)) return
      stdout?.destroy()
      stderr.destroy()
    })
  }
}

function notRun({ code = '', message }: NodeJS.ErrnoException): CommandResult {
  return { ok: false, why: `it could not be run: ${message}`, ...(LACKS.includes(code) && { isLack: true }) }
}

/** KILL for the whole group after a time, or as soon as memmon ends. */
function killedAfter(pid: number, timeoutMs: number, ending: AbortSignal | undefined) {
  let done = () => {}
  const when = new Promise<void>(resolve => {
    done = resolve
  })
  const kill = () => {
    signalGroup(pid, 'SIGKILL')
    done()
  }
  const timer = setTimeout(kill, timeoutMs)
  // It may have ended since the command was asked for.
  if (ending?.aborted) kill()
  else ending?.addEventListener('abort', kill)
  const cancel = () => {
    clearTimeout(timer)
    ending?.removeEventListener('abort', kill)
  }
  return { when, cancel }
}

/** Its exit, and what it said until then; what it has started may keep stderr open. */
function exitOf(child: Child): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
  return new Promise(resolve => {
    child.on('exit', (code, signal) => {
      const ended = () => resolve([code, signal])
      const grace = setTimeout(ended, STDERR_GRACE_MS)
      child.on('close', () => {
        clearTimeout(grace)
        ended()
      })
    })
  })
}

/** Collects the end of it; what is returned gives it as one line, without secrets. */
function tailOf(stderr: Readable, redactor: Redactor): () => string {
  const most = STDERR_TAIL_BYTES + redactor.longestBytes
  let tail: Buffer = Buffer.alloc(0)
  stderr.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-most)
  })
  stderr.on('error', () => {})
  return () =>
    redactor.quote(tail.toString('utf8'), tail.length < most ? undefined : 'start', STDERR_TAIL_BYTES)
}

function resultOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  timeoutMs: number | undefined,
  stderr: string,
): CommandResult {
  const said = stderr === '' ? '' : `; it said: ${stderr}`
  if (timeoutMs !== undefined) {
    return { ok: false, why: `it had not ended after ${timeoutMs / 1000} s and was killed${said}` }
  }
  if (code === 0) return { ok: true }
  const why = `${code === null ? `it was ended by ${signal}` : `exit code ${code}`}${said}`
  return { ok: false, why, ...(code !== null && { exitCode: code }) }
}

/** False if the whole group has ended. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
