// What flags and memmon.conf have said so far.
import type { BudgetSpec } from '../rules/budgets.ts'
import type { Limit, RuleScope } from '../rules/rule.ts'
import { type Selector, sameSelector } from '../rules/selector.ts'
import type { Place } from './place.ts'
import type { RuleKeys } from './rule-keys.ts'
import type { GeneralDraft } from './settings.ts'

/** A rule as it was given: `-p web=200MB`, or a section. */
export interface RuleDraft {
  readonly scope: RuleScope
  readonly selector: Selector
  /** `-p web` or `[program:web]`. */
  readonly origin: string
  limit?: { readonly limit: Limit; readonly written: string }
  readonly keys: RuleKeys
  /** A flag gives its limit. */
  readonly isOverruled?: true
  /** Of its section, and of each of its keys; absent for a flag. */
  readonly place?: Place
  readonly places?: Map<string, Place>
}

export interface BudgetDraft {
  readonly kind: BudgetSpec['kind']
  readonly selector: Selector
  readonly limit: Limit
  readonly written: string
  readonly keys: RuleKeys
  readonly place?: Place
  readonly places?: Map<string, Place>
}

/** Everything that was given so far. */
export interface Draft {
  readonly general: GeneralDraft
  /** For all rules that do not say otherwise. */
  readonly defaults: RuleKeys
  /** Of the keys of [memmon]. */
  readonly places: Map<string, Place>
  rules: RuleDraft[]
  budgets: BudgetDraft[]
}

export const emptyDraft = (): Draft => ({
  general: {},
  defaults: {},
  places: new Map(),
  rules: [],
  budgets: [],
})

/** Adds a rule of a flag; the same name given twice: the last one wins, as in superlance. */
export function addRule(draft: Draft, rule: RuleDraft): void {
  draft.rules = draft.rules.filter(other => !isSame(other, rule))
  draft.rules.push(rule)
}

/** Adds a budget of a flag; the same one given twice: the last one wins. */
export function addBudget(draft: Draft, budget: BudgetDraft): void {
  draft.budgets = draft.budgets.filter(other => !isSame(other, budget))
  draft.budgets.push(budget)
}

/** True for two rules, or two budgets, of one name. */
export const isSame = (
  a: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
  b: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
): boolean => a.scope === b.scope && a.kind === b.kind && sameSelector(a.selector, b.selector)
