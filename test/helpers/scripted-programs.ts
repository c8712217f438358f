// The programs of a scripted supervisord: supervisord's own state machine, with times and failures set by hand.
// What each call answers in which state: supervisor/rpcinterface.py.
import { ProcessState } from '../../src/rules/process.ts'

export interface ProgramScript {
  /** `group:name`. */
  readonly namespec: string
  /** Default: RUNNING. */
  readonly state?: number
  /** The pid it runs as at first, of a child of the test; later ones count up from it. Default: one that nobody has. */
  readonly pid?: number
  /** How long it is STOPPING. Default 0: STOPPED when the call returns; Infinity: until arrive(). */
  readonly stopMs?: number
  /** How long it is STARTING. Default 0. */
  readonly startMs?: number
  /** What STARTING ends in. Default: RUNNING. */
  readonly startsInto?: number
}

/** Larger than any pid that Linux gives (2^22). */
const FIRST_PID = 5_000_000

/** A fault that a call answers with (supervisor/xmlrpc.py, Faults). */
export class ScriptedFault extends Error {
  readonly code: number
  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}

export const Faults = {
  UNKNOWN_METHOD: 1,
  INCORRECT_PARAMETERS: 2,
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  FAILED: 30,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
} as const

const { STOPPED, STARTING, RUNNING, BACKOFF, STOPPING } = ProcessState

export class ScriptedProgram {
  readonly group: string
  readonly name: string
  /** May be changed at any time. */
  script: ProgramScript
  state: number
  pid: number
  startSeconds: number
  #nextPid: number

  constructor(script: ProgramScript) {
    const colon = script.namespec.indexOf(':')
    this.group = script.namespec.slice(0, colon)
    this.name = script.namespec.slice(colon + 1)
    this.script = script
    this.state = script.state ?? RUNNING
    this.#nextPid = script.pid ?? FIRST_PID
    const hasPid = this.state === RUNNING || this.state === STARTING || this.state === STOPPING
    this.pid = hasPid ? this.#nextPid++ : 0
    // A real process has just been started for it, as /proc says, too.
    this.startSeconds = Math.floor(Date.now() / 1000) - (script.pid === undefined ? 100 : 0)
  }

  /** Throws NOT_RUNNING as supervisord does. */
  stop(): void {
    if (this.state === BACKOFF) {
      this.#to(STOPPED)
      return
    }
    if (this.state !== RUNNING && this.state !== STARTING) {
      throw new ScriptedFault(Faults.NOT_RUNNING, `NOT_RUNNING: ${this.name}`)
    }
    this.#passThrough(STOPPING, this.script.stopMs ?? 0, STOPPED)
  }

  /** Throws ALREADY_STARTED as supervisord does; of a STOPPING program nothing comes, and no fault either. */
  start(): void {
    if (this.state === STOPPING) return
    if (this.state === RUNNING || this.state === STARTING || this.state === BACKOFF) {
      throw new ScriptedFault(Faults.ALREADY_STARTED, `ALREADY_STARTED: ${this.name}`)
    }
    this.pid = this.#nextPid++
    this.startSeconds = Math.floor(Date.now() / 1000)
    this.#passThrough(STARTING, this.script.startMs ?? 0, this.script.startsInto ?? RUNNING)
  }

  /** Ends a STOPPING or STARTING that has no end of its own. */
  arrive(): void {
    if (this.state === STOPPING) this.#to(STOPPED)
    else if (this.state === STARTING) this.#to(this.script.startsInto ?? RUNNING)
  }

  info() {
    return {
      name: this.name,
      group: this.group,
      start: this.startSeconds,
      stop: 0,
      now: Math.floor(Date.now() / 1000),
      state: this.state,
      statename: Object.entries(ProcessState).find(([, code]) => code === this.state)?.[0] ?? 'UNKNOWN',
      spawnerr: '',
      exitstatus: 0,
      logfile: '',
      stdout_logfile: '',
      stderr_logfile: '',
      pid: this.pid,
      description: '',
    }
  }

  config() {
    return { name: this.name, group: this.group, group_prio: 999, process_prio: 999, inuse: true }
  }

  #passThrough(between: number, ms: number, end: number): void {
    if (ms === 0) {
      this.#to(end)
      return
    }
    this.state = between
    if (Number.isFinite(ms)) setTimeout(() => this.state === between && this.#to(end), ms).unref()
  }

  #to(state: number): void {
    this.state = state
    if (state !== RUNNING && state !== STARTING && state !== STOPPING) this.pid = 0
  }
}
