// The budgets of one check: what their members use together, and who is to give way.

import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import type { Sampler } from '../proc/sampler.ts'
import {
  type Budget,
  type BudgetState,
  type BudgetVerdict,
  isForgettable,
  judgeBudget,
  type Measured,
  totalBytesOf,
  withoutRemoved,
} from '../rules/budgets.ts'
import { ageSecondsOf, type ProcessInfo, ProcessState } from '../rules/process.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Member } from '../rules/victim.ts'
import { budgetLine } from './peer-lines.ts'
import type { RssOf } from './values.ts'
import { counts, type Watched } from './watched.ts'

export interface BudgetPorts {
  readonly sampler: Pick<Sampler, 'shares'>
  /** What is free on the machine or in the container, in bytes; undefined if that cannot be read. */
  readonly availableBytes: () => number | undefined
  /** False for memmon, event listeners, what is ignored, and what was restarted too often. */
  readonly mayRestart: (process: ProcessInfo) => boolean
  /** True for what waits for its restart, or is being restarted. */
  readonly isQueued: (namespec: string) => boolean
  readonly log: Log
}

/** A budget waits this long for members that are being restarted, then goes on without them. */
const MOST_AWAY_MS = 300_000

export class BudgetCheck {
  readonly #ports: BudgetPorts
  readonly #states: Map<string, BudgetState>
  /** Since when a budget waits for members that are away, by budget. */
  readonly #waitingSince = new Map<string, number>()
  /** What could not be read and was told, by budget. */
  readonly #told = new Set<string>()

  /** `states`: what another memmon remembers, by budget as written. */
  constructor(ports: BudgetPorts, states: ReadonlyMap<string, BudgetState> = new Map()) {
    this.#ports = ports
    this.#states = new Map(states)
  }

  /** The verdicts that are not "fits", budget by budget. `watched` are processes in any state, `at` is monotonic. */
  check(
    { budgets, verbose }: Pick<Ruleset, 'budgets' | 'verbose'>,
    watched: readonly Watched[],
    rssOf: RssOf,
    at: number,
  ): { readonly budget: Budget; readonly verdict: BudgetVerdict }[] {
    return budgets.flatMap(budget => {
      const all = watched.filter(({ process }) => counts(budget, process))
      if (this.#waits(budget, all, at)) return []
      const own = all.filter(({ process }) => process.state === ProcessState.RUNNING)
      const state = this.#states.get(budget.written)
      if (!state && !verbose && this.#surelyFits(budget, own, rssOf)) return []
      const needsMembers = (state?.asked.length ?? 0) > 0 || !this.#isEnoughFree(budget)
      const members = needsMembers ? this.#members(budget, own, rssOf) : NO_MEMBERS
      const measured = this.#measured(budget, members)
      if (!measured) return []
      if (verbose) this.#ports.log('DEBG', budgetLine(budget, measured))
      const judged = judgeBudget(budget, measured, members.all, at, state)
      if (judged.verdict.kind === 'fits' && isForgettable(budget, judged.state))
        this.#states.delete(budget.written)
      else this.#states.set(budget.written, judged.state)
      return judged.verdict.kind === 'fits' ? [] : [{ budget, verdict: judged.verdict }]
    })
  }

  /** What is remembered, by budget as written. */
  get states(): ReadonlyMap<string, BudgetState> {
    return this.#states
  }

  /**
   * While one of them is away nothing is measured that would last. But one that stays away, or one after the other,
   * does not keep the budget from holding.
   */
  #waits({ written }: Budget, own: readonly Watched[], at: number): boolean {
    const isAway = own.some(({ process }) => this.#ports.isQueued(process.namespec))
    const since = this.#waitingSince.get(written) ?? at
    const waits = isAway && at - since < MOST_AWAY_MS
    if (waits) this.#waitingSince.set(written, since)
    else this.#waitingSince.delete(written)
    return waits
  }

  /** What a budget is about, measured again; undefined if it cannot be. */
  measure(budget: Budget, watched: readonly Watched[], rssOf: RssOf): number | undefined {
    const own = watched.filter(({ process }) => counts(budget, process))
    return this.#measured(budget, this.#members(budget, own, rssOf))?.valueBytes
  }

  /** Forgets budgets and processes that there are no more. */
  keepOnly(budgets: readonly Budget[], namespecs: ReadonlySet<string>): void {
    const written = new Set(budgets.map(budget => budget.written))
    for (const one of this.#waitingSince.keys()) if (!written.has(one)) this.#waitingSince.delete(one)
    for (const [one, state] of this.#states) {
      if (written.has(one)) this.#states.set(one, withoutRemoved(state, namespecs))
      else this.#states.delete(one)
    }
  }

  /** RSS is an upper bound: most checks need nothing else. */
  #surelyFits(budget: Budget, own: readonly Watched[], rssOf: RssOf): boolean {
    if (budget.kind === 'free') return this.#isEnoughFree(budget)
    let sumBytes = 0
    for (const one of own) sumBytes += rssOf(one, budget.cumulative) ?? 0
    return sumBytes <= budget.limitBytes
  }

  #isEnoughFree({ kind, limitBytes }: Budget): boolean {
    return kind === 'free' && (this.#ports.availableBytes() ?? -1) >= limitBytes
  }

  #measured(budget: Budget, { all, metric }: Members): Measured | undefined {
    if (budget.kind !== 'free') return { valueBytes: totalBytesOf(all), metric }
    const valueBytes = this.#ports.availableBytes()
    if (valueBytes !== undefined) return { valueBytes, metric: 'rss' }
    this.#tellOnce(budget, 'the free memory of this machine cannot be read: this rule is disabled')
    return undefined
  }

  #members(budget: Budget, own: readonly Watched[], rssOf: RssOf): Members {
    const present = own.filter(one => rssOf(one, budget.cumulative) !== undefined)
    const shares = this.#ports.sampler.shares(
      present.map(({ process }) => process.pid),
      budget.cumulative,
    )
    const unreadable = present.find((_, at) => shares[at] === 'denied' || shares[at] === 'unsupported')
    if (unreadable) {
      this.#tellOnce(
        budget,
        `what ${unreadable.process.namespec} has for itself cannot be read (run memmon as root): RSS is summed, with shared memory once for each process`,
      )
    }
    const all = present.flatMap((one, at) => {
      const share = shares[at]
      if (share === 'gone' || share === undefined) return []
      const own =
        typeof share === 'string' || unreadable
          ? { privateBytes: rssOf(one, budget.cumulative) ?? 0, sharedBytes: 0 }
          : share
      const isAway = this.#ports.isQueued(one.process.namespec)
      const mayRestart =
        !isAway && this.#ports.mayRestart(one.process) && ageSecondsOf(one.process) >= budget.minUptimeSeconds
      return [{ process: one.process, ...own, mayRestart, isAway }]
    })
    return { all, metric: unreadable ? 'rss' : 'pss' }
  }

  #tellOnce(budget: Budget, why: string): void {
    if (!this.#told.has(budget.written))
      this.#ports.log('WARN', `${budget.written}: ${why}`, trouble('sizes'))
    this.#told.add(budget.written)
  }
}

interface Members {
  readonly all: readonly Member[]
  readonly metric: Measured['metric']
}

const NO_MEMBERS: Members = { all: [], metric: 'rss' }
