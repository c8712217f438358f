// The simulated supervisord: its programs, its own life, and its XML-RPC server with all that can become of a call.
import { SupervisorFault } from '../../src/base/errors.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { type Hand, Program, type ProgramSpec, type ProgramWorld } from './program.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** What becomes of calls for a while. */
export type Weather =
  | 'refused' // no connection
  | 'dropped' // the connection breaks before the call has an effect
  | 'lost' // it breaks afterwards
  | 'hung' // supervisord does nothing for a while; calls wait in its queue
  | 'slow' // it takes its time for each call
  | 'faulty' // HTTP 500

const { RUNNING } = ProcessState
const NOT_RUNNING = 70
const CALL_TIMEOUT_MS = 10_000
const TABLE_TIMEOUT_MS = 30_000
export const SELF = 'memmon:memmon'

export class Supervisord {
  readonly programs = new Map<string, Program>()
  /** Tells its runs apart. */
  generation = 1
  /** A reload closes its server, too, with all calls that wait. */
  servers = 1
  isUp = true
  /** Shutting down or reloading: each call answers SHUTDOWN_STATE. */
  isLeaving = false
  weather: { readonly kind: Weather; readonly untilTick: number; readonly share: number } | undefined
  readonly #world: ProgramWorld
  readonly #scheduler: Scheduler
  readonly #random: Random
  #servedUntil = 0

  constructor(world: ProgramWorld, random: Random) {
    this.#world = world
    this.#scheduler = world.scheduler
    this.#random = random
  }

  add(spec: ProgramSpec): Program {
    const program = new Program(spec, this.#world)
    this.programs.set(program.namespec, program)
    return program
  }

  remove(program: Program): void {
    program.dispose()
    this.programs.delete(program.namespec)
  }

  /** All programs anew, as after a reload or a start. */
  remake(): Program[] {
    const specs = [...this.programs.values()].map(({ spec, behaviour }) => ({ ...spec, behaviour }))
    for (const program of this.programs.values()) program.dispose()
    this.programs.clear()
    const programs = specs.map(spec => this.add(spec))
    for (const program of programs) if (program.spec.autostart) program.start('supervisord')
    return programs
  }

  getAllProcessInfo(onServed: Served<ProcessInfo[]>): void {
    this.#call(
      () => [...this.programs.values()].map(({ info }) => info).concat(this.#self()),
      onServed,
      TABLE_TIMEOUT_MS,
    )
  }

  getProcessInfo(namespec: string, onServed: Served<ProcessInfo>): void {
    this.#call(() => this.#program(namespec).info, onServed)
  }

  stopProcess(namespec: string, onServed: Served<void>): void {
    const { handOf } = this.#world
    const by = handOf()
    this.#call(() => {
      if (!this.#program(namespec).stop(by())) throw fault(NOT_RUNNING, 'NOT_RUNNING')
    }, onServed)
  }

  startProcess(namespec: string, onServed: Served<void>): void {
    this.#call(() => this.start(namespec, 'memmon'), onServed)
  }

  signalProcess(namespec: string, onServed: Served<void>): void {
    const meant = this.programs.get(namespec)?.run
    this.#call(() => {
      const program = this.#program(namespec)
      if (!program.run) throw fault(NOT_RUNNING, 'NOT_RUNNING')
      program.tell(meant)
    }, onServed)
  }

  getPid(onServed: Served<number>): void {
    this.#call(() => this.generation, onServed)
  }

  /** As startProcess does it; throws what it would answer. */
  start(namespec: string, by: Hand): void {
    const program = this.#program(namespec)
    if (program.isUp || program.state === ProcessState.BACKOFF) throw fault(60, 'ALREADY_STARTED')
    if (program.behaviour.isMissing && program.state !== ProcessState.STOPPING) throw fault(20, 'NO_FILE')
    program.start(by)
  }

  /** `serve` when the call is there; its answer on the way back. */
  #call<T>(serve: () => T, onServed: Served<T>, timeoutMs = CALL_TIMEOUT_MS): void {
    const kind = this.#weatherNow()
    const answer = once(onServed)
    if (!this.isUp || kind === 'refused' || kind === 'dropped') {
      this.#scheduler.after(1, () => answer(unreachable('ECONNREFUSED')))
      return
    }
    if (kind === 'faulty') {
      this.#scheduler.after(2, () => answer(new SupervisorFault('reply', 'HTTP 500')))
      return
    }
    const patient = this.#random.between(0.2, 1.5)
    const slowMs = kind === 'slow' ? this.#random.between(100, timeoutMs * 1.2) : 0
    const freeAt = kind === 'hung' ? (this.weather?.untilTick ?? 0) : 0
    // One thing at a time, in the order in which it was asked.
    this.#servedUntil = Math.max(this.#servedUntil, this.#scheduler.now + patient + slowMs, freeAt)
    if (this.#servedUntil - this.#scheduler.now > timeoutMs - 5)
      this.#scheduler.after(timeoutMs, () => answer(new SupervisorFault('timeout', 'no answer within 10 s')))
    const { servers } = this
    this.#scheduler.at(this.#servedUntil, () => {
      // What waits in the queue of a server ends with it.
      if (this.isUp && this.servers === servers) this.#serve(serve, answer, kind)
      else answer(unreachable('ECONNRESET'))
    })
  }

  #serve<T>(serve: () => T, answer: Served<T>, kind: Weather | undefined): void {
    const served = this.isLeaving ? fault(6, 'SHUTDOWN_STATE') : faultOr(serve)
    const answered = kind === 'lost' ? unreachable('ECONNRESET') : served
    this.#scheduler.after(this.#random.between(0.2, 1.5), () => answer(answered))
  }

  #weatherNow(): Weather | undefined {
    const { weather } = this
    if (!weather || weather.untilTick <= this.#scheduler.now || !this.#random.chance(weather.share))
      return undefined
    return weather.kind
  }

  #program(namespec: string): Program {
    const program = this.programs.get(namespec)
    if (program) return program
    throw fault(10, 'BAD_NAME')
  }

  #self(): ProcessInfo {
    const nowSeconds = this.#world.epochSeconds()
    const self = { group: 'memmon', name: 'memmon', namespec: SELF, state: RUNNING, pid: 1 }
    return { ...self, startSeconds: nowSeconds - 10, nowSeconds, spawnError: '' }
  }
}

/** Told what was answered, once. */
export type Served<T> = (answer: T | SupervisorFault) => void

function once<T>(served: Served<T>): Served<T> {
  let isServed = false
  return answer => {
    if (!isServed) served(answer)
    isServed = true
  }
}

function faultOr<T>(serve: () => T): T | SupervisorFault {
  try {
    return serve()
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) return thrown
    throw thrown
  }
}

const fault = (code: number, text: string): SupervisorFault =>
  new SupervisorFault('fault', `${text} (fault ${code})`, code)

const unreachable = (why: string): SupervisorFault =>
  new SupervisorFault('unreachable', `no answer from supervisord: ${why}`)
