// All jobs, side by side: what comes from outside reaches those that it is about.

import { isWithin } from '../messages/breach-text.ts'
import { requestFacts } from '../messages/event.ts'
import type { Drain } from '../rules/action.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { beginDrain } from './begin-drain.ts'
import { ByHand } from './by-hand.ts'
import { type CompanyPorts, companyOf } from './company.ts'
import { heldUpBy, releaseText } from './held-up.ts'
import { type HoldSettings, Holds } from './holds.ts'
import { isAway, type Job } from './job.ts'
import { LowLimits } from './low-limits.ts'
import { Runner, type RunnerPorts } from './runner.ts'
import { Schedule, type ScheduleSettings } from './schedule.ts'
import { type Standing, standingOf } from './standing.ts'
import { Unfinished, type UnfinishedNames } from './unfinished.ts'
import { waitingJob } from './waiting.ts'
import { type Wait, waitsOf } from './waits.ts'

/** The settings that restarts go by. */
export interface JobSettings extends HoldSettings, ScheduleSettings {
  readonly hookTimeoutSeconds: number
  readonly evidence: boolean
}

export interface JobsPorts extends RunnerPorts, CompanyPorts {
  readonly settings: () => JobSettings
  /** A job has begun, ended or changed. */
  readonly onChange?: () => void
}

export class Jobs {
  readonly #ports: JobsPorts
  readonly #runner: Runner
  readonly #holds: Holds
  readonly #lowLimits: LowLimits
  readonly #schedule: Schedule
  readonly #unfinished: Unfinished
  readonly #byHand: ByHand

  constructor(ports: JobsPorts) {
    this.#ports = ports
    const tell = (outcome: RestartOutcome) => this.#tell(outcome)
    this.#holds = new Holds({ ...ports, tell })
    this.#lowLimits = new LowLimits({ ...ports, tell })
    this.#runner = new Runner({
      ...ports,
      tell,
      companyOf: request => companyOf(request, ports, this.#runner, this.#holds),
      releaseText: job => releaseText(job, this.#all()),
      onChange: () => {
        this.#schedule.giveTurnsSoon()
        this.#unfinished.look()
        ports.onChange?.()
      },
    })
    this.#unfinished = new Unfinished(this.#runner)
    this.#schedule = new Schedule({ ...ports, runner: this.#runner, holds: this.#holds })
    const parts = { runner: this.#runner, holds: this.#holds, schedule: this.#schedule }
    this.#byHand = new ByHand({ ...ports, ...parts })
  }

  /** Goes on with what an earlier memmon has begun; from now on jobs begin. */
  open(found: readonly Job[], isNewer: boolean): void {
    this.#schedule.isOpen = true
    for (const job of found) {
      const { namespec } = job.request.process
      if (!isNewer) this.#ports.log('INFO', resumedText(job), () => requestFacts('resumed', job.request))
      this.#runner.send(this.#runner.enter(namespec, job), { kind: 'resumed', isNewer })
    }
    this.#schedule.giveTurnsSoon()
  }

  /** True while the process is being restarted: checks leave it alone. */
  isAway(namespec: string): boolean {
    const entry = this.#runner.entries.get(namespec)
    return entry !== undefined && isAway(entry.job)
  }

  /** True while it is being restarted or is to be soon: what it frees is not there yet. */
  isComing(namespec: string): boolean {
    const entry = this.#runner.entries.get(namespec)
    if (!entry || entry.job.state === 'draining') return false
    return isAway(entry.job) || this.#holds.untilTick(entry.job) === undefined
  }

  /** False for what --max-restarts or --restart-backoff does not let be restarted now. */
  mayRestart(namespec: string): boolean {
    return this.#holds.mayRestart(namespec)
  }

  /** Takes what is over its limit, as far as --max-restarts allows. */
  add(requests: readonly RestartRequest[]): void {
    if (this.#runner.isEnding) return
    for (const request of requests) this.#add(request)
    this.#schedule.giveTurnsSoon()
  }

  #add(request: RestartRequest): void {
    const { history, termsOf } = this.#ports
    const { namespec } = request.process
    const terms = termsOf(request)
    const plan = terms.plan ?? { group: false }
    const entry = this.#runner.entries.get(namespec)
    if (entry && isAway(entry.job)) return
    if (!request.breach.together) {
      history.recordBreach(request)
      if (!request.breach.growth) this.#lowLimits.sayIfTooLow(request)
    }
    if (entry) this.#runner.send(entry, { kind: 'breached', request, plan })
    else if (this.#holds.passesCap(request)) this.#runner.enter(namespec, waitingJob(request, plan))
  }

  /** Requested by a person. Resolves when it is in the journal, or with the reason why not, in one clause. */
  restartByHand(request: RestartRequest): Promise<string | undefined> {
    return this.#byHand.restart(request)
  }

  /** The same for a drain. */
  drainByHand(request: RestartRequest, drain: Drain): Promise<string | undefined> {
    return this.#byHand.drain(request, drain)
  }

  /** A process is over its soft limit, as each check says: it was asked to finish, once for each run of it. */
  soften(request: RestartRequest, drain: Drain): void {
    const { namespec } = request.process
    if (!this.#schedule.isOpen || this.#runner.isEnding || !this.#isOver(request)) return
    const entry = this.#runner.entries.get(namespec)
    if (entry) {
      this.#runner.send(entry, { kind: 'soft', request, drain })
      return
    }
    this.#runner.begin(namespec, beginDrain(request, drain, this.#runner.moment(request)))
  }

  /** By the settings in force, which may have changed during the check. */
  #isOver(request: RestartRequest): boolean {
    const terms = this.#ports.termsOf(request)
    return terms.kind === 'stands' && !isWithin(request.breach, request.breach.value, terms.limit)
  }

  /** It is back under its soft limit. */
  relieve({ process: { namespec }, breach }: RestartRequest): void {
    const entry = this.#runner.entries.get(namespec)
    if (entry) this.#runner.send(entry, { kind: 'relieved', ruleId: breach.ruleId })
  }

  /** A check begins. */
  check(): void {
    for (const entry of this.#runner.entries.values()) this.#runner.send(entry, { kind: 'checked' })
    this.#schedule.giveTurnsSoon()
  }

  /** All processes that there are, as supervisord shows them. */
  onTable(processes: readonly ProcessInfo[]): void {
    const byName = new Map(processes.map(process => [process.namespec, process]))
    for (const [namespec, entry] of this.#runner.entries)
      this.#runner.send(entry, { kind: 'table', info: byName.get(namespec) })
    for (const said of [this.#holds, this.#lowLimits]) said.keepOnly(namespec => byName.has(namespec))
  }

  /** Other settings are in force. */
  onSettings(): void {
    this.#runner.settingsCount++
    for (const entry of this.#runner.entries.values()) this.#runner.send(entry, { kind: 'settings' })
    this.#schedule.giveTurnsSoon()
  }

  /** Begins nothing more. */
  end(): void {
    this.#runner.isEnding = true
    for (const entry of this.#runner.entries.values()) this.#runner.send(entry, { kind: 'ending' })
    this.#unfinished.look()
  }

  /** The processes that are being restarted, and those that are drained. */
  get unfinished(): UnfinishedNames {
    return this.#unfinished.names
  }

  /** Those whose restart is due. */
  get waits(): Wait[] {
    return waitsOf(this.#all(), this.#holds)
  }

  /** The processes that restarts concern now. */
  get standing(): Standing {
    return standingOf(this.#all(), this.#holds)
  }

  /** Resolves when no process is being restarted. */
  whenIdle(): Promise<void> {
    return this.#unfinished.whenIdle()
  }

  #tell(outcome: RestartOutcome): void {
    const past = this.#ports.history.pastOf(outcome.request.process.namespec, this.#ports.tick())
    const heldUp = heldUpBy(outcome, this.#all())
    this.#ports.tell({ ...outcome, past, ...(heldUp !== undefined && { heldUp }) })
  }

  #all(): Job[] {
    return [...this.#runner.entries.values()].map(({ job }) => job)
  }
}

function resumedText({ state, request }: Job): string {
  const { namespec } = request.process
  if (state === 'draining') return `${namespec} was asked to finish by an earlier memmon: draining continues`
  return `Finishing the restart of ${namespec} that an earlier memmon began`
}
