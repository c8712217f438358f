// What was measured, and how far it is from which limit. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import { type Growth, sureText } from '../rules/growth.ts'
import { amountText, formatAmount, shortText } from '../rules/metric.ts'
import type { Breach } from '../rules/rule.ts'

/** '59.1MB RSS (62005248 bytes), over -p web=20MB by 39.1MB', and why it counts now. */
export function breachText(breach: Breach): string {
  const { rule, metric, cumulative, value, limit, budget, reason, window, together } = breach
  const why = [...(reason === undefined ? [] : [reason]), ...(window === undefined ? [] : [window])].join(' ')
  const tail = why ? `, ${why}` : ''
  if (breach.growth)
    return `${amountText(metric, cumulative, value)}, ${growthClause(breach.growth, limit)} (${rule})`
  const by = formatAmount(metric, Math.abs(value - limit))
  if (together !== undefined)
    return breach.isByHand
      ? `${together} is restarted by hand, and its group with it`
      : `${together} is over its limit, and its group is restarted together`
  if (breach.isOfMonitor) return monitorText(breach)
  if (breach.isByHand) return `asked for by hand (${rule}), ${shortText(metric, cumulative, value)}${tail}`
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

/** 'monitor cpu-time: it has used 31s of CPU time; 59.1MB RSS', and the limit that the monitor names. */
function monitorText({ rule, reason = '', metric, cumulative, value, limit }: Breach): string {
  const bound = Number.isFinite(limit) ? ` of ${formatAmount(metric, limit)} that it allows` : ''
  return `${rule}: ${reason}; ${shortText(metric, cumulative, value)}${bound}`
}

/**
 * True if a value that was measured again does not break the limit, which may be another by now. With a budget of free
 * memory, less is worse.
 */
export function isWithin(breach: Breach, value: number, limit: number): boolean {
  if (breach.growth) return value <= breach.growth.isOverBelowBytes
  return breach.value < breach.limit ? value >= limit : value <= limit
}

/** 'it is down to 19.1MB, under -p web=20MB'; `limit` is the one that counts now. */
export function recoveredText(breach: Breach, value: number, limit: number): string {
  const { metric, rule, budget, value: before } = breach
  const amount = formatAmount(metric, value)
  if (breach.growth) return `it is down to ${amount}: it no longer leaks`
  if (limit !== breach.limit)
    return `it uses ${amount}, within its limit of ${formatAmount(metric, limit)} by now`
  if (breach.isOfMonitor) return `it is down to ${amount}, which ${rule} allows`
  if (!budget) return `it is down to ${amount}, under ${rule}`
  return before < limit
    ? `${amount} are free again, as ${rule} asks`
    : `${budget.whom} are down to ${amount}, under ${rule}`
}

/** 'growing by 12MB an hour for 6h (sure): it reaches its limit of 500MB in 3h'. */
export function growthClause(growth: Growth, limit: number): string {
  const { slopeBytesPerHour, forSeconds, secondsToLimit, sureness = 0, increases } = growth
  const how =
    increases === undefined
      ? `growing by ${formatSize(slopeBytesPerHour ?? 0)} an hour for ${formatDuration(forSeconds)} (${sureText(sureness)})`
      : `${increases} new maxima in ${formatDuration(forSeconds)}`
  if (!Number.isFinite(limit)) return how
  return secondsToLimit === undefined
    ? `${how}, with a limit of ${formatSize(limit)}`
    : `${how}: it reaches its limit of ${formatSize(limit)} in ${formatDuration(secondsToLimit)}`
}
