// Budgets: what the processes of a group, or all of them, may use together, and who gives way. Pure. The sum is
// max(shared) + sum(private), as the MemoryMonitor of async-container-supervisor counts: pages that forked workers
// share are there once.
import { type Metric, metricText } from './metric.ts'
import type { ProcessInfo } from './process.ts'
import type { Action, Breach, Limit, RestartPlan } from './rules.ts'
import type { Selector } from './selector.ts'
import { formatSize } from './units.ts'
import { EASED_SHARE, type Patience, patienceText } from './windows.ts'

interface BudgetTerms {
  /** Names the budget whatever its limit is. */
  readonly id: string
  /** group: of one group; total: of all processes; free: what has to stay free on the machine or in the container. */
  readonly kind: 'group' | 'total' | 'free'
  readonly selector: Selector
  readonly cumulative: boolean
  readonly patience: Patience
  readonly minUptimeSeconds: number
  readonly action: Action
  readonly plan: RestartPlan
  readonly written: string
}

/** A budget as the settings hold it. */
export interface BudgetSpec extends BudgetTerms {
  readonly limit: Limit
}

/** A budget in bytes. */
export interface Budget extends BudgetTerms {
  readonly limitBytes: number
}

/** A process that counts in a budget. */
export interface Member {
  readonly process: ProcessInfo
  /** What would be free if it ended. */
  readonly privateBytes: number
  readonly sharedBytes: number
  /** False for memmon, listeners, what is ignored, waits for a restart, is too young or was restarted too often. */
  readonly mayRestart: boolean
}

/** What the members use together, or what is free; 'rss' where private and shared memory could not be told apart. */
export interface Measured {
  readonly valueBytes: number
  readonly metric: Metric
}

/** What is remembered of a budget from check to check. */
export interface BudgetState {
  /** Whether the last checks were over, oldest first. */
  readonly overs: readonly boolean[]
  readonly overSince: number | undefined
  /** Whose restart was asked for last, and what was measured then. */
  readonly asked: { readonly namespec: string; readonly valueBytes: number } | undefined
  /** Restarting these freed nothing. */
  readonly inVain: readonly string[]
  /** It was told that nobody can give way, or by an alert. */
  readonly told: boolean
}

export type BudgetVerdict =
  | { readonly kind: 'fits' | 'waiting' | 'told' }
  /** This process is to be restarted, or would be. */
  | { readonly kind: 'act'; readonly victim: Member; readonly breach: Breach }
  /** Over, and to be told once: an alert, or nobody is left who could give way. */
  | { readonly kind: 'alert'; readonly victim: Member | undefined; readonly breach: Breach }
  | { readonly kind: 'relieved'; readonly breach: Breach }

const FRESH: BudgetState = { overs: [], overSince: undefined, asked: undefined, inVain: [], told: false }
/** A restart that freed less than this share of the limit freed nothing. */
const WORTHWHILE_SHARE = 0.01

/** max(shared) + sum(private), in bytes. */
export const totalBytesOf = (members: readonly Member[]): number =>
  members.reduce((sum, { privateBytes }) => sum + privateBytes, 0) +
  Math.max(0, ...members.map(({ sharedBytes }) => sharedBytes))

/** One check of a budget; `at` in milliseconds of a clock that nobody sets. */
export function judgeBudget(
  budget: Budget,
  measured: Measured,
  members: readonly Member[],
  at: number,
  state: BudgetState = FRESH,
): { readonly verdict: BudgetVerdict; readonly state: BudgetState } {
  const { valueBytes } = measured
  const over = isOver(budget, valueBytes, 1)
  const kept = budget.patience.kind === 'checks' ? budget.patience.of : 1
  const next: BudgetState = {
    ...state,
    overs: [...state.overs, over].slice(-kept),
    overSince: over ? (state.overSince ?? at) : undefined,
    inVain: over ? inVainOf(budget, valueBytes, state) : [],
    asked: undefined,
  }
  if (!over) {
    const relieved = state.told && !isOver(budget, valueBytes, EASED_SHARE)
    const breach = breachOf(budget, measured, '')
    return {
      verdict: relieved ? { kind: 'relieved', breach } : { kind: 'fits' },
      state: { ...next, told: state.told && !relieved },
    }
  }
  if (!isOut(budget.patience, next, at)) return { verdict: { kind: 'waiting' }, state: next }
  const victim = victimOf(members, next.inVain)
  const why = victim ? victimText(victim, members.length) : nobodyText(next.inVain)
  const breach = breachOf(budget, measured, why)
  if (victim && budget.action.kind === 'restart') {
    const asked = { namespec: victim.process.namespec, valueBytes }
    return {
      verdict: { kind: 'act', victim, breach },
      state: { ...next, overs: [], overSince: undefined, asked },
    }
  }
  if (state.told) return { verdict: { kind: 'told' }, state: next }
  return { verdict: { kind: 'alert', victim, breach }, state: { ...next, told: true } }
}

/** Too much, or with 'free' too little. `share` below 1 asks for some distance from the limit. */
function isOver({ kind, limitBytes }: Budget, valueBytes: number, share: number): boolean {
  return kind === 'free' ? valueBytes < limitBytes / share : valueBytes > limitBytes * share
}

function isOut(patience: Patience, { overs, overSince }: BudgetState, at: number): boolean {
  if (patience.kind === 'seconds') return at - (overSince ?? at) >= patience.seconds * 1000
  return overs.length === patience.of && overs.filter(Boolean).length >= patience.over
}

function inVainOf(budget: Budget, valueBytes: number, { asked, inVain }: BudgetState): readonly string[] {
  if (!asked) return inVain
  const freedBytes = budget.kind === 'free' ? valueBytes - asked.valueBytes : asked.valueBytes - valueBytes
  return freedBytes < budget.limitBytes * WORTHWHILE_SHARE ? [...inVain, asked.namespec] : inVain
}

/** The one with the most private memory, those left out whose restart freed nothing. */
const victimOf = (members: readonly Member[], inVain: readonly string[]): Member | undefined =>
  members
    .filter(({ process, mayRestart }) => mayRestart && !inVain.includes(process.namespec))
    .reduce<Member | undefined>(
      (largest, one) => (largest && largest.privateBytes >= one.privateBytes ? largest : one),
      undefined,
    )

const victimText = ({ privateBytes }: Member, count: number): string =>
  `with ${formatSize(privateBytes)} ${metricText('uss', false)} it has the most of ${count}`

const nobodyText = (inVain: readonly string[]): string =>
  inVain.length > 0
    ? `restarting ${inVain.join(', ')} freed nothing, and nobody else may be restarted`
    : 'nobody of them may be restarted'

function breachOf(budget: Budget, { valueBytes, metric }: Measured, victim: string): Breach {
  const { id, written, cumulative, limitBytes, patience } = budget
  const reason = patienceText(patience)
  return {
    rule: written,
    ruleId: id,
    metric,
    cumulative,
    value: valueBytes,
    limit: limitBytes,
    ...(reason !== undefined && { reason }),
    budget: { id, whom: whomText(budget), victim },
  }
}

/** 'the group workers', 'all processes', or 'free memory'. */
function whomText({ kind, selector }: Budget): string {
  if (kind === 'free') return 'free memory'
  return kind === 'group' ? `the group ${selector.group}` : 'all processes together'
}
