// What the keys of a rule mean: one spec for each limit that it sets, with those that [memmon] sets for all.

import type { Action } from '../rules/action.ts'
import type { MonitorSpec } from '../rules/monitor.ts'
import { NO_PATIENCE } from '../rules/patience.ts'
import type { RuleSpec } from '../rules/rule.ts'
import { formatSelector } from '../rules/selector.ts'
import { actionOf, drainOf, planOf } from './action-spec.ts'
import { Contradiction } from './contradiction.ts'
import type { RuleDraft } from './draft.ts'
import { growthFault, growthOf } from './growth-spec.ts'
import { isIdleWarn, NO_LIMIT, refuseUnfit, refuseUnfitSoft } from './limit-faults.ts'
import type { RuleKeys } from './rule-keys.ts'

/** One spec for each limit that the rule sets. Throws a Contradiction. */
export function specsOf(draft: RuleDraft, keys: RuleKeys, dryRun: boolean): RuleSpec[] {
  const terms = termsOf(draft, keys, dryRun)
  return [
    ...memorySpecs(draft, keys, terms, dryRun),
    ...softSpecs(draft, keys, terms, dryRun),
    ...countSpecs(draft, keys, terms),
  ]
}

/** A monitor of the operator's own, with what [memmon] sets for all rules. */
export const monitorOf = (path: string, keys: RuleKeys, isDryRun: boolean): MonitorSpec => ({
  id: `monitor ${path}`,
  path,
  plan: planOf(keys),
  drain: drainOf(keys),
  isDryRun,
})

/** What all specs of one rule share. */
type Terms = Omit<RuleSpec, 'id' | 'metric' | 'limit' | 'written'>

const termsOf = ({ scope, selector, origin }: RuleDraft, keys: RuleKeys, dryRun: boolean): Terms => ({
  scope,
  selector,
  cumulative: keys.cumulative ?? false,
  patience: keys.patience ?? NO_PATIENCE,
  minUptimeSeconds: keys.minUptimeSeconds ?? 0,
  action: actionOf(origin, keys, dryRun),
  plan: planOf(keys),
})

function idOf({ scope, selector }: RuleDraft, what: string): string {
  const name = scope === 'group' ? (selector.group ?? '') : formatSelector(selector)
  return `${scope} ${name} ${what}`
}

/** For the limit, the hard limit or growth: one for all of them. */
function memorySpecs(draft: RuleDraft, keys: RuleKeys, terms: Terms, dryRun: boolean): RuleSpec[] {
  const { origin, keys: own, isOverruled } = draft
  const hardLimit = keys.hardLimit ?? NO_LIMIT
  if (own.warn && !isOverruled && isIdleWarn(own.warn, draft.limit?.limit, hardLimit))
    throw new Contradiction(
      'warn',
      `${origin}: warn ${own.warn.written} has no limit beside it: add memory_limit`,
    )
  if (!draft.limit && hardLimit.kind === 'none' && !own.growth) return []
  const set = hardLimit.kind === 'none' ? `growth=${own.growth}` : `hard_limit=${hardLimit.written}`
  const { limit, written } = draft.limit ?? { limit: NO_LIMIT, written: `${origin} ${set}` }
  refuseUnfit({ limit, written }, keys)
  const blind = own.growth === 'restart' ? growthFault(limit, hardLimit, keys) : undefined
  if (blind !== undefined) throw new Contradiction('growth', `${written}: ${blind}`)
  const { metric = 'rss', warn } = keys
  const id = idOf(draft, draft.limit ? 'memory' : 'hard')
  const growth = growthOf(keys, dryRun)
  return [{ ...terms, id, metric, limit, hardLimit, ...(warn && { warn }), growth, written }]
}

/** A soft limit is a rule of its own, whose action is to drain. */
function softSpecs(draft: RuleDraft, keys: RuleKeys, terms: Terms, dryRun: boolean): RuleSpec[] {
  const { softLimit: limit, hardLimit, metric = 'rss' } = keys
  if (!limit || limit.kind === 'none') return []
  const written = writtenOf(draft, 'soft_limit', limit.written)
  refuseUnfitSoft({ limit, written }, [draft.limit?.limit, hardLimit])
  const action: Action = dryRun ? { kind: 'would', what: 'drain' } : drainOf(keys)
  return [{ ...terms, id: idOf(draft, 'soft'), action, metric, limit, written }]
}

/** For threads and descriptors. */
function countSpecs(draft: RuleDraft, keys: RuleKeys, terms: Terms): RuleSpec[] {
  const counts = [
    ['threads', keys.threadsLimit, 'threads_limit'],
    ['fds', keys.fdsLimit, 'fds_limit'],
  ] as const
  return counts.flatMap(([metric, limit, key]) => {
    if (!limit || limit.kind === 'none') return []
    const written = writtenOf(draft, key, limit.written)
    return [{ ...terms, id: idOf(draft, metric), cumulative: false, metric, limit, written }]
  })
}

/** In the words of its section or flag. */
const writtenOf = ({ origin }: RuleDraft, key: string, value: string): string =>
  origin.startsWith('[') ? `${origin} ${key}=${value}` : `${origin} --${key.replace('_', '-')} ${value}`
