// All that is watched by: the rules as they hold on this machine, and whom they leave out.
import type { Budget } from './budgets.ts'
import type { MonitorSpec } from './monitor.ts'
import type { Exemptions, Rule } from './rule.ts'
import type { Selector } from './selector.ts'

export interface Ruleset {
  readonly rules: readonly Rule[]
  readonly budgets: readonly Budget[]
  readonly monitors: readonly MonitorSpec[]
  readonly ignored: readonly Selector[]
  readonly mostSpecific: boolean
  readonly verbose: boolean
}

/** True if a rule, a budget or a monitor counts processes with their descendants, or without. */
export const areCounted = ({ rules, budgets, monitors }: Ruleset, cumulative: boolean): boolean =>
  (monitors.length > 0 && !cumulative) ||
  rules.some(rule => rule.cumulative === cumulative) ||
  budgets.some(budget => budget.cumulative === cumulative)

/** Whom the rules leave out. */
export const exemptionsOf = (
  { ignored, mostSpecific }: Ruleset,
  isListener: Exemptions['isListener'],
  isSelf: Exemptions['isSelf'],
): Exemptions => ({ isListener, isSelf, ignored, mostSpecific })
