// Jobs with everything around them in the test's hands: the clock, supervisord's processes, the journal, commands and
// settings. What they do is one list, in order.
import { SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import type { Job } from '../../src/restart/job.ts'
import type { AgentAnswer, Terms } from '../../src/restart/job-events.ts'
import { type JobSettings, Jobs } from '../../src/restart/jobs.ts'
import type { JournalChanges } from '../../src/restart/journal.ts'
import { jobLine } from '../../src/restart/journal-lines.ts'
import { RestartHistory } from '../../src/rules/history.ts'
import type { Evidence, RestartOutcome, RestartRequest } from '../../src/rules/outcome.ts'
import { namespecOf, type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { FakeClock, settled } from './fake-clock.ts'
import { AT_MS, STANDS, softRequestFor, toldText } from './jobs.ts'
import { MB, processNamed, requestFor } from './values.ts'

const { STOPPED, RUNNING, STOPPING, STARTING } = ProcessState

/** supervisord's clock at the start of a test, in seconds. */
const START_SECONDS = 1_003_600

/** One process of supervisord, which takes its time to stop and to start. */
class FakeProcess {
  readonly #world: JobWorld
  readonly #name: string
  state: number = RUNNING
  pid: number
  startSeconds = 1_000_000
  /** How long it is STOPPING, and STARTING. */
  stopMs = 1_000
  startMs = 1_000
  /** What the next calls answer with, each once. */
  readonly faults: {
    readonly call: 'stop' | 'start' | 'info' | 'signal'
    readonly fault: SupervisorFault
  }[] = []
  #until = 0
  #then: number = RUNNING

  constructor(world: JobWorld, name: string, pid: number) {
    this.#world = world
    this.#name = name
    this.pid = pid
  }

  info(): ProcessInfo {
    this.#settle()
    const { state, pid, startSeconds } = this
    return processNamed(this.#name, { state, pid, startSeconds, nowSeconds: this.#world.nowSeconds })
  }

  /** Throws the fault that this call is to answer with, if any. */
  answer(call: 'stop' | 'start' | 'info' | 'signal'): void {
    const at = this.faults.findIndex(one => one.call === call)
    const [found] = at < 0 ? [] : this.faults.splice(at, 1)
    if (found) throw found.fault
  }

  stop(): void {
    this.#settle()
    if (this.state !== RUNNING && this.state !== STARTING)
      throw new SupervisorFault('fault', 'NOT_RUNNING', 70)
    this.#go(STOPPING, this.stopMs, STOPPED)
  }

  start(): void {
    this.#settle()
    if (this.state === RUNNING || this.state === STARTING)
      throw new SupervisorFault('fault', 'ALREADY_STARTED', 60)
    if (this.state === STOPPING) return
    this.pid = this.#world.nextPid()
    this.startSeconds = this.#world.nowSeconds
    this.#go(STARTING, this.startMs, RUNNING)
  }

  /** By itself or by another hand. */
  become(state: number): void {
    this.state = state
    this.#until = 0
    if (state !== RUNNING && state !== STARTING && state !== STOPPING) this.pid = 0
  }

  #go(state: number, ms: number, then: number): void {
    this.state = state
    this.#until = this.#world.clock.tick + ms
    this.#then = then
  }

  #settle(): void {
    if (this.#until > 0 && this.#world.clock.tick >= this.#until) this.become(this.#then)
  }
}

export class JobWorld {
  readonly clock = new FakeClock()
  readonly history = new RestartHistory()
  readonly processes = new Map<string, FakeProcess>()
  /** Calls to supervisord but looks, commands and notes, in order. */
  readonly did: string[] = []
  readonly told: RestartOutcome[] = []
  readonly log: string[] = []
  settings: JobSettings = {
    maxParallel: 1,
    staggerSeconds: 0,
    restartBackoffSeconds: 0,
    hookTimeoutSeconds: 30,
    evidence: false,
  }
  terms: (request: RestartRequest) => Terms = () => STANDS
  company: (request: RestartRequest) => RestartRequest[] = () => []
  hook: (command: string) => CommandResult | Promise<CommandResult> = () => ({ ok: true })
  evidence: (request: RestartRequest) => Promise<Evidence> = async () => ({ sentences: [] })
  agent: (request: RestartRequest) => Promise<AgentAnswer> = async () => ({ kind: 'taken' })
  measure: (request: RestartRequest) => number | undefined | Promise<number | undefined> = ({ breach }) =>
    breach.value
  /** What holds up the journal, and what it holds. */
  disk: Promise<void> = Promise.resolve()
  readonly lines = new Map<string, string>()
  readonly restarts: NonNullable<JournalChanges['restart']>[] = []
  readonly jobs: Jobs
  #pid = 100

  constructor(...names: string[]) {
    for (const name of names) this.add(name)
    this.jobs = new Jobs({
      supervisor: {
        getProcessInfo: async namespec => {
          const process = this.#found(namespec)
          process.answer('info')
          return process.info()
        },
        stopProcess: namespec => this.#call(namespec, 'stop', `stop ${namespec}`, process => process.stop()),
        startProcess: namespec =>
          this.#call(namespec, 'start', `start ${namespec}`, process => process.start()),
        signalProcess: (namespec, signal) =>
          this.#call(namespec, 'signal', `${signal} ${namespec}`, () => {}),
      },
      measure: async request => await this.measure(request),
      takeEvidence: async request => {
        this.did.push(`evidence ${request.process.namespec} ${request.process.pid}`)
        return await this.evidence(request)
      },
      drainByAgent: async (request, withinMs) => {
        this.did.push(`drain ${request.process.namespec} by its agent within ${withinMs} ms`)
        return await this.agent(request)
      },
      runHook: async (command, { process }) => {
        this.did.push(`run ${command} ${process.namespec} ${process.pid}`)
        return await this.hook(command)
      },
      journal: { note: changes => this.#note(changes), isNews: (...one) => this.#isNews(...one) },
      history: this.history,
      settings: () => this.settings,
      termsOf: request => this.terms(request),
      companionsOf: async request => this.company(request),
      tell: outcome => void this.told.push(outcome),
      log: (level, text) => void this.log.push(`${level} ${text}`),
      sleep: this.clock.sleep,
      nowMs: () => AT_MS + this.clock.tick,
      tick: () => this.clock.tick,
      random: () => 1,
    })
  }

  add(name: string): FakeProcess {
    const [group = '', own = group] = name.split(':')
    const process = new FakeProcess(this, name, this.nextPid())
    this.processes.set(namespecOf(group, own), process)
    return process
  }

  process(name: string): FakeProcess {
    const found = this.processes.get(name)
    if (!found) throw new Error(`there is no ${name}`)
    return found
  }

  nextPid = (): number => ++this.#pid
  get nowSeconds(): number {
    return START_SECONDS + Math.floor(this.clock.tick / 1000)
  }

  /** The process as it is now, over its limit of 50 MB by so many. */
  over(name: string, excessMb = 10, more: Partial<Breach> = {}): RestartRequest {
    const { process, breach } = requestFor(this.process(name).info(), (50 + excessMb) * MB, '-a', '50MB')
    return { process, breach: { ...breach, ...more } }
  }

  /** The process as it is now, over its soft limit. */
  soft(name: string): RestartRequest {
    return softRequestFor(this.process(name).info(), 60 * MB)
  }

  /** The table as supervisord shows it now. */
  showTable(): void {
    this.jobs.onTable([...this.processes.values()].map(process => process.info()))
  }

  /** So much time passes, in seconds. */
  pass(seconds: number): Promise<void> {
    return this.clock.pass(seconds * 1000)
  }

  /** What was done since it was asked last; the notes of the journal only if `prefix` says so. */
  done(isWanted: (text: string) => boolean = text => !text.startsWith('note')): string[] {
    return this.did.splice(0).filter(isWanted)
  }

  /** What was told since it was asked last, with the name of the process in front. */
  tellings(): string[] {
    return this.told.splice(0).map(one => `${one.request.process.namespec} ${toldText(one)}`)
  }

  /** As the log has it. */
  toldLines(): string[] {
    return this.told.splice(0).map(outcomeText)
  }

  #found(namespec: string): FakeProcess {
    const process = this.processes.get(namespec)
    if (process) return process
    throw new SupervisorFault('fault', `BAD_NAME: ${namespec}`, 10)
  }

  async #call(
    namespec: string,
    call: 'stop' | 'start' | 'signal',
    text: string,
    act: (process: FakeProcess) => void,
  ): Promise<void> {
    this.did.push(text)
    const process = this.#found(namespec)
    process.answer(call)
    act(process)
  }

  #isNews(namespec: string, job: Job | undefined): boolean {
    return this.lines.get(namespec) !== (job && jobLine(job))
  }

  #note({ jobs, restart }: JournalChanges): Promise<void> {
    for (const [namespec, job] of jobs) {
      const line = job && jobLine(job)
      if (line === undefined) this.lines.delete(namespec)
      else this.lines.set(namespec, line)
    }
    if (restart) this.restarts.push(restart)
    const texts = jobs.map(([namespec, job]) => `${namespec} ${job?.state ?? 'over'}`)
    this.did.push(`note ${texts.join(', ')}${restart ? `, restarted ${restart.namespec}` : ''}`)
    return this.disk
  }
}

/** The jobs are open, with nothing found. */
export async function openWorld(...names: string[]): Promise<JobWorld> {
  const world = new JobWorld(...names)
  world.jobs.open([], false)
  await settled()
  return world
}
