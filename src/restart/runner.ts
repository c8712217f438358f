// Carries the jobs out: each hears its events one after the other, what a step changes is in the journal before its
// effects are carried out, and what comes back is its next event. Bounded by the number of processes: each has one job
// at most, and each kind of event waits once at most.

import type { Log } from '../base/log.ts'
import { breachText } from '../messages/breach-text.ts'
import { requestFacts } from '../messages/event.ts'
import type { RestartHistory } from '../rules/history.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import { isBinding, isRepeatable, isStop } from './effect-kinds.ts'
import { type Asking, ask, type EffectPorts, FRESH_MS } from './effects.ts'
import type { Job } from './job.ts'
import type { Effect, JobEvent, Moment, Stepped, Terms } from './job-events.ts'
import type { Journal } from './journal.ts'
import type { PastRestart } from './journal-lines.ts'
import { step } from './step.ts'

export interface RunnerPorts extends EffectPorts {
  readonly journal: Pick<Journal, 'note' | 'isNews'>
  readonly history: RestartHistory
  readonly settings: () => { readonly hookTimeoutSeconds: number; readonly evidence: boolean }
  /** What the settings in force say of a request. */
  readonly termsOf: (request: RestartRequest) => Terms
  readonly tell: (outcome: RestartOutcome) => void
  readonly log: Log
  readonly nowMs: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
}

/** What a job needs of the others. */
export interface Others {
  /** The jobs of those that are restarted with it, noted as one with it. */
  readonly companyOf: (request: RestartRequest) => Promise<readonly Job[]>
  readonly releaseText: (job: Job) => string
  /** A job has heard all there was, or is over. */
  readonly onChange: () => void
}

export interface Entry {
  job: Job
  readonly inbox: JobEvent[]
  isWorking: boolean
  isOver: boolean
  /** supervisord is shutting down: the next memmon goes on. */
  isAdjourned: boolean
}

export class Runner {
  readonly #ports: RunnerPorts & Others
  readonly entries = new Map<string, Entry>()
  isEnding = false
  /** How often the settings have changed. */
  settingsCount = 0

  constructor(ports: RunnerPorts & Others) {
    this.#ports = ports
  }

  /** A job begins, in the place of the one that the process may have already. */
  enter(namespec: string, job: Job): Entry {
    const before = this.entries.get(namespec)
    if (before) before.isOver = true
    const entry: Entry = {
      job,
      inbox: [],
      isWorking: false,
      isOver: false,
      isAdjourned: false,
    }
    this.entries.set(namespec, entry)
    return entry
  }

  /** A job begins with a step that was taken already. */
  begin(namespec: string, begun: Stepped): void {
    if (begun.job) void this.#work(this.enter(namespec, begun.job), begun)
  }

  /** Has the job hear of it, after what it has yet to hear. */
  send(entry: Entry, event: JobEvent): void {
    if (entry.isOver) return
    // One of a kind waits at most: of two tables, or two breaches, the later one counts.
    const at = entry.inbox.findIndex(one => one.kind === event.kind && isRepeatable(one))
    if (at >= 0) entry.inbox.splice(at, 1)
    entry.inbox.push(event)
    if (!entry.isWorking) void this.#work(entry)
  }

  /** One event after the other. */
  async #work(entry: Entry, begun?: Stepped): Promise<void> {
    entry.isWorking = true
    if (begun) await this.#settle(entry, begun, undefined)
    for (let event = entry.inbox.shift(); event && !entry.isOver; event = entry.inbox.shift()) {
      const before = entry.job
      const settling = this.#settle(entry, step(before, event, this.moment(before.request)), before)
      if (settling) await settling
    }
    entry.isWorking = false
    this.#ports.onChange()
  }

  /** Takes a step: on disk first, then its effects. undefined if there was nothing to write. */
  #settle(entry: Entry, stepped: Stepped, before: Job | undefined): Promise<void> | undefined {
    if (!stepped.effects.some(effect => effect.do === 'bring company'))
      return this.#take(entry, stepped, before, [])
    const { request } = stepped.job ?? entry.job
    return this.#ports.companyOf(request).then(company => this.#take(entry, stepped, before, company))
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
      this.entries.delete(namespec)
      this.#carryOut(entry, effects)
    }
    if (company.length > 0 || restart || journal.isNews(namespec, job)) {
      const others = company.map(one => [one.request.process.namespec, one] as const)
      const [settings, since] = [this.settingsCount, this.#ports.tick()]
      const noted = journal.note({ jobs: [[namespec, job], ...others], restart })
      return job ? noted.then(() => this.#carryOutNoted(entry, effects, settings, since)) : noted
    }
    if (job) this.#carryOut(entry, effects)
    return undefined
  }

  /**
   * What was decided under other settings, by a look from before a slow disk, or before a check saw the process recover,
   * is decided anew: nobody was told yet.
   */
  #carryOutNoted(entry: Entry, effects: readonly Effect[], settingsCount: number, sinceTick: number): void {
    const isOutdated = settingsCount !== this.settingsCount && effects.some(isBinding)
    const isStale = this.#ports.tick() - sinceTick > FRESH_MS && effects.some(isStop)
    const isRelieved = entry.inbox.some(({ kind }) => kind === 'relieved') && effects.some(isBinding)
    if (isOutdated || isStale || isRelieved) entry.inbox.unshift({ kind: 'not asked' })
    else this.#carryOut(entry, effects)
  }

  #carryOut(entry: Entry, effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOutOne(entry, effect)
  }

  #carryOutOne(entry: Entry, effect: Effect): void {
    const { log } = this.#ports
    const { request } = entry.job
    switch (effect.do) {
      case 'tell':
        this.#ports.tell(effect.outcome)
        break
      case 'log':
        log(effect.level, effect.text, () => requestFacts(effect.event, request))
        break
      case 'bring company':
        break // before it was noted
      case 'release':
        log('WARN', this.#ports.releaseText(entry.job), () => requestFacts('still_down', request))
        break
      case 'adjourn':
        entry.isAdjourned = true
        log(
          'INFO',
          `supervisord is shutting down: ${request.process.namespec} is left to the next supervisord`,
          () => requestFacts('adjourned', request),
        )
        break
      default:
        void this.#ask(entry, effect)
    }
  }

  async #ask(entry: Entry, effect: Asking): Promise<void> {
    this.send(entry, await ask(effect, entry.job, this.#ports))
  }

  #countRestart(effects: readonly Effect[]): PastRestart | undefined {
    const { history, nowMs, tick } = this.#ports
    for (const effect of effects) {
      if (effect.do !== 'tell' || effect.outcome.kind !== 'restarted') continue
      const { namespec } = effect.outcome.request.process
      history.recordRestart(namespec, tick())
      const soonTimes = history.soonTimesOf(namespec)
      return { namespec, at: nowMs(), tick: tick(), soonTimes, reason: reasonOf(effect.outcome) }
    }
    return undefined
  }

  /** What a step goes by now. */
  moment(request: RestartRequest): Moment {
    const { tick, nowMs, random, termsOf, settings } = this.#ports
    return {
      tick: tick(),
      atMs: nowMs(),
      random: random(),
      isEnding: this.isEnding,
      takesEvidence: settings().evidence,
      hookEndsWithinMs: settings().hookTimeoutSeconds * 1000 + KILL_AFTER_MS,
      terms: termsOf(request),
    }
  }
}

/** In the journal, for readers. */
const MOST_REASON = 200
const reasonOf = ({ request: { breach } }: RestartOutcome): string => breachText(breach).slice(0, MOST_REASON)

/** A hook that has not ended in its time gets TERM, and KILL this long after it: see delivery/pipe-command.ts. */
const KILL_AFTER_MS = 2_000
