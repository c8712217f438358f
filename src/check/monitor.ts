// One check: the table of processes, their figures, the verdicts, and what follows from them. A check that finds the
// children of the last one, and nobody near a limit, is over at once.

import type { RestartRequest } from '../rules/outcome.ts'
import type { Remembered } from '../rules/past.ts'
import { canBeNamed, type ProcessInfo, ProcessState } from '../rules/process.ts'
import { isExempt } from '../rules/rule.ts'
import { areCounted, exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import { BudgetCheck } from './budget-check.ts'
import { Following } from './following.ts'
import { FullLook, type FullSight } from './full-look.ts'
import { GrowthCheck } from './growth-check.ts'
import { budgetAgain, companionsOf, measureAgain } from './measure-again.ts'
import { MonitorCheck } from './monitor-check.ts'
import { checkingLines } from './peer-lines.ts'
import type { MonitorPorts } from './ports.ts'
import { QuickCheck } from './quick-check.ts'
import { RuleCheck } from './rule-check.ts'
import { Trouble, unmeasuredText } from './trouble.ts'
import { UnmatchedRules } from './unmatched-rules.ts'
import { BlindSpots, blindSpotsOf } from './unmeasured.ts'
import type { RssOf } from './values.ts'
import type { Watched } from './watched.ts'

export type { MonitorPorts } from './ports.ts'

export class Monitor {
  readonly #ports: MonitorPorts
  #rules: Ruleset
  readonly #trouble: Trouble
  readonly #fullLook: FullLook
  readonly #quickCheck: QuickCheck
  readonly #ruleCheck: RuleCheck
  readonly #budgetCheck: BudgetCheck
  readonly #growthCheck: GrowthCheck
  readonly #monitorCheck: MonitorCheck
  readonly #following: Following
  readonly #unmatched: UnmatchedRules
  readonly #blindSpots: BlindSpots

  constructor(ports: MonitorPorts, rules: Ruleset) {
    this.#ports = ports
    this.#rules = rules
    this.#trouble = new Trouble(ports.log)
    this.#fullLook = new FullLook(ports, this.#trouble)
    this.#growthCheck = new GrowthCheck(ports)
    this.#quickCheck = new QuickCheck({
      ...ports,
      onMeasured: (one, rssBytes, plainBytes) => this.#onMeasured(one, rssBytes, plainBytes),
    })
    this.#ruleCheck = new RuleCheck(ports)
    this.#budgetCheck = new BudgetCheck({
      sampler: ports.sampler,
      availableBytes: ports.availableBytes,
      mayRestart: process => this.#isRestartable(process) && ports.mayRestart(process.namespec),
      isQueued: namespec => ports.restarts.isComing(namespec),
      log: ports.log,
    })
    this.#monitorCheck = new MonitorCheck({
      ...ports,
      found: () => this.#fullLook.last,
      isMonitored: process => this.#isRestartable(process),
      isAway: namespec => ports.restarts.isAway(namespec),
      follow: steps => ports.restarts.add(this.#following.followSteps(steps)),
    })
    this.#following = new Following(ports)
    this.#unmatched = new UnmatchedRules(ports.log)
    this.#blindSpots = new BlindSpots(ports.log)
  }

  /** Other rules from the next check on; what was counted for those that stay is kept. */
  use(rules: Ruleset): void {
    this.#rules = rules
    this.#quickCheck.forget()
    this.#ruleCheck.forgetTold()
    this.#monitorCheck.use(rules.monitors)
  }

  /**
   * One check; never rejects for what supervisord, the network or /proc does. undefined if it is over already: the
   * children are those of the last check.
   */
  check(): Promise<void> | undefined {
    this.#growthCheck.begin()
    try {
      if (!this.#checkQuickly()) return this.#checkAll()
      this.#trouble.over()
    } catch (thrown) {
      this.#tellUnmeasured(thrown)
    }
    return undefined
  }

  /** True if the next check does not depend on earlier ones. */
  get remembersNothing(): boolean {
    return this.#ruleCheck.isEmpty && this.#budgetCheck.states.size === 0 && !this.#growthCheck.hasLeaks
  }

  /** What the next check depends on. */
  get remembered(): Remembered {
    return {
      rules: this.#rules.rules,
      windows: this.#ruleCheck.windows,
      budgets: this.#budgetCheck.states,
      leaks: this.#growthCheck.leaks,
    }
  }

  /** What a request is about, measured again; undefined if that is gone. Throws if it cannot be read. */
  measureAgain(request: RestartRequest): Promise<number | undefined> {
    return measureAgain(request, this.#ports.sampler, id => this.#budgetAgain(id, request.process.namespec))
  }

  /** The rest of its group that runs and may be restarted, each with what it uses itself. */
  async companionsOf(request: RestartRequest): Promise<RestartRequest[]> {
    const { group, namespec } = request.process
    const others = (this.#fullLook.last?.running ?? []).filter(
      process => process.group === group && process.namespec !== namespec && this.#isRestartable(process),
    )
    return await companionsOf(request, others, companion => this.measureAgain(companion))
  }

  /** False if supervisord has to be asked first. */
  #checkQuickly(): boolean {
    const seen = this.#quickCheck.see(this.#rules)
    if (!seen) return false
    this.#followGrowth()
    const { budgets, monitors } = this.#rules
    const isAlone = this.#ruleCheck.isEmpty && budgets.length + monitors.length === 0
    if (seen.kind === 'quiet' && isAlone) return true
    const { watched, rssOf } = seen.aged()
    this.#judge(watched, rssOf)
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
      this.#forget(seen.table.processes)
      this.#followGrowth()
      this.#judge(seen.found.watched, seen.rssOf)
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
    this.#growthCheck.prepare(found.watched, trees)
    const unmeasured: ProcessInfo[] = []
    for (const one of running) {
      const rssBytes = rssOf(one, trees)
      if (rssBytes === undefined) unmeasured.push(one.process)
      else this.#onMeasured(one.process, rssBytes, rssOf(one, false) ?? rssBytes)
    }
    this.#blindSpots.tell(blindSpotsOf(unmeasured, this.#ports.sampler))
  }

  #onMeasured(process: ProcessInfo, rssBytes: number, plainBytes: number): void {
    this.#ports.onMeasured(process, rssBytes)
    this.#growthCheck.take(process, rssBytes, plainBytes)
  }

  /** What is being restarted is left alone, and a limit counts more than what leads to it. */
  #followGrowth(): void {
    const { restarts } = this.#ports
    const followed = this.#growthCheck.steps().filter(({ process }) => !restarts.isAway(process.namespec))
    if (followed.length > 0) restarts.add(followed.flatMap(({ steps }) => this.#following.followSteps(steps)))
  }

  #judge(watched: readonly Watched[], rssOf: RssOf): void {
    const atMs = this.#ports.monotonicMs()
    const { restarts } = this.#ports
    const free = watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !restarts.isAway(process.namespec),
    )
    const verdictOf = this.#ruleCheck.begin(free, rssOf, atMs, this.#rules.verbose)
    restarts.add(free.flatMap(one => this.#following.follow(one.process, verdictOf(one))))
    const ofBudgets = this.#budgetCheck.check(this.#rules, watched, rssOf, atMs)
    restarts.add(ofBudgets.flatMap(({ budget, verdict }) => this.#following.followBudget(budget, verdict)))
    if (this.#rules.monitors.length > 0) this.#monitorCheck.look(free, rssOf)
  }

  async #budgetAgain(id: string, namespec: string): Promise<number | undefined> {
    const budget = this.#rules.budgets.find(one => one.id === id)
    const { last } = this.#fullLook
    if (!budget || !last) return undefined
    const { restarts, sampler } = this.#ports
    const isAway = (other: string) => restarts.isAway(other)
    return await budgetAgain(budget, namespec, last.watched, isAway, sampler, this.#budgetCheck)
  }

  #isRestartable(process: ProcessInfo): boolean {
    const isListener = this.#fullLook.last?.isListener ?? (() => false)
    const exempt = exemptionsOf(this.#rules, isListener, this.#ports.isSelf)
    return canBeNamed(process) && !isExempt(process, exempt) && !isListener(process.namespec)
  }

  #forget(processes: readonly ProcessInfo[]): void {
    const present = new Set(processes.map(({ namespec }) => namespec))
    const { rules, budgets } = this.#rules
    this.#ruleCheck.keepOnly(rules, present)
    this.#budgetCheck.keepOnly(budgets, present)
    this.#following.keepOnly(present)
  }

  /** What the system does not give, as in EMFILE, is trouble; anything else is a defect and is thrown on. */
  #tellUnmeasured(thrown: unknown): void {
    if ((thrown as NodeJS.ErrnoException).code === undefined) throw thrown
    this.#ports.quietLook()?.release() // descriptors may be what is lacking
    this.#trouble.tell(unmeasuredText(this.#ports.sampler.source, thrown))
  }
}
