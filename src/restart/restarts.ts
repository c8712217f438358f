// The door to everything about restarts: what is over a limit goes in, outcomes come out, and what was begun is
// finished whatever becomes of memmon.
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import type { Drain } from '../rules/action.ts'
import { RestartHistory } from '../rules/history.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { EffectPorts } from './effects.ts'
import { type JobSettings, Jobs } from './jobs.ts'
import { Journal, type JournalDisk, type JournalPorts, noticeText } from './journal.ts'
import { unprotectedText } from './journal-writer.ts'
import { type Mute, Mutes } from './mutes.ts'
import type { Standing } from './standing.ts'
import { type RulesInForce, termsOf } from './terms.ts'
import type { UnfinishedNames } from './unfinished.ts'
import type { Wait } from './waits.ts'

export interface RestartsPorts extends EffectPorts {
  /** The rest of its group that may be restarted, each with its own size. */
  readonly companionsOf: (request: RestartRequest) => Promise<readonly RestartRequest[]>
  readonly tell: (outcome: RestartOutcome) => void
  /** What is being restarted, or waits for it, has changed. */
  readonly onChange?: () => void
  readonly log: Log
  readonly nowMs: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
}

/** Where the journal of this supervisord is. */
export interface JournalPlace {
  readonly disk: JournalDisk
  readonly supervisord: string
  readonly boot: string
}

export class Restarts {
  readonly #ports: RestartsPorts
  readonly #jobs: Jobs
  readonly #history = new RestartHistory()
  readonly #mutes: Mutes
  #settings: JobSettings
  #rules: RulesInForce
  #journal: Journal | undefined

  constructor(settings: JobSettings, rules: RulesInForce, ports: RestartsPorts) {
    this.#ports = ports
    this.#settings = settings
    this.#rules = rules
    this.#mutes = new Mutes({
      ...ports,
      note: async change => this.#journal?.note({ jobs: [], ...change }),
      onChange: () => this.#jobs.onSettings(),
    })
    this.#jobs = new Jobs({
      ...ports,
      history: this.#history,
      settings: () => this.#settings,
      termsOf: request => this.#mutes.unlessMuted(request, termsOf(request, this.#rules)),
      journal: {
        note: async changes => this.#journal?.note(changes),
        isNews: (namespec, job) => this.#journal?.isNews(namespec, job) ?? false,
      },
    })
  }

  /**
   * Reads what an earlier memmon has begun, and goes on with it; nothing is begun before. Writing comes after: a disk
   * that cannot be written, or read, is told and holds up nothing.
   */
  async open(place: Promise<JournalPlace>): Promise<void> {
    const { log, nowMs, tick, sleep } = this.#ports
    try {
      const tell: JournalPorts['tell'] = (text, isOver) =>
        isOver ? log('INFO', text, troubleOver('journal')) : log('WARN', text, trouble('journal'))
      const journal = new Journal({ ...(await place), nowMs, tick, sleep, tell })
      this.#journal = journal
      const { jobs, isNewer, restarts, mutes, notices } = await journal.read()
      this.#mutes.open(mutes)
      for (const notice of notices) log('WARN', noticeText(notice), trouble('journal'))
      for (const one of restarts) this.#history.recordRestart(one.namespec, one.tick, one.soonTimes)
      this.#jobs.open(jobs, isNewer)
      await journal.write()
    } catch (thrown) {
      log('WARN', unprotectedText(messageOf(thrown)), trouble('journal'))
      this.#jobs.open([], false)
    }
  }

  /** Other settings from now on; where the journal is kept stays as it was. */
  use(settings: JobSettings, rules: RulesInForce): void {
    this.#settings = settings
    this.#rules = rules
    this.#jobs.onSettings()
  }

  /** Restarts what is over its limit, as far as the settings allow. */
  add(requests: readonly RestartRequest[]): void {
    this.#jobs.add(requests)
  }

  /** A process over its soft limit was asked to finish. */
  soften(request: RestartRequest, drain: Drain): void {
    this.#jobs.soften(request, drain)
  }

  /** It is back under its soft limit. */
  relieve(request: RestartRequest): void {
    this.#jobs.relieve(request)
  }

  /** A check begins. */
  check(): void {
    this.#mutes.check()
    this.#jobs.check()
  }

  /** Requested by a person. Resolves when it is in the journal, or with the reason why not, in one clause. */
  restartByHand(request: RestartRequest): Promise<string | undefined> {
    return this.#jobs.restartByHand(request)
  }

  /** The same for a drain. */
  drainByHand(request: RestartRequest, drain: Drain): Promise<string | undefined> {
    return this.#jobs.drainByHand(request, drain)
  }

  /** Leaves a process alone. The mute, once it is in the journal, or the reason why not, in one clause. */
  mute(namespec: string, seconds: number): Promise<Mute | string> {
    return this.#mutes.mute(namespec, seconds)
  }

  /** False if it was not muted. */
  unmute(namespec: string): Promise<boolean> {
    return this.#mutes.unmute(namespec)
  }

  get mutes(): readonly Mute[] {
    return this.#mutes.all
  }

  /** A person has muted it. */
  isMuted(namespec: string): boolean {
    return this.#mutes.isMuted(namespec)
  }

  /** All processes that there are. */
  onTable(processes: readonly ProcessInfo[]): void {
    this.#history.keepOnly(new Set(processes.map(({ namespec }) => namespec)))
    this.#jobs.onTable(processes)
  }

  /** A size that was measured. */
  observe(process: ProcessInfo, sizeBytes: number): void {
    this.#history.observe(process, sizeBytes)
  }

  /** True while the process is being restarted: checks leave it alone. */
  isAway(namespec: string): boolean {
    return this.#jobs.isAway(namespec)
  }

  /** True while it is being restarted, or is to be soon. */
  isComing(namespec: string): boolean {
    return this.#jobs.isComing(namespec)
  }

  /** False if --max-restarts, --restart-backoff or a person forbids a restart now. */
  mayRestart(namespec: string): boolean {
    return !this.isMuted(namespec) && this.#jobs.mayRestart(namespec)
  }

  /** Begins nothing more. */
  end(): void {
    this.#jobs.end()
  }

  /** The processes whose restart is due. */
  get waits(): readonly Wait[] {
    return this.#jobs.waits
  }

  /** The processes that restarts concern now. */
  get standing(): Standing {
    return this.#jobs.standing
  }

  /** What the next memmon would find in the journal. */
  get unfinished(): UnfinishedNames {
    return this.#jobs.unfinished
  }

  /** Resolves when no process is being restarted. */
  whenIdle(): Promise<void> {
    return this.#jobs.whenIdle()
  }

  /** Resolves when the journal is on disk. */
  async flush(): Promise<void> {
    await this.#journal?.flush()
  }
}
