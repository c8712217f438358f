// What a check concludes: the verdicts of rules, budgets, growth and monitors, and what follows from them.

import type { Remembered } from '../rules/past.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { BudgetCheck } from './budget-check.ts'
import { Following } from './following.ts'
import type { Found } from './full-look.ts'
import { GrowthCheck } from './growth-check.ts'
import { budgetAgain } from './measure-again.ts'
import { MonitorCheck } from './monitor-check.ts'
import type { MonitorPorts } from './ports.ts'
import { RuleCheck } from './rule-check.ts'
import type { RssOf } from './values.ts'
import type { Watched } from './watched.ts'

export interface JudgingPorts extends MonitorPorts {
  /** What the last look at supervisord's processes found. */
  readonly found: () => Found | undefined
  /** False for event listeners, memmon itself, ignored processes and names that supervisord takes no call with. */
  readonly isRestartable: (process: ProcessInfo) => boolean
}

export class Judging {
  readonly #ports: JudgingPorts
  #rules: Ruleset
  readonly #ruleCheck: RuleCheck
  readonly #budgetCheck: BudgetCheck
  readonly #growthCheck: GrowthCheck
  readonly #monitorCheck: MonitorCheck
  readonly #following: Following

  constructor(ports: JudgingPorts, rules: Ruleset) {
    this.#ports = ports
    this.#rules = rules
    this.#growthCheck = new GrowthCheck({
      ...ports,
      isMuted: namespec => ports.restarts.isMuted(namespec),
    })
    this.#ruleCheck = new RuleCheck(ports)
    this.#budgetCheck = new BudgetCheck({
      sampler: ports.sampler,
      availableBytes: ports.availableBytes,
      mayRestart: process => ports.isRestartable(process) && ports.mayRestart(process.namespec),
      isQueued: namespec => ports.restarts.isComing(namespec),
      log: ports.log,
    })
    this.#monitorCheck = new MonitorCheck({
      ...ports,
      isMonitored: ports.isRestartable,
      isAway: namespec => this.#isLeftAlone(namespec),
      follow: steps => ports.restarts.add(this.#following.followSteps(steps)),
    })
    this.#following = new Following(ports)
  }

  /** Other rules from the next check on; rules that stay keep their counts. */
  use(rules: Ruleset): void {
    this.#rules = rules
    this.#ruleCheck.forgetTold()
    this.#monitorCheck.use(rules.monitors)
  }

  /** True if only rules judge, and they remember nothing: processes far from every limit need no judgement. */
  get isIdle(): boolean {
    const { budgets, monitors } = this.#rules
    return this.#ruleCheck.isEmpty && budgets.length + monitors.length === 0
  }

  /** True if the next check does not depend on earlier ones. */
  get remembersNothing(): boolean {
    return this.#ruleCheck.isEmpty && this.#budgetCheck.states.size === 0 && !this.#growthCheck.hasLeaks
  }

  get leaks(): Remembered['leaks'] {
    return this.#growthCheck.leaks
  }

  /** What the next check depends on. */
  get remembered(): Remembered {
    return {
      rules: this.#rules.rules,
      windows: this.#ruleCheck.windows,
      budgets: this.#budgetCheck.states,
      leaks: this.leaks,
    }
  }

  /** A check begins: judges earlier leaks again. */
  begin(): void {
    this.#growthCheck.begin()
  }

  /** Whose growth it judges from now on; `cumulative`: descendants are measured. */
  prepare(watched: readonly Watched[], cumulative: boolean): void {
    this.#growthCheck.prepare(watched, cumulative)
  }

  /** A measured size, for the growth of its process. */
  take(process: ProcessInfo, rssBytes: number, plainBytes: number): void {
    this.#growthCheck.take(process, rssBytes, plainBytes)
  }

  /** Leaves alone what is being restarted; an exceeded limit counts more than a leak. */
  followGrowth(): void {
    const { restarts } = this.#ports
    const followed = this.#growthCheck.steps().filter(({ process }) => !restarts.isAway(process.namespec))
    if (followed.length > 0) restarts.add(followed.flatMap(({ steps }) => this.#following.followSteps(steps)))
  }

  judge(watched: readonly Watched[], rssOf: RssOf): void {
    const atMs = this.#ports.monotonicMs()
    const { restarts } = this.#ports
    const free = watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !this.#isLeftAlone(process.namespec),
    )
    const verdictOf = this.#ruleCheck.begin(free, rssOf, atMs, this.#rules.verbose)
    restarts.add(free.flatMap(one => this.#following.follow(one.process, verdictOf(one))))
    const ofBudgets = this.#budgetCheck.check(this.#rules, watched, rssOf, atMs)
    restarts.add(ofBudgets.flatMap(({ budget, verdict }) => this.#following.followBudget(budget, verdict)))
    if (this.#rules.monitors.length > 0) this.#monitorCheck.look(free, rssOf)
  }

  /** The budget of this id, measured again without `namespec`; undefined if it is gone. */
  async budgetAgain(id: string, namespec: string): Promise<number | undefined> {
    const budget = this.#rules.budgets.find(one => one.id === id)
    const found = this.#ports.found()
    if (!budget || !found) return undefined
    const { restarts, sampler } = this.#ports
    const isAway = (other: string) => restarts.isAway(other)
    return await budgetAgain(budget, namespec, found.watched, isAway, sampler, this.#budgetCheck)
  }

  /** Patience with this process starts over. */
  forget(namespec: string): void {
    this.#ruleCheck.forget(namespec)
  }

  #isLeftAlone(namespec: string): boolean {
    const { restarts } = this.#ports
    return restarts.isAway(namespec) || restarts.isMuted(namespec)
  }

  /** Forgets rules and processes that no longer exist. */
  keepOnly(present: ReadonlySet<string>): void {
    const { rules, budgets } = this.#rules
    this.#ruleCheck.keepOnly(rules, present)
    this.#budgetCheck.keepOnly(budgets, present)
    this.#following.keepOnly(present)
  }
}
