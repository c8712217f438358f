// Limits that contradict each other, or come to nothing, once shares are bytes: what the settings alone cannot tell.

import { formatSize } from '../base/units.ts'
import type { Budget } from './budgets.ts'
import { isMemory } from './metric.ts'
import { type Rule, SOFT } from './rule.ts'

export interface LimitFault {
  /** Of the rule or budget. */
  readonly id: string
  readonly text: string
}

/**
 * What is wrong with rules and budgets as they hold on this machine, and what would be right. `totalBytes` is its memory,
 * or the container's, if it is known.
 */
export const limitFaults = (
  rules: readonly Rule[],
  budgets: readonly Budget[],
  totalBytes = Infinity,
): LimitFault[] => [
  ...rules.flatMap(rule =>
    [ruleFault(rule), softFault(rule, rules)].flatMap(text =>
      text === undefined ? [] : [{ id: rule.id, text: `${rule.written}: ${text}` }],
    ),
  ),
  ...budgets.flatMap(budget => {
    const text = budgetFault(budget, totalBytes)
    return text === undefined ? [] : [{ id: budget.id, text: `${budget.written}: ${text}` }]
  }),
]

const NOTHING = 'this share comes to 0 bytes here; give a larger one, or a size'

/** What is never free would be asked for with one restart after the other. */
function budgetFault({ kind, limitBytes }: Budget, totalBytes: number): string | undefined {
  if (limitBytes < 1) return NOTHING
  if (kind !== 'free' || limitBytes < totalBytes) return undefined
  return `it is ${formatSize(limitBytes)} here, and there are ${formatSize(totalBytes)} in all, which are never all free; give less`
}

function ruleFault({ metric, limit, hardLimit, warnAbove }: Rule): string | undefined {
  if (!isMemory(metric)) return undefined
  if (limit < 1 || hardLimit < 1) return NOTHING
  if (hardLimit < limit && Number.isFinite(limit))
    return `hard_limit is ${formatSize(hardLimit)} here, below the limit of ${formatSize(limit)}; set it above the limit`
  if (warnAbove < 1) return `warn comes to 0 bytes here; give a larger share, or a size`
  if (warnAbove >= Math.min(limit, hardLimit) && Number.isFinite(warnAbove))
    return `warn is ${formatSize(warnAbove)} here, which is not below the limit, so it would never warn`
  return undefined
}

/** A soft limit is a rule of its own, beside that of the limit. */
function softFault(soft: Rule, rules: readonly Rule[]): string | undefined {
  if (!soft.id.endsWith(SOFT)) return undefined
  const name = soft.id.slice(0, -SOFT.length)
  const above = rules.find(({ id }) => id === `${name} memory` || id === `${name} hard`)
  const lowest = Math.min(above?.limit ?? Infinity, above?.hardLimit ?? Infinity)
  if (soft.limit < lowest || lowest === Infinity) return undefined
  return `it is ${formatSize(soft.limit)} here, which is not below ${formatSize(lowest)}, so nothing would be drained`
}
