// What was measured, and how far it is from which limit. Pure.
import { formatSize } from '../base/units.ts'
import { amountText, formatAmount } from '../rules/metric.ts'
import type { Breach } from '../rules/rule.ts'

/** '59.1MB RSS (62005248 bytes), over -p web=20MB by 39.1MB', and why it counts now. */
export function breachText(breach: Breach): string {
  const { rule, metric, cumulative, value, limit, budget, reason, window, together } = breach
  const why = [...(reason === undefined ? [] : [reason]), ...(window === undefined ? [] : [window])].join(' ')
  const tail = why ? `, ${why}` : ''
  const by = formatAmount(metric, Math.abs(value - limit))
  if (together !== undefined) return `${together} is over its limit, and its group is restarted together`
  if (!budget) {
    const side = value > limit ? 'over' : 'under'
    return `${amountText(metric, cumulative, value)}, ${side} ${rule} by ${by}${tail}`
  }
  const side = value < limit ? 'under' : 'over'
  const what = budget.isFree
    ? `${formatSize(value)} free`
    : `${budget.whom} use ${amountText(metric, cumulative, value)}`
  const used = `${what}, ${side} ${rule} by ${by}`
  return `${used}${tail}${budget.victim ? `; ${budget.victim}` : ''}`
}

/**
 * True if a value that was measured again does not break the limit, which may be another by now. With a budget of free
 * memory, less is worse.
 */
export const isWithin = (breach: Breach, value: number, limit: number): boolean =>
  breach.value < breach.limit ? value >= limit : value <= limit

/** 'it is down to 19.1MB, under -p web=20MB'; `limit` is the one that counts now. */
export function recoveredText(breach: Breach, value: number, limit: number): string {
  const { metric, rule, budget, value: before } = breach
  const amount = formatAmount(metric, value)
  if (limit !== breach.limit)
    return `it uses ${amount}, within its limit of ${formatAmount(metric, limit)} by now`
  if (!budget) return `it is down to ${amount}, under ${rule}`
  return before < limit
    ? `${amount} are free again, as ${rule} asks`
    : `${budget.whom} are down to ${amount}, under ${rule}`
}
