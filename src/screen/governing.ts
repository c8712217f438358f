// Of all rules over one process the one that is shown: its limit, and how near to it the process is.

import type { Assessed } from '../check/assess.ts'
import { type Finding, isOver, isWarned } from '../check/finding.ts'
import { isMemory } from '../rules/metric.ts'

/** The rule that decides: the first broken one, else one that warns, else that whose limit is nearest, memory first. */
export const governing = ({ findings }: Pick<Assessed, 'findings'>): Finding | undefined =>
  findings.find(isOver) ??
  [...findings]
    .sort(
      (a, b) =>
        Number(isWarned(b)) - Number(isWarned(a)) ||
        Number(isMemory(b.rule.metric)) - Number(isMemory(a.rule.metric)) ||
        (shareOf(b) ?? 0) - (shareOf(a) ?? 0),
    )
    .find(({ rule }) => Number.isFinite(rule.limit)) ??
  findings[0]

/** The limit that counts, in bytes or as a count; undefined if the rule has none. */
export function limitOf({ rule, verdict }: Pick<Finding, 'rule' | 'verdict'>): number | undefined {
  const limit = 'breach' in verdict ? verdict.breach.limit : Math.min(rule.limit, rule.hardLimit)
  return Number.isFinite(limit) ? limit : undefined
}

export function shareOf(finding: Finding): number | undefined {
  const limit = limitOf(finding)
  return limit === undefined ? undefined : finding.value / limit
}
