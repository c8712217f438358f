// How the limits of one rule fit together: which of them contradict each other, and which have no effect.
import type { Limit, RuleSpec } from '../rules/rule.ts'
import { Contradiction } from './contradiction.ts'
import type { RuleKeys } from './rule-keys.ts'

/** A limit as given, in the operator's own words. */
export interface WrittenLimit {
  readonly limit: Limit
  readonly written: string
}

export const NO_LIMIT: Limit = { kind: 'none', written: 'none' }

/** Throws a Contradiction if hard_limit or warn does not fit the limit. */
export function refuseUnfit(
  { limit, written }: WrittenLimit,
  { hardLimit = NO_LIMIT, warn }: RuleKeys,
): void {
  if ((compared(hardLimit, limit) ?? 0) < 0)
    throw new Contradiction(
      'hard_limit',
      `${written}: hard_limit ${hardLimit.written} is below the limit; set it above the limit`,
    )
  if (warn && isNotBelow(warn, limit.kind === 'none' ? hardLimit : limit))
    throw new Contradiction(
      'warn',
      `${written}: warn ${warn.written} is not below the limit, so it would never warn`,
    )
}

/** Throws a Contradiction if the soft limit is not below the others. */
export function refuseUnfitSoft(
  { limit: soft, written }: WrittenLimit,
  others: readonly (Limit | undefined)[],
): void {
  for (const above of others) {
    if (above && (compared(soft, above) ?? -1) >= 0)
      throw new Contradiction(
        'soft_limit',
        `${written}: it is not below ${above.written}, so nothing would be drained`,
      )
  }
}

/** True if it warns about something. */
export const warns = ({ warn, limit, hardLimit }: RuleSpec): boolean =>
  warn !== undefined && !isIdleWarn(warn, limit, hardLimit)

/** Without a limit it has no effect; but a size has one beside `memory_limit = none`. */
export const isIdleWarn = (warn: Limit, limit: Limit | undefined, hard: Limit | undefined): boolean =>
  (hard ?? NO_LIMIT).kind === 'none' && (!limit || (limit.kind === 'none' && warn.kind === 'percent'))

/** A percentage of `warn` means one of the limit. */
const isNotBelow = (warn: Limit, limit: Limit): boolean =>
  warn.kind === 'percent' ? warn.percent >= 100 : (compared(warn, limit) ?? -1) >= 0

/** Negative if `a` is below `b`; undefined if that depends on the machine's memory. */
const compared = (a: Limit | undefined, b: Limit | undefined): number | undefined => {
  if (a?.kind === 'amount' && b?.kind === 'amount') return a.amount - b.amount
  if (a?.kind === 'percent' && b?.kind === 'percent') return a.percent - b.percent
  return undefined
}
