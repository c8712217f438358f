// The rules an operator gives: as written, and as they hold on this machine; and which of them hold for a process.
import type { Action } from './action.ts'
import type { Growth, GrowthTerms } from './growth.ts'
import type { Metric } from './metric.ts'
import type { Patience } from './patience.ts'
import type { ProcessInfo } from './process.ts'
import { type Selector, sameSelector, selects } from './selector.ts'

/** program, group, any: also the order in which a broken rule is named as the reason. */
export type RuleScope = 'program' | 'group' | 'any'

/** What goes with a restart. */
export interface RestartPlan {
  readonly preCommand?: string
  /** Looks into the process before its stop. */
  readonly diagnoseCommand?: string
  readonly postCommand?: string
  /** Restarts it, in place of stop and start. */
  readonly restartCommand?: string
  /** All of its group, too. */
  readonly group: boolean
  /** Its agent samples its memory first. */
  readonly memorySample?: { readonly seconds: number; readonly timeoutSeconds: number }
}

/** A limit as written: so many bytes (or a count), a share of what there is, or none. */
export type Limit =
  | { readonly kind: 'amount'; readonly amount: number; readonly written: string }
  | { readonly kind: 'percent'; readonly percent: number; readonly written: string }
  | { readonly kind: 'none'; readonly written: string }

/** What a rule says besides its limit. */
interface RuleTerms {
  /** Names the rule whatever its limit and its other keys are: what has begun under it is finished under it. */
  readonly id: string
  readonly scope: RuleScope
  readonly selector: Selector
  readonly metric: Metric
  /** The descendants of a process count with it. */
  readonly cumulative: boolean
  readonly patience: Patience
  /** Not judged before it has run this long. */
  readonly minUptimeSeconds: number
  readonly action: Action
  readonly plan: RestartPlan
  /** Of the rule about memory alone. */
  readonly growth?: GrowthTerms
  /** The whole rule as the operator wrote it, such as `-p web=200MB`. */
  readonly written: string
}

/** A rule as the settings hold it. */
export interface RuleSpec extends RuleTerms {
  readonly limit: Limit
  /** Above this one the rule acts at once, without patience. */
  readonly hardLimit?: Limit
  /** Told when crossed; a percentage is one of the limit. */
  readonly warn?: Limit
}

/** A rule as it holds: amounts in bytes, or counts for threads and fds; Infinity where there is none. */
export interface Rule extends RuleTerms {
  /** The same for a rule that says the same: what is counted for it outlives a change of other rules. */
  readonly signature: string
  readonly limit: number
  readonly hardLimit: number
  readonly warnAbove: number
  readonly limitWritten: string
}

/** How the id of a soft limit ends, which is a rule of its own. */
export const SOFT = ' soft'

/** True if it is only the soft limit that is exceeded. */
export const isOfSoftLimit = ({ ruleId, budget, isOfMonitor }: Breach): boolean =>
  !budget && !isOfMonitor && ruleId.endsWith(SOFT)

/** A process over a limit: what was measured, against which rule. */
export interface Breach {
  /** The rule as written, and what it is known by. */
  readonly rule: string
  readonly ruleId: string
  readonly metric: Metric
  readonly cumulative: boolean
  readonly value: number
  /** The limit that counts: of the rule, or its hard limit, which does not wait. */
  readonly limit: number
  readonly isHard?: boolean
  /** The values that counted, as in '[99MB, 100MB*, 101MB*]', * for over; absent if the last alone decided. */
  readonly window?: string
  /** Why it is acted upon now, such as 'in 3 of the last 5 checks'. */
  readonly reason?: string
  /** Set if it leaks and is under its limit: what has grown. */
  readonly growth?: Growth
  /** A monitor of the operator's own asks for it, by `reason`; `rule` names it, and without a figure `limit` is Infinity. */
  readonly isOfMonitor?: true
  /** Requested by a person; `rule` is the command, and `limit` is Infinity. */
  readonly isByHand?: true
  /** Set if another process is over its limit, and this one is restarted with it. */
  readonly together?: string
  /** Set if a budget is broken: which budget, and which process is to give way and why, or why none is. */
  readonly budget?: {
    readonly id: string
    readonly whom: string
    readonly victim: string
    /** The value is what is free: less is worse. */
    readonly isFree?: boolean
  }
}

/** What a process is to memmon besides its name. */
export interface Exemptions {
  /** An event listener, as far as it could be recognised: -a leaves it out. */
  readonly isListener: (namespec: string) => boolean
  /** memmon itself: no rule holds for it. */
  readonly isSelf: (process: ProcessInfo) => boolean
  /** --ignore. */
  readonly ignored: readonly Selector[]
  /** The closest rule decides alone, for memory, threads and fds each. */
  readonly mostSpecific: boolean
}

const ORDER: Record<RuleScope, number> = { program: 0, group: 1, any: 2 }

/** Rules in the order in which they are named as a reason; the operator's order within one scope. */
export const inReasonOrder = <R extends { readonly scope: RuleScope }>(rules: readonly R[]): R[] =>
  [...rules].sort((a, b) => ORDER[a.scope] - ORDER[b.scope])

/** A rule as it holds where `capacityBytes` are there to be shared; undefined if that is not known but needed. */
export function resolveRule(spec: RuleSpec, capacityBytes: number | undefined): Rule | undefined {
  const limit = amountOf(spec.limit, capacityBytes)
  const hardLimit = amountOf(spec.hardLimit, capacityBytes)
  if (limit === undefined || hardLimit === undefined) return undefined
  const warnAbove = amountOf(spec.warn, Math.min(limit, hardLimit))
  const { limit: _, hardLimit: __, warn: ___, ...terms } = spec
  const rule = {
    ...terms,
    limit,
    hardLimit,
    warnAbove: warnAbove ?? Infinity,
    limitWritten: spec.limit.written,
  }
  return { ...rule, signature: JSON.stringify(rule) }
}

/** A limit in bytes, or as a count; Infinity for none; undefined for a share of nobody knows what. */
export function amountOf(limit: Limit | undefined, wholeAmount: number | undefined): number | undefined {
  if (!limit || limit.kind === 'none') return Infinity
  if (limit.kind === 'amount') return limit.amount
  return wholeAmount === undefined ? undefined : Math.floor((wholeAmount * limit.percent) / 100)
}

/** False for what no rule may ever restart. */
export const isExempt = (process: ProcessInfo, exempt: Exemptions): boolean =>
  exempt.isSelf(process) || exempt.ignored.some(selector => selects(selector, process.group, process.name))

/** The rules that hold for a process, in the given order. */
export function rulesFor(process: ProcessInfo, rules: readonly Rule[], exempt: Exemptions): Rule[] {
  if (isExempt(process, exempt)) return []
  const matching = rules.filter(
    rule =>
      selects(rule.selector, process.group, process.name) &&
      !(rule.scope === 'any' && exempt.isListener(process.namespec)),
  )
  if (!exempt.mostSpecific) return matching
  return matching.filter(rule => {
    const best = closest(matching.filter(other => kindOf(other) === kindOf(rule)))
    // One name may have several: a limit and a soft limit.
    return best !== undefined && rule.scope === best.scope && sameSelector(rule.selector, best.selector)
  })
}

const kindOf = ({ metric }: Rule): string => (metric === 'threads' || metric === 'fds' ? metric : 'memory')

/** The first of the rules that name the process most exactly. */
const closest = (rules: readonly Rule[]): Rule | undefined =>
  rules.reduce((best, rule) => (distance(rule) < distance(best) ? rule : best), rules[0] as Rule)

/** 0 for group:program, then program, then patterns, then the group, then any. */
function distance({ scope, selector }: Rule): number {
  if (scope === 'any') return 5
  const isPattern = /[*?]/.test(
    scope === 'group' ? (selector.group ?? '') : selector.name + (selector.group ?? ''),
  )
  if (scope === 'group') return isPattern ? 4 : 3
  if (isPattern) return 2
  return selector.group === undefined ? 1 : 0
}
