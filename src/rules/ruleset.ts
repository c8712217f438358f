// All that is watched by: the rules as they hold on this machine, and whom they leave out.
import type { Budget } from './budgets.ts'
import type { Exemptions, Rule } from './rule.ts'
import type { Selector } from './selector.ts'

export interface Ruleset {
  readonly rules: readonly Rule[]
  readonly budgets: readonly Budget[]
  readonly ignored: readonly Selector[]
  readonly mostSpecific: boolean
  readonly verbose: boolean
}

/** True if a rule or a budget counts processes with their descendants, or without. */
export const areCounted = ({ rules, budgets }: Ruleset, cumulative: boolean): boolean =>
  rules.some(rule => rule.cumulative === cumulative) ||
  budgets.some(budget => budget.cumulative === cumulative)

/** Whom the rules leave out. */
export const exemptionsOf = (
  { ignored, mostSpecific }: Ruleset,
  isListener: Exemptions['isListener'],
  isSelf: Exemptions['isSelf'],
): Exemptions => ({ isListener, isSelf, ignored, mostSpecific })
