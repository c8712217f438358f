// A process that is looked at, with the rules that hold for it, and below which size nothing can be wrong with it.
import type { Budget } from '../rules/budgets.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { type Exemptions, isExempt, type Rule, rulesFor } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { selects } from '../rules/selector.ts'

export interface Watched {
  readonly process: ProcessInfo
  readonly rules: readonly Rule[]
  /** RSS up to which none of its rules needs a closer look; the second for rules that count descendants. */
  readonly quietBytes: number
  readonly quietTreeBytes: number
  /** Swap may bring it over a limit, too. */
  readonly countsSwap: boolean
}

/** RSS is a counter that lags: PSS has been seen a fifth above it. A size that far off its limit is looked at closely. */
const LAG_SHARE = 1.25
const LAG_BYTES = 16 * 1024 * 1024

/** Each process with its rules, if there are any. */
export const withRules = (
  processes: readonly ProcessInfo[],
  rules: readonly Rule[],
  exempt: Exemptions,
): Watched[] => processes.map(process => watch(process, rulesFor(process, rules, exempt)))

/** What is to be looked at of all processes. */
export const watchedOf = (
  processes: readonly ProcessInfo[],
  { rules, budgets, monitors }: Pick<Ruleset, 'rules' | 'budgets' | 'monitors'>,
  exempt: Exemptions,
): Watched[] =>
  withRules(processes, rules, exempt).filter(
    ({ process, rules: own }) =>
      own.length > 0 ||
      budgets.some(budget => counts(budget, process)) ||
      (monitors.length > 0 && !isExempt(process, exempt) && !exempt.isListener(process.namespec)),
  )

/** True if what the process uses counts in the budget; all do in one that is not of a group. */
export const counts = ({ selector }: Budget, process: ProcessInfo): boolean =>
  selects(selector, process.group, process.name)

/** True if a rule cannot be broken, nor its warning be due, by a process of this RSS: its own metric need not be read. */
export const isFarFrom = (rule: Rule, rssBytes: number, swapUsedBytes: number): boolean =>
  rssBytes + (isSwap(rule) ? swapUsedBytes : 0) <= quietBytesOf(rule)

/** The lowest of the limits of processes without rules of their own is Infinity. */
function watch(process: ProcessInfo, rules: readonly Rule[]): Watched {
  const lowest = (cumulative: boolean) =>
    Math.min(Infinity, ...rules.filter(rule => rule.cumulative === cumulative).map(quietBytesOf))
  return {
    process,
    rules,
    quietBytes: lowest(false),
    quietTreeBytes: lowest(true),
    countsSwap: rules.some(isSwap),
  }
}

const isSwap = ({ metric }: Rule): boolean => metric === 'rss+swap' || metric === 'pss+swap'

function quietBytesOf({ metric, patience, limit, hardLimit, warnAbove }: Rule): number {
  if (metric === 'threads' || metric === 'fds') return -1
  // Where good checks count as well, each one is judged.
  if (patience.kind === 'checks' && patience.over < patience.of) return -1
  const lowest = Math.min(limit, hardLimit, warnAbove)
  return metric === 'rss' || metric === 'rss+swap' ? lowest : (lowest - LAG_BYTES) / LAG_SHARE
}
