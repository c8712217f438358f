// All jobs, side by side: each hears its events one after the other, what a step changes is in the journal before its
// effects are carried out, and whose turn it is follows from all of them. Bounded by the number of processes: each has
// one job at most, and each kind of event waits once at most.
import type { RestartCap, RestartHistory } from '../core/history.ts'
import type { RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { isWithin } from '../core/outcome-text.ts'
import type { ProcessInfo } from '../core/process.ts'
import type { Drain } from '../core/rules.ts'
import { timestamp } from '../core/text.ts'
import { formatDuration, formatSize } from '../core/units.ts'
import type { Log } from '../observe/log.ts'
import { beginDrain } from './begin-drain.ts'
import { type Asking, ask, type EffectPorts } from './effects.ts'
import { type Effect, isAway, type Job, type JobEvent, type Moment, type Stepped, type Terms } from './job.ts'
import type { Journal } from './journal.ts'
import type { PastRestart } from './journal-lines.ts'
import { step } from './step.ts'
import { GROUP_WAITS_MS, turnsOf } from './turns.ts'
import { waitingJob } from './waiting.ts'

/** The settings that restarts go by. */
export interface JobSettings {
  /** How many processes of a group may be away at a time; 0: any number. */
  readonly maxParallel: number
  readonly maxRestarts?: RestartCap
  readonly staggerSeconds: number
  /** The first wait of a program that is over its limit within minutes; 0: it never waits. */
  readonly restartBackoffSeconds: number
  readonly hookTimeoutSeconds: number
}

export interface JobsPorts extends EffectPorts {
  readonly journal: Pick<Journal, 'note' | 'isNews'>
  readonly history: RestartHistory
  readonly settings: () => JobSettings
  /** What the settings in force say of a request. */
  readonly termsOf: (request: RestartRequest) => Terms
  /** The rest of its group, for restart_group, each with its own size. */
  readonly companionsOf: (request: RestartRequest) => Promise<readonly RestartRequest[]>
  readonly tell: (outcome: RestartOutcome) => void
  readonly log: Log
  readonly nowMs: () => number
  /** The clock that nobody sets. */
  readonly tick: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
}

interface Entry {
  job: Job
  readonly inbox: JobEvent[]
  isWorking: boolean
  isOver: boolean
  /** supervisord is shutting down: the next memmon goes on. */
  isAdjourned: boolean
  /** Until when it was said to wait. */
  heldUntil: number
}

export class Jobs {
  readonly #ports: JobsPorts
  readonly #entries = new Map<string, Entry>()
  readonly #capTold = new Set<string>()
  #isOpen = false
  #isEnding = false
  /** How often the settings have changed. */
  #settingsCount = 0
  #areTurnsDue = false
  #wakeTick = Number.POSITIVE_INFINITY
  #idleCallbacks: (() => void)[] = []

  constructor(ports: JobsPorts) {
    this.#ports = ports
  }

  /** Goes on with what an earlier memmon has begun; from now on jobs begin. */
  open(found: readonly Job[], isNewer: boolean): void {
    this.#isOpen = true
    for (const job of found) {
      const { namespec } = job.request.process
      if (!isNewer) this.#ports.log('INFO', resumedText(job))
      this.#send(this.#enter(namespec, job), { kind: 'resumed', isNewer })
    }
    this.#giveTurnsSoon()
  }

  /** True while the process is being restarted: checks leave it alone. */
  isAway(namespec: string): boolean {
    const entry = this.#entries.get(namespec)
    return entry !== undefined && isAway(entry.job)
  }

  /** True while it is being restarted or is to be soon: what it frees is not there yet. */
  isComing(namespec: string): boolean {
    const entry = this.#entries.get(namespec)
    if (!entry || entry.job.state === 'draining') return false
    return isAway(entry.job) || this.#heldUntil(entry.job) === undefined
  }

  /** False for what --max-restarts or --restart-backoff does not let be restarted now. */
  mayRestart(namespec: string): boolean {
    return this.#cappedUntil(namespec) === undefined && this.#backoffUntil(namespec) === undefined
  }

  /** Takes what is over its limit, as far as --max-restarts allows. */
  add(requests: readonly RestartRequest[]): void {
    if (this.#isEnding) return
    for (const request of requests) this.#add(request)
    this.#giveTurnsSoon()
  }

  #add(request: RestartRequest): void {
    const { history, termsOf } = this.#ports
    const { namespec } = request.process
    const terms = termsOf(request)
    const plan = terms.plan ?? { group: false }
    const entry = this.#entries.get(namespec)
    if (entry && isAway(entry.job)) return
    if (!request.breach.together) history.recordBreach(request)
    if (entry) this.#send(entry, { kind: 'breached', request, plan })
    else if (this.#passesCap(request)) this.#enter(namespec, waitingJob(request, plan))
  }

  /** A process is over its soft limit, as each check says: it is told to finish, once for each run of it. */
  soften(request: RestartRequest, drain: Drain): void {
    const { namespec } = request.process
    if (!this.#isOpen || this.#isEnding || !this.#isOver(request)) return
    const entry = this.#entries.get(namespec)
    if (entry) {
      this.#send(entry, { kind: 'soft', request, drain })
      return
    }
    const begun = beginDrain(request, drain, this.#moment(request))
    if (begun.job) void this.#work(this.#enter(namespec, begun.job), begun)
  }

  /** By the settings in force, which may have changed during the check. */
  #isOver(request: RestartRequest): boolean {
    const terms = this.#ports.termsOf(request)
    return terms.kind === 'stands' && !isWithin(request.breach, request.breach.value, terms.limit)
  }

  /** It is back under its soft limit. */
  relieve({ process: { namespec }, breach }: RestartRequest): void {
    const entry = this.#entries.get(namespec)
    if (entry) this.#send(entry, { kind: 'relieved', ruleId: breach.ruleId })
  }

  /** A check begins. */
  check(): void {
    for (const entry of this.#entries.values()) this.#send(entry, { kind: 'checked' })
    this.#giveTurnsSoon()
  }

  /** All processes that there are, as supervisord shows them. */
  onTable(processes: readonly ProcessInfo[]): void {
    if (this.#entries.size + this.#capTold.size === 0) return
    const byName = new Map(processes.map(process => [process.namespec, process]))
    for (const [namespec, entry] of this.#entries)
      this.#send(entry, { kind: 'table', info: byName.get(namespec) })
    for (const namespec of this.#capTold) if (!byName.has(namespec)) this.#capTold.delete(namespec)
  }

  /** Other settings are in force. */
  onSettings(): void {
    this.#settingsCount++
    for (const entry of this.#entries.values()) this.#send(entry, { kind: 'settings' })
    this.#giveTurnsSoon()
  }

  /** Begins nothing more. */
  end(): void {
    this.#isEnding = true
    for (const entry of this.#entries.values()) this.#send(entry, { kind: 'ending' })
    this.#tellIfIdle()
  }

  /** The processes that are being restarted, and those that are drained. */
  get unfinished(): { readonly restarts: string[]; readonly drains: string[] } {
    const entries = [...this.#entries]
    const namesOf = (isOne: (job: Job) => boolean) =>
      entries.filter(([, { job }]) => isOne(job)).map(([namespec]) => namespec)
    return { restarts: namesOf(isAway), drains: namesOf(job => !isAway(job) && job.drained !== undefined) }
  }

  /** Resolves when no process is being restarted. */
  whenIdle(): Promise<void> {
    return new Promise(resolve => {
      this.#idleCallbacks.push(resolve)
      this.#tellIfIdle()
    })
  }

  #enter(namespec: string, job: Job): Entry {
    const before = this.#entries.get(namespec)
    if (before) before.isOver = true
    const entry: Entry = {
      job,
      inbox: [],
      isWorking: false,
      isOver: false,
      isAdjourned: false,
      heldUntil: 0,
    }
    this.#entries.set(namespec, entry)
    return entry
  }

  #send(entry: Entry, event: JobEvent): void {
    if (entry.isOver) return
    // One of a kind waits at most: of two tables, or two breaches, the later one counts.
    const at = entry.inbox.findIndex(one => one.kind === event.kind && isRepeatable(one))
    if (at >= 0) entry.inbox.splice(at, 1)
    entry.inbox.push(event)
    if (!entry.isWorking) void this.#work(entry)
  }

  /** One event after the other, beginning with a step that was taken already, if there is one. */
  async #work(entry: Entry, begun?: Stepped): Promise<void> {
    entry.isWorking = true
    if (begun) await this.#settle(entry, begun, undefined)
    for (let event = entry.inbox.shift(); event && !entry.isOver; event = entry.inbox.shift()) {
      const before = entry.job
      const settling = this.#settle(entry, step(before, event, this.#moment(before.request)), before)
      if (settling) await settling
    }
    entry.isWorking = false
    this.#giveTurnsSoon()
    this.#tellIfIdle()
  }

  /** Takes a step: on disk first, then its effects. undefined if there was nothing to write. */
  #settle(entry: Entry, stepped: Stepped, before: Job | undefined): Promise<void> | undefined {
    if (!stepped.effects.some(effect => effect.do === 'bring company'))
      return this.#take(entry, stepped, before, [])
    const { request } = stepped.job ?? entry.job
    return this.#company(request).then(company => this.#take(entry, stepped, before, company))
  }

  #take(
    entry: Entry,
    { job, effects }: Stepped,
    before: Job | undefined,
    company: readonly Job[],
  ): Promise<void> | undefined {
    const { journal } = this.#ports
    const { namespec } = (job ?? entry.job).request.process
    const restart = before?.state === 'finishing' ? undefined : this.#countRestart(effects)
    if (job) entry.job = job
    else {
      // Told, then forgotten: a memmon that is killed in between has the next one tell it.
      entry.isOver = true
      this.#entries.delete(namespec)
      this.#carryOut(entry, effects)
    }
    if (company.length > 0 || restart || journal.isNews(namespec, job)) {
      const others = company.map(one => [one.request.process.namespec, one] as const)
      const settings = this.#settingsCount
      const noted = journal.note({ jobs: [[namespec, job], ...others], restart })
      return job ? noted.then(() => this.#carryOutUnder(settings, entry, effects)) : noted
    }
    if (job) this.#carryOut(entry, effects)
    return undefined
  }

  /** What has been decided under other settings is decided anew, before anybody is told anything. */
  #carryOutUnder(settingsCount: number, entry: Entry, effects: readonly Effect[]): void {
    if (settingsCount !== this.#settingsCount && effects.some(isBinding))
      entry.inbox.unshift({ kind: 'not asked' })
    else this.#carryOut(entry, effects)
  }

  /** With restart_group: one decision, which the journal holds as one. */
  async #company(request: RestartRequest): Promise<Job[]> {
    const terms = this.#ports.termsOf(request)
    if (terms.kind === 'spared' || !terms.plan.group || request.breach.together !== undefined) return []
    const company: Job[] = []
    for (const one of await this.#ports.companionsOf(request)) {
      const { namespec } = one.process
      const entry = this.#entries.get(namespec)
      if (this.#cappedUntil(namespec) !== undefined) continue
      if (entry) this.#send(entry, { kind: 'breached', request: one, plan: terms.plan })
      else company.push(this.#enter(namespec, waitingJob(one, terms.plan)).job)
    }
    return company
  }

  #carryOut(entry: Entry, effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOutOne(entry, effect)
  }

  #carryOutOne(entry: Entry, effect: Effect): void {
    const { log } = this.#ports
    switch (effect.do) {
      case 'tell':
        this.#tell(effect.outcome)
        break
      case 'log':
        log(effect.level, effect.text)
        break
      case 'bring company':
        break // before it was noted
      case 'release':
        log('WARN', this.#releaseText(entry.job))
        break
      case 'adjourn':
        entry.isAdjourned = true
        log('INFO', `supervisord is shutting down: ${entry.job.request.process.namespec} is left to it`)
        break
      default:
        void this.#ask(entry, effect)
    }
  }

  async #ask(entry: Entry, effect: Asking): Promise<void> {
    this.#send(entry, await ask(effect, entry.job, this.#ports))
  }

  /** Once for all that happens at a time. */
  #giveTurnsSoon(): void {
    if (this.#areTurnsDue) return
    this.#areTurnsDue = true
    queueMicrotask(() => {
      this.#areTurnsDue = false
      this.#giveTurns()
    })
  }

  #giveTurns(): void {
    if (!this.#isOpen || this.#isEnding) return
    for (const entry of this.#entries.values()) {
      const { job } = entry
      if (job.state !== 'waiting') continue
      if (this.#passesCap(job.request)) this.#sayIfHeld(entry)
      else if (!job.drained) this.#send(entry, { kind: 'dropped' })
    }
    const jobs = [...this.#entries.values()].map(({ job }) => job)
    const { maxParallel, staggerSeconds } = this.#ports.settings()
    const turns = turnsOf(jobs, this.#ports.tick(), { maxParallel, staggerMs: staggerSeconds * 1000 }, job =>
      this.#heldUntil(job),
    )
    for (const { request } of turns.begin) {
      const entry = this.#entries.get(request.process.namespec)
      if (entry) this.#send(entry, { kind: 'turn' })
    }
    this.#wakeAt(turns.nextTick)
  }

  /** One timer at a time, but for an earlier one. */
  #wakeAt(tick: number): void {
    if (tick >= this.#wakeTick) return
    this.#wakeTick = tick
    void this.#ports.sleep(Math.max(0, Math.ceil(tick - this.#ports.tick()))).then(() => {
      if (this.#wakeTick !== tick) return
      this.#wakeTick = Number.POSITIVE_INFINITY
      this.#giveTurnsSoon()
    })
  }

  /** The decision about a group was made once; a hard limit, and what has had its grace, waits for the cap alone. */
  #heldUntil({ request, drained }: Job): number | undefined {
    const { breach, process } = request
    if (breach.together !== undefined) return undefined
    const until = this.#cappedUntil(process.namespec)
    if (until !== undefined || breach.isHard || drained) return until
    return this.#backoffUntil(process.namespec)
  }

  #cappedUntil(namespec: string): number | undefined {
    const { maxRestarts } = this.#ports.settings()
    return maxRestarts && this.#ports.history.cappedUntil(namespec, maxRestarts, this.#ports.tick())
  }

  #backoffUntil(namespec: string): number | undefined {
    const firstMs = this.#ports.settings().restartBackoffSeconds * 1000
    return firstMs === 0 ? undefined : this.#ports.history.backoffUntil(namespec, firstMs, this.#ports.tick())
  }

  /** False if --max-restarts does not let it be restarted now, which is told once. */
  #passesCap(request: RestartRequest): boolean {
    const { namespec } = request.process
    const untilTick = request.breach.together === undefined ? this.#cappedUntil(namespec) : undefined
    const { maxRestarts } = this.#ports.settings()
    if (untilTick === undefined || !maxRestarts) {
      this.#capTold.delete(namespec)
      return true
    }
    if (this.#capTold.has(namespec)) return false
    this.#capTold.add(namespec)
    const now = this.#ports.nowMs()
    const until = now + untilTick - this.#ports.tick()
    this.#tell({ kind: 'capped', request, occurredAt: now, cap: maxRestarts.written, until })
    return false
  }

  /** Over its limit again within minutes: said each time that it waits, by mail the first time. */
  #sayIfHeld(entry: Entry): void {
    const { request } = entry.job
    const { namespec } = request.process
    const untilTick = this.#heldUntil(entry.job)
    if (untilTick === undefined || untilTick === entry.heldUntil) return
    entry.heldUntil = untilTick
    const { history, nowMs, tick } = this.#ports
    const waitMs = untilTick - tick()
    const fitting = history.fittingLimitOf(namespec)
    const advice = fitting === undefined ? '' : `; a limit of ${formatSize(fitting)} would fit`
    const when = timestamp(new Date(nowMs() + waitMs))
    this.#tell({
      kind: 'noticed',
      what: 'held',
      request,
      occurredAt: nowMs(),
      detail: `It exceeds its limit again within minutes of its last restart, so memmon waits until ${when} (${formatDuration(waitMs / 1000)}, --restart-backoff)${advice}`,
      isRepeated: history.soonTimesOf(namespec) > 1,
    })
  }

  #countRestart(effects: readonly Effect[]): PastRestart | undefined {
    const { history, nowMs, tick } = this.#ports
    for (const effect of effects) {
      if (effect.do !== 'tell' || effect.outcome.kind !== 'restarted') continue
      const { namespec } = effect.outcome.request.process
      history.recordRestart(namespec, tick())
      return { namespec, at: nowMs(), tick: tick(), soonTimes: history.soonTimesOf(namespec) }
    }
    return undefined
  }

  #tell(outcome: RestartOutcome): void {
    const { process } = outcome.request
    const past = this.#ports.history.pastOf(process.namespec, this.#ports.tick())
    const isDown = outcome.kind === 'failed' && (outcome.phase === 'start' || outcome.phase === 'stopping')
    this.#ports.tell({ ...outcome, past, ...(isDown && { heldUp: this.#waitingIn(process.group) }) })
  }

  /** The first of its group may have begun by then. */
  #releaseText({ request: { process } }: Job): string {
    const begun = this.#countIn(process.group, job => isAway(job)) - 1
    const count = this.#waitingIn(process.group) + begun
    const others = count > 0 ? `; the other ${count} of the group ${process.group} go on` : ''
    return `${process.namespec} is still down after ${GROUP_WAITS_MS / 60_000} minutes${others}`
  }

  #waitingIn(group: string): number {
    return this.#countIn(group, ({ state }) => state === 'waiting')
  }

  #countIn(group: string, isOne: (job: Job) => boolean): number {
    return [...this.#entries.values()].filter(({ job }) => job.request.process.group === group && isOne(job))
      .length
  }

  #moment(request: RestartRequest): Moment {
    const { tick, nowMs, random, termsOf, settings } = this.#ports
    return {
      tick: tick(),
      atMs: nowMs(),
      random: random(),
      isEnding: this.#isEnding,
      hookEndsWithinMs: settings().hookTimeoutSeconds * 1000 + KILL_AFTER_MS,
      terms: termsOf(request),
    }
  }

  #tellIfIdle(): void {
    if (this.#idleCallbacks.length === 0) return
    const isBusy = [...this.#entries.values()].some(({ job, isAdjourned }) => isAway(job) && !isAdjourned)
    if (isBusy || this.#isWaitingForTurns()) return
    for (const callback of this.#idleCallbacks.splice(0)) callback()
  }

  #isWaitingForTurns(): boolean {
    return !this.#isEnding && [...this.#entries.values()].some(({ job }) => job.state === 'waiting')
  }
}

/** A hook that has not ended in its time gets TERM, and KILL this long after it: see notify/pipe-command.ts. */
const KILL_AFTER_MS = 2_000

/** True for what a process feels. */
const isBinding = (effect: Effect): boolean =>
  effect.do === 'stop' ||
  effect.do === 'signal' ||
  (effect.do === 'run' && (effect.hook === 'restart' || effect.hook === 'drain')) ||
  (effect.do === 'tell' && effect.outcome.kind === 'noticed' && effect.outcome.what === 'draining')

const isRepeatable = ({ kind }: JobEvent): boolean =>
  ['checked', 'table', 'settings', 'relieved', 'breached', 'soft', 'turn', 'dropped', 'ending'].includes(kind)

function resumedText({ state, request }: Job): string {
  const { namespec } = request.process
  if (state === 'draining') return `${namespec} was asked to finish by an earlier memmon: draining goes on`
  return `Finishing the restart of ${namespec} that an earlier memmon has begun`
}
