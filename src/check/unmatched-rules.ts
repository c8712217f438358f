// Rules, and names to be ignored, that match no process: told once, and once when they match; a look by hand tells them each time.

import type { Log } from '../base/log.ts'
import { doubtful } from '../base/log-facts.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import { formatSelector, type Selector, selects } from '../rules/selector.ts'
import { describeUnmatched, type Named } from '../rules/unmatched.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { counts, type Watched, withRules } from './watched.ts'

type IsSelf = (process: ProcessInfo) => boolean
type Rules = Pick<Ruleset, 'rules' | 'budgets' | 'ignored'>

export class UnmatchedRules {
  readonly #log: Log
  /** Rules that were said to match nothing, as written. */
  #unmatched: ReadonlySet<string> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  tell(
    rules: Rules,
    processes: readonly ProcessInfo[],
    watched: readonly Pick<Watched, 'rules'>[],
    isSelf: IsSelf,
  ): void {
    const unmatched = new Set<string>()
    for (const { rule, isMatched } of matches(rules, processes, watched)) {
      const was = this.#unmatched?.has(rule.written)
      if (!isMatched && !unmatched.has(rule.written) && was !== true)
        this.#log('WARN', describeUnmatched(rule, processes, isSelf), doubtful)
      if (isMatched && was === true) this.#log('INFO', `${rule.written} matches a process now`)
      if (!isMatched) unmatched.add(rule.written)
    }
    this.#unmatched = unmatched
  }
}

/** Each rule of these that matches none of supervisord's processes, in one sentence. */
export function unmatchedTexts(
  ruleset: Ruleset,
  { processes, isListener }: Pick<ProcessTable, 'processes' | 'isListener'>,
  isSelf: IsSelf,
): string[] {
  const watched = withRules(processes, ruleset.rules, exemptionsOf(ruleset, isListener, isSelf))
  const texts = matches(ruleset, processes, watched).flatMap(({ rule, isMatched }) =>
    isMatched ? [] : describeUnmatched(rule, processes, isSelf),
  )
  return [...new Set(texts)]
}

/** A total and what is free are about all processes, so they always match. */
function matches(
  { rules, budgets, ignored }: Rules,
  processes: readonly ProcessInfo[],
  watched: readonly Pick<Watched, 'rules'>[],
): { readonly rule: Named; readonly isMatched: boolean }[] {
  const matched = new Set(watched.flatMap(({ rules: own }) => own.map(({ written }) => written)))
  return [
    ...rules.map(rule => ({ rule, isMatched: matched.has(rule.written) })),
    ...budgets
      .filter(({ kind }) => kind === 'group')
      .map(budget => ({
        rule: { ...budget, scope: 'group' as const },
        isMatched: processes.some(process => counts(budget, process)),
      })),
    ...ignored.map(selector => ({
      rule: {
        scope: 'program' as const,
        selector,
        written: exemptionText(selector),
        isExemption: true as const,
      },
      isMatched: processes.some(({ group, name }) => selects(selector, group, name)),
    })),
  ]
}

const exemptionText = (selector: Selector): string => `--ignore ${formatSelector(selector)}`
