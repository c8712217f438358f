// One rule over one process, as a check that was made now would find it.

import type { Hold, Past } from '../rules/past.ts'
import type { Progress } from '../rules/patience.ts'
import { ageSecondsOf, type ProcessInfo } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { judge, progressOf, type Verdict } from '../rules/windows.ts'

/** One rule over one process, now. */
export interface Finding {
  readonly rule: Rule
  readonly value: number
  readonly verdict: Verdict
  /** While it waits, if a running memmon has counted. */
  readonly progress?: Progress
  /** It would be restarted, but for this. */
  readonly hold?: Hold
}

/** True if the rule's limit is broken, whatever is done about it now. */
export const isOver = ({ verdict }: Finding): boolean => 'breach' in verdict

/** What would lead to something now in front, then what is over, each in the order of the rules. */
export const firstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => rankOf(a) - rankOf(b))

function rankOf(finding: Finding): number {
  if (!isOver(finding)) return 3
  if (finding.verdict.kind !== 'act') return 2
  return finding.rule.action.kind === 'restart' ? 0 : 1
}

/** True above the value of --warn. */
export const isWarned = ({ rule, value }: Finding): boolean => value > rule.warnAbove

/** One more check of a rule, by the clock of the memmon that has made those before; without one, by any. */
export function findingOf(
  rule: Rule,
  process: ProcessInfo,
  value: number,
  past: Past | undefined,
  nowMs: number,
): Finding {
  const at = past?.tick ?? nowMs
  const before = past?.windowOf(process, rule)
  const { verdict, window } = judge(rule, process, ageSecondsOf(process), value, at, before)
  if (!past) return { rule, value, verdict }
  if (verdict.kind === 'waiting' && window)
    return { rule, value, verdict, progress: progressOf(rule, window, at) }
  const isRestart = verdict.kind === 'act' && rule.action.kind === 'restart'
  const hold = isRestart ? past.holdOf({ process, breach: verdict.breach }) : undefined
  return { rule, value, verdict, ...(hold && { hold }) }
}
