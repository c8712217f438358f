// Budgets: what the processes of a group, or all of them, may use together, and who gives way. Pure. The sum is
// max(shared) + sum(private), as the MemoryMonitor of async-container-supervisor counts: pages that forked workers
// share are there once.

import { formatSize } from '../base/units.ts'
import type { Action } from './action.ts'
import type { Metric } from './metric.ts'
import { isOut, type Patience, type Progress, patienceText, progressOf as progress } from './patience.ts'
import type { Breach, Limit, RestartPlan } from './rule.ts'
import type { Selector } from './selector.ts'
import {
  type KeptBytes,
  largestOf,
  largestText,
  type Member,
  nobodyText,
  victimOf,
  victimText,
} from './victim.ts'
import { EASED_SHARE } from './windows.ts'

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
  /** Whose restart was asked for, and who have not been seen running since. */
  readonly asked: readonly string[]
  /** Of those that have. All is since the budget was last some way within its limit. */
  readonly kept: KeptBytes
  /** It was told that no restart helps, or by an alert. */
  readonly told: boolean
}

export type BudgetVerdict =
  | { readonly kind: 'fits' | 'waiting' | 'told' }
  /** This process is to be restarted, or would be. */
  | { readonly kind: 'act'; readonly victim: Member; readonly breach: Breach }
  /** Over, and to be told once: an alert, or no restart would help. */
  | { readonly kind: 'alert'; readonly victim: Member | undefined; readonly breach: Breach }
  | { readonly kind: 'relieved'; readonly breach: Breach }

const FRESH: BudgetState = {
  overs: [],
  overSince: undefined,
  asked: [],
  kept: new Map(),
  told: false,
}

/** max(shared) + sum(private), in bytes. */
export const totalBytesOf = (members: readonly Member[]): number =>
  members.reduce((sum, { privateBytes }) => sum + privateBytes, 0) +
  Math.max(0, ...members.map(({ sharedBytes }) => sharedBytes))

/** One check of a budget; `at` in milliseconds of a monotonic clock. */
export function judgeBudget(
  budget: Budget,
  measured: Measured,
  members: readonly Member[],
  at: number,
  state: BudgetState = FRESH,
): JudgedBudget {
  const over = isOver(budget, measured.valueBytes, 1)
  const next: BudgetState = {
    ...state,
    ...settled(state, members),
    overs: [...state.overs, over].slice(-(budget.patience.kind === 'checks' ? budget.patience.of : 1)),
    overSince: over ? (state.overSince ?? at) : undefined,
  }
  if (!over) return within(budget, measured, next)
  if (!isOut(budget.patience, next, at)) return { verdict: { kind: 'waiting' }, state: next }
  const { victim, why } = wayOut(budget, measured, members, next.kept)
  const breach = breachOf(budget, measured, why)
  if (victim && budget.action.kind === 'restart') {
    const asked = [...next.asked, victim.process.namespec]
    return {
      verdict: { kind: 'act', victim, breach },
      state: { ...next, overs: [], overSince: undefined, asked },
    }
  }
  if (state.told) return { verdict: { kind: 'told' }, state: next }
  return { verdict: { kind: 'alert', victim, breach }, state: { ...next, told: true } }
}

interface JudgedBudget {
  readonly verdict: BudgetVerdict
  readonly state: BudgetState
}

/** All is forgotten at some distance from the limit, not at every dip under it. */
function within(budget: Budget, measured: Measured, state: BudgetState): JudgedBudget {
  const eased = !isOver(budget, measured.valueBytes, EASED_SHARE)
  if (!eased) return { verdict: { kind: 'fits' }, state }
  return {
    verdict: state.told ? { kind: 'relieved', breach: breachOf(budget, measured, '') } : { kind: 'fits' },
    state: { ...FRESH, overs: state.overs },
  }
}

/** One that was asked and is back holds what it needs, whatever others have done to the sum meanwhile. */
function settled(
  { asked, kept }: BudgetState,
  members: readonly Member[],
): Pick<BudgetState, 'asked' | 'kept'> {
  const back = members.filter(({ process, isAway }) => asked.includes(process.namespec) && !isAway)
  if (back.length === 0) return { asked, kept }
  const held = back.map(({ process, privateBytes }) => [process.namespec, privateBytes] as const)
  const names = held.map(([namespec]) => namespec)
  return { asked: asked.filter(namespec => !names.includes(namespec)), kept: new Map([...kept, ...held]) }
}

/** Who is to give way, or else why nobody is. */
function wayOut(
  { kind, limitBytes, action }: Budget,
  { valueBytes }: Measured,
  members: readonly Member[],
  kept: KeptBytes,
): { readonly victim: Member | undefined; readonly why: string } {
  const asks = action.kind === 'would' ? action.what : action.kind
  const missingBytes = Math.abs(valueBytes - limitBytes)
  const victim = asks === 'restart' ? victimOf(members, kept, missingBytes) : largestOf(members)
  if (victim) {
    const text = action.kind === 'alert' ? largestText : victimText
    return { victim, why: text(victim, members.length) }
  }
  const missing = `${formatSize(missingBytes)} ${kind === 'free' ? 'that are missing' : 'above the limit'}`
  return { victim, why: asks === 'restart' ? nobodyText(missing, [...kept.keys()]) : '' }
}

/** True if the next check can begin without it. */
export const isForgettable = ({ patience }: Budget, { asked, kept, told }: BudgetState): boolean =>
  !told &&
  asked.length === 0 &&
  kept.size === 0 &&
  (patience.kind === 'seconds' || patience.over === patience.of)

/** The state without processes that there are no more. */
export const withoutRemoved = (state: BudgetState, present: ReadonlySet<string>): BudgetState => ({
  ...state,
  asked: state.asked.filter(namespec => present.has(namespec)),
  kept: new Map([...state.kept].filter(([namespec]) => present.has(namespec))),
})

/** Too much, or with 'free' too little. `share` below 1 asks for some distance from the limit. */
function isOver({ kind, limitBytes }: Budget, valueBytes: number, share: number): boolean {
  return kind === 'free' ? valueBytes < limitBytes / share : valueBytes > limitBytes * share
}

/** How far a budget is with its patience. */
export const progressOf = ({ patience }: Budget, state: BudgetState, at: number): Progress =>
  progress(patience, state, at)

function breachOf(budget: Budget, { valueBytes, metric }: Measured, victim: string): Breach {
  const { id, kind, written, cumulative, limitBytes, patience } = budget
  const reason = patienceText(patience)
  return {
    rule: written,
    ruleId: id,
    metric,
    cumulative,
    value: valueBytes,
    limit: limitBytes,
    ...(reason !== undefined && { reason }),
    budget: { id, whom: whomText(budget), victim, ...(kind === 'free' && { isFree: true }) },
  }
}

/** 'the group workers', 'all processes', or 'free memory'. */
function whomText({ kind, selector }: Budget): string {
  if (kind === 'free') return 'free memory'
  return kind === 'group' ? `the group ${selector.group}` : 'all processes together'
}
