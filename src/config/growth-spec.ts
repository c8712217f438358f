// What the keys about growth come to.
import { GROWTH_LEAD_SECONDS, type GrowthTerms, INCREASE_THRESHOLD_BYTES } from '../rules/growth.ts'
import type { Limit } from '../rules/rule.ts'
import type { RuleKeys } from './rule-keys.ts'

/** Why nothing could be restarted before its limit: there is none, or it does not count what is seen to grow. */
export function growthFault(limit: Limit, hard: Limit, { metric = 'rss' }: RuleKeys): string | undefined {
  if (limit.kind === 'none' && hard.kind === 'none')
    return 'growth restart acts shortly before the limit is reached; add memory_limit'
  return metric === 'rss'
    ? undefined
    : `growth restart goes by RSS, and metric ${metric} counts something else; use growth alert`
}

export function growthOf(keys: RuleKeys, dryRun: boolean): GrowthTerms {
  const { growth = 'alert', growthWindow, increaseLimit, thresholdBytes } = keys
  return {
    kind: dryRun && growth === 'restart' ? 'would' : growth,
    leadSeconds: keys.growthLeadSeconds ?? GROWTH_LEAD_SECONDS,
    ...(growthWindow && { window: growthWindow }),
    ...(increaseLimit !== undefined && {
      increase: { limit: increaseLimit, thresholdBytes: thresholdBytes ?? INCREASE_THRESHOLD_BYTES },
    }),
  }
}
