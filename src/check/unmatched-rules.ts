// Rules that match no process: told once, and once when they match.

import type { Log } from '../base/log.ts'
import type { Budget } from '../rules/budgets.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { describeUnmatched } from '../rules/unmatched.ts'
import { counts, type Watched } from './watched.ts'

export class UnmatchedRules {
  readonly #log: Log
  /** Rules that were said to match nothing, as written. */
  #unmatched: ReadonlySet<string> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  tell(
    { rules, budgets }: { readonly rules: readonly Rule[]; readonly budgets: readonly Budget[] },
    processes: readonly ProcessInfo[],
    watched: readonly Watched[],
    isSelf: (process: ProcessInfo) => boolean,
  ): void {
    const others = processes.filter(process => !isSelf(process))
    const matched = new Set(watched.flatMap(({ rules: own }) => own.map(({ written }) => written)))
    const all = [
      ...rules.map(rule => ({ rule, isMatched: matched.has(rule.written) })),
      ...budgets
        .filter(({ kind }) => kind === 'group')
        .map(budget => ({
          rule: { ...budget, scope: 'group' as const },
          isMatched: processes.some(process => counts(budget, process)),
        })),
    ]
    const unmatched = new Set<string>()
    for (const { rule, isMatched } of all) {
      const was = this.#unmatched?.has(rule.written)
      if (!isMatched && !unmatched.has(rule.written) && was !== true)
        this.#log('WARN', describeUnmatched(rule, others))
      if (isMatched && was === true) this.#log('INFO', `${rule.written} matches a process now`)
      if (!isMatched) unmatched.add(rule.written)
    }
    this.#unmatched = unmatched
  }
}
