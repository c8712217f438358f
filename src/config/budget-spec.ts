// What the keys of a budget mean, with those that [memmon] sets for all.
import type { Action } from '../rules/action.ts'
import type { BudgetSpec } from '../rules/budgets.ts'
import { NO_PATIENCE } from '../rules/patience.ts'
import { planOf } from './action-spec.ts'
import { Contradiction } from './contradiction.ts'
import type { BudgetDraft } from './draft.ts'
import type { RuleKeys } from './rule-keys.ts'

/** Throws a Contradiction. */
export function budgetOf(
  { kind, selector, limit, written, keys: own }: BudgetDraft,
  keys: RuleKeys,
  dryRun: boolean,
): BudgetSpec {
  // Rules for single processes need not fit a budget: only what the section itself says is rejected.
  const action = keys.action?.kind === 'restart' || keys.action?.kind === 'alert' ? keys.action : undefined
  if (own.action && own.action !== action) {
    throw new Contradiction(
      'action',
      `${written}: a budget can restart or alert; action = ${own.action.kind} is for single processes`,
    )
  }
  const done: Action = action ?? { kind: 'restart' }
  return {
    id: kind === 'group' ? `budget ${kind} ${selector.group}` : `budget ${kind}`,
    kind,
    selector,
    limit,
    written,
    cumulative: keys.cumulative ?? false,
    patience: keys.patience ?? NO_PATIENCE,
    minUptimeSeconds: keys.minUptimeSeconds ?? 0,
    plan: planOf(keys),
    action: dryRun && done.kind === 'restart' ? { kind: 'would', what: 'restart' } : done,
  }
}
