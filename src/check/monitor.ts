// One check: the table of processes and their figures, and their judgement. A check that finds the same children as the
// last one, and none near a limit, ends at once.

import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import type { Remembered } from '../rules/past.ts'
import { canBeNamed, type ProcessInfo } from '../rules/process.ts'
import { isExempt, type Rule } from '../rules/rule.ts'
import { areCounted, exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import { FullLook, type FullSight } from './full-look.ts'
import { Judging } from './judging.ts'
import { companionsOf, measureAgain } from './measure-again.ts'
import { checkingLines } from './peer-lines.ts'
import type { MonitorPorts } from './ports.ts'
import { QuickCheck } from './quick-check.ts'
import { Trouble, unmeasuredText } from './trouble.ts'
import { UnmatchedRules } from './unmatched-rules.ts'
import { BlindSpots, blindSpotsOf } from './unmeasured.ts'
import { type Watched, watchedOf } from './watched.ts'

export type { MonitorPorts } from './ports.ts'

export class Monitor {
  readonly #ports: MonitorPorts
  #rules: Ruleset
  readonly #trouble: Trouble
  readonly #fullLook: FullLook
  readonly #quickCheck: QuickCheck
  readonly #judging: Judging
  readonly #unmatched: UnmatchedRules
  readonly #blindSpots: BlindSpots

  constructor(ports: MonitorPorts, rules: Ruleset) {
    this.#ports = ports
    this.#rules = rules
    this.#trouble = new Trouble(ports.log, ports.nowMs)
    this.#fullLook = new FullLook(ports, this.#trouble)
    this.#quickCheck = new QuickCheck({
      ...ports,
      onMeasured: (one, rssBytes, plainBytes) => this.#onMeasured(one, rssBytes, plainBytes),
    })
    this.#judging = new Judging(
      {
        ...ports,
        found: () => this.#fullLook.last,
        isRestartable: process => this.#isRestartable(process),
      },
      rules,
    )
    this.#unmatched = new UnmatchedRules(ports.log)
    this.#blindSpots = new BlindSpots(ports.log)
  }

  /** Other rules from the next check on; what was counted for those that stay is kept. */
  use(rules: Ruleset): void {
    this.#rules = rules
    this.#quickCheck.forget()
    this.#judging.use(rules)
  }

  /**
   * One check; never rejects for what supervisord, the network or /proc does. undefined if it is over already: the
   * children are those of the last check.
   */
  check(): Promise<void> | undefined {
    this.#judging.begin()
    try {
      if (!this.#checkQuickly()) return this.#checkAll()
      this.#trouble.over()
    } catch (thrown) {
      this.#tellUnmeasured(thrown)
    }
    return undefined
  }

  /** The processes to watch that the last full check found. */
  get watched(): readonly Watched[] {
    return this.#fullLook.last?.watched ?? []
  }

  get leaks(): Remembered['leaks'] {
    return this.#judging.leaks
  }

  /** The last check could ask supervisord, if it had to, and measure. */
  get isWell(): boolean {
    return this.#trouble.isOver
  }

  /** Why checks are skipped, and since when; undefined if they are not. */
  get failing(): Trouble['failing'] {
    return this.#trouble.failing
  }

  /** True if the next check does not depend on earlier ones. */
  get remembersNothing(): boolean {
    return this.#judging.remembersNothing
  }

  /** What the next check depends on. */
  get remembered(): Remembered {
    return this.#judging.remembered
  }

  /** The rules for a process, in their order; or why memmon does not watch it, in one clause. */
  rulesOver(process: ProcessInfo): readonly Rule[] | string {
    if (this.#ports.isSelf(process)) return 'it is memmon itself'
    const exempt = exemptionsOf(this.#rules, this.#isListener(), this.#ports.isSelf)
    if (isExempt(process, exempt)) return 'the settings ignore it'
    if (!canBeNamed(process)) return 'supervisord takes no call with its name'
    return watchedOf([process], this.#rules, exempt)[0]?.rules ?? 'no rule, budget or monitor is about it'
  }

  /** Patience with this process starts over. */
  forget(namespec: string): void {
    this.#judging.forget(namespec)
  }

  /**
   * A process that was stopped, is stopping, or has another start time (supervisord corrects it when the clock was set
   * back) has the same pid as before: its children do not show it, so the next check asks.
   */
  onOutcome(outcome: RestartOutcome): void {
    const isStray = outcome.kind === 'skipped' && ['replaced', 'not running'].includes(outcome.reason)
    if (isStray) this.#quickCheck.forget()
  }

  /** What a request is about, measured again; undefined if that is gone. Throws if it cannot be read. */
  measureAgain(request: RestartRequest): Promise<number | undefined> {
    return measureAgain(request, this.#ports.sampler, id =>
      this.#judging.budgetAgain(id, request.process.namespec),
    )
  }

  /** The same, by its rule's hard limit; false without one. Rejects if it cannot be read. */
  async isOverHardLimit(request: RestartRequest): Promise<boolean> {
    const rule = this.#rules.rules.find(({ id }) => id === request.breach.ruleId)
    const value = await this.measureAgain(request)
    return rule !== undefined && value !== undefined && value > rule.hardLimit
  }

  /** The other running processes of its group. */
  siblingsOf({ group, namespec }: ProcessInfo): ProcessInfo[] {
    const running = this.#fullLook.last?.running ?? []
    return running.filter(one => one.group === group && one.namespec !== namespec)
  }

  /** Those of them that may be restarted, each with its own use. */
  async companionsOf(request: RestartRequest): Promise<RestartRequest[]> {
    const others = this.siblingsOf(request.process).filter(process => this.#isRestartable(process))
    return await companionsOf(request, others, companion => this.measureAgain(companion))
  }

  /** False if supervisord has to be asked first. */
  #checkQuickly(): boolean {
    const seen = this.#quickCheck.see(this.#rules)
    if (!seen) return false
    this.#judging.followGrowth()
    if (seen.kind === 'quiet' && this.#judging.isIdle) return true
    const { watched, rssOf } = seen.aged()
    this.#judging.judge(watched, rssOf)
    return true
  }

  async #checkAll(): Promise<void> {
    this.#quickCheck.forget()
    try {
      const rules = this.#rules
      const seen = await this.#fullLook.see(rules)
      if (!seen) return
      // The settings have changed meanwhile: what no longer holds restarts nobody, and is not kept for quick checks.
      if (rules !== this.#rules) return await this.#checkAll()
      this.#trouble.over()
      this.#handOn(seen)
      if (this.#rules.verbose)
        for (const line of checkingLines(this.#rules.rules, this.#rules.budgets))
          this.#ports.log('DEBG', line)
      this.#judging.keepOnly(new Set(seen.table.processes.map(({ namespec }) => namespec)))
      this.#judging.followGrowth()
      this.#judging.judge(seen.found.watched, seen.rssOf)
      this.#unmatched.tell(this.#rules, seen.table.processes, seen.found.watched, this.#ports.isSelf)
      this.#quickCheck.prepare(seen.found)
    } catch (thrown) {
      this.#tellUnmeasured(thrown)
    }
  }

  /** The table and each size go to whoever wants to know; what has no size is told. */
  #handOn({ table, found, running, rssOf }: FullSight): void {
    this.#ports.onTable(table.processes)
    const trees = areCounted(this.#rules, true)
    this.#judging.prepare(found.watched, trees)
    const unmeasured: ProcessInfo[] = []
    const unsized = new Set(found.watched.map(({ process }) => process.namespec))
    for (const one of running) {
      const rssBytes = rssOf(one, trees)
      if (rssBytes === undefined) unmeasured.push(one.process)
      else {
        unsized.delete(one.process.namespec)
        this.#onMeasured(one.process, rssBytes, rssOf(one, false) ?? rssBytes)
      }
    }
    this.#blindSpots.tell(blindSpotsOf(unmeasured, this.#ports.sampler), unsized)
  }

  #onMeasured(process: ProcessInfo, rssBytes: number, plainBytes: number): void {
    this.#ports.onMeasured(process, rssBytes)
    this.#judging.take(process, rssBytes, plainBytes)
  }

  #isRestartable(process: ProcessInfo): boolean {
    const isListener = this.#isListener()
    const exempt = exemptionsOf(this.#rules, isListener, this.#ports.isSelf)
    return canBeNamed(process) && !isExempt(process, exempt) && !isListener(process.namespec)
  }

  #isListener(): (namespec: string) => boolean {
    return this.#fullLook.last?.isListener ?? (() => false)
  }

  /** What the system does not give, as in EMFILE, is trouble; anything else is a defect and is thrown on. */
  #tellUnmeasured(thrown: unknown): void {
    if ((thrown as NodeJS.ErrnoException).code === undefined) throw thrown
    this.#ports.quietLook()?.release() // descriptors may be what is lacking
    this.#trouble.tell(unmeasuredText(this.#ports.sampler.source, thrown))
  }
}
