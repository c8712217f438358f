// One program of the simulated supervisord: supervisord's own states (supervisor/process.py), and how its processes
// behave, which events may change at any time.
import { namespecOf, type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import type { SimulatedLeak } from './growth.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export interface Behaviour {
  /** The size of a new process, and how it grows. */
  readonly sizeMb: number
  readonly growsMbPerSecond: number
  /** From TERM to its end; Infinity: it does not listen. */
  readonly stopMs: number
  /** How long it outlives KILL, as in a system call that does not return. */
  readonly hangMs: number
  /** From being asked to finish to its end; Infinity: it does not listen. */
  readonly drainMs: number
  /** So many starts from now on end before startsecs. */
  readonly crashes: number
  /** Its command is not there. */
  readonly isMissing: boolean
}

export interface ProgramSpec {
  readonly group: string
  readonly name: string
  readonly autostart: boolean
  readonly autorestart: 'true' | 'false' | 'unexpected'
  readonly startSeconds: number
  readonly startRetries: number
  readonly stopWaitSeconds: number
  readonly behaviour: Behaviour
}

/** A process: one run of a program. */
export interface Run {
  readonly pid: number
  readonly startSeconds: number
  readonly bornAt: number
  baseMb: number
  growsMbPerSecond: number
  sinceMs: number
  /** memmon has told it to finish, so that it took notice. */
  isTold: boolean
  hasFinished: boolean
  leak: SimulatedLeak | undefined
}

export type Hand = 'memmon' | 'operator' | 'supervisord' | 'itself'

export interface ProgramWorld {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly newPid: () => number
  readonly epochSeconds: () => number
  readonly isCalm: () => boolean
  /** False while supervisord shuts down or reloads. */
  readonly mayStart: () => boolean
  /** Whose a deed of memmon's is when it takes effect: nobody's, if the disk had failed when memmon was killed. */
  readonly handOf: () => () => Hand
  readonly onChange: (program: Program, by: Hand, run: Run | undefined) => void
}

const { STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED, FATAL } = ProcessState
const LARGEST_MB = 4_000

export class Program {
  readonly spec: ProgramSpec
  readonly namespec: string
  behaviour: Behaviour
  state: number = STOPPED
  run: Run | undefined
  startSeconds = 0
  readonly #world: ProgramWorld
  #backoff = 0
  #spawnError = ''
  /** What was to happen in an earlier state does not happen any more. */
  #era = 0

  constructor(spec: ProgramSpec, world: ProgramWorld) {
    this.spec = spec
    this.namespec = namespecOf(spec.group, spec.name)
    this.behaviour = spec.behaviour
    this.#world = world
  }

  get isUp(): boolean {
    return this.state === RUNNING || this.state === STARTING
  }

  get info(): ProcessInfo {
    const { group, name } = this.spec
    return {
      group,
      name,
      namespec: this.namespec,
      state: this.state,
      pid: this.run?.pid ?? 0,
      startSeconds: this.startSeconds,
      nowSeconds: this.#world.epochSeconds(),
      spawnError: this.#spawnError,
    }
  }

  /** False where supervisord answers NOT_RUNNING. */
  stop(by: Hand): boolean {
    if (this.state === BACKOFF) {
      this.#to(STOPPED, by)
      return true
    }
    if (!this.isUp) return false
    this.#to(STOPPING, by)
    const { stopMs, hangMs } = this.behaviour
    const killMs = this.spec.stopWaitSeconds * 1000
    this.#later(stopMs < killMs ? stopMs : killMs + hangMs, () => this.exit(0))
    return true
  }

  /** Without regard to whether supervisord would answer with a fault before. */
  start(by: Hand): void {
    if (this.isUp || this.state === STOPPING || this.state === BACKOFF) return
    this.#spawn(by)
  }

  /** Its process ends. */
  exit(code: number, by: Hand = 'itself'): void {
    const { state } = this
    if (state === STOPPING) this.#to(STOPPED, by)
    else if (state === STARTING) this.#endedEarly()
    else if (state === RUNNING) {
      this.#to(EXITED, by)
      const { autorestart } = this.spec
      if (autorestart === 'true' || (autorestart === 'unexpected' && code !== 0))
        this.#later(this.#world.random.between(50, 1000), () => this.#spawn('supervisord'))
    }
  }

  /** A hang is over. */
  wake(): void {
    if (this.state === STOPPING) this.#later(10, () => this.exit(0))
  }

  /** memmon tells it to finish: it may listen. `meant`: the process that memmon meant. */
  tell(meant: Run | undefined): void {
    const { run } = this
    if (!run || !this.isUp) return
    if (run === meant) run.isTold = true
    if (this.behaviour.drainMs === Number.POSITIVE_INFINITY) return
    this.#world.scheduler.after(this.behaviour.drainMs, () => {
      if (this.run !== run || this.state !== RUNNING) return
      run.hasFinished = true
      if (this.behaviour.drainMs % 2 === 0) this.exit(0)
    })
  }

  /** It is away: nothing happens to it any more. */
  dispose(): void {
    this.#era++
    this.run = undefined
    this.state = STOPPED
  }

  #spawn(by: Hand): void {
    const { random, newPid, epochSeconds, scheduler, isCalm, mayStart } = this.#world
    if (!mayStart()) return
    this.startSeconds = epochSeconds()
    this.#spawnError = this.behaviour.isMissing ? 'command is missing' : ''
    if (this.behaviour.isMissing) {
      this.#endedEarly()
      return
    }
    const { sizeMb, growsMbPerSecond, crashes } = this.behaviour
    const now = scheduler.now
    this.run = {
      pid: newPid(),
      startSeconds: this.startSeconds,
      bornAt: now,
      baseMb: isCalm() ? Math.min(sizeMb, 10) : sizeMb,
      growsMbPerSecond: isCalm() ? 0 : growsMbPerSecond,
      sinceMs: now,
      isTold: false,
      hasFinished: false,
      leak: undefined,
    }
    this.#to(STARTING, by)
    const startMs = this.spec.startSeconds * 1000
    if (crashes > 0 && startMs > 0) {
      this.behaviour = { ...this.behaviour, crashes: crashes - 1 }
      this.#later(startMs * random.between(0, 0.9), () => this.exit(1))
    } else this.#later(startMs + random.between(0, 300), () => this.#to(RUNNING, by))
  }

  #endedEarly(): void {
    this.#backoff++
    if (this.#backoff > this.spec.startRetries) {
      this.#backoff = 0
      this.#to(FATAL, 'itself')
      return
    }
    this.#to(BACKOFF, 'itself')
    this.#later(this.#backoff * 1000, () => this.#spawn('supervisord'))
  }

  #to(state: number, by: Hand): void {
    this.#era++
    const { run } = this
    this.state = state
    if (state === RUNNING || state === STOPPED) this.#backoff = 0
    if (state !== RUNNING && state !== STARTING && state !== STOPPING) this.run = undefined
    this.#world.onChange(this, by, run)
  }

  #later(ms: number, run: () => void): void {
    const era = this.#era
    this.#world.scheduler.after(ms, () => {
      if (this.#era === era) run()
    })
  }
}

export function sizeMbOf(run: Run, now: number): number {
  const grown = run.baseMb + (run.growsMbPerSecond * (now - run.sinceMs)) / 1000
  return Math.min(LARGEST_MB, Math.max(1, grown))
}
