// The rules an operator gives, and the verdict over one process: pure, from figures to at most one breach.
import type { ProcessInfo } from './process.ts'
import { type Selector, selects } from './selector.ts'

/** program, group, any: also the order in which a broken rule is named as the reason. */
export type RuleScope = 'program' | 'group' | 'any'

export interface Rule {
  readonly scope: RuleScope
  readonly selector: Selector
  readonly limitBytes: number
  /** The limit as the operator wrote it. */
  readonly limitWritten: string
  /** The whole rule as the operator wrote it, such as `-p web=200MB`. */
  readonly written: string
}

/** A process over a limit: what was measured, against which rule. */
export interface Breach {
  readonly rule: Rule
  /** True if the size is that of the process and all its descendants (-c). */
  readonly cumulative: boolean
  readonly sizeBytes: number
}

/** What a process is to memmon besides its name. */
export interface Exemptions {
  /** An event listener, as far as it could be recognised: -a leaves it out. */
  readonly isListener: (namespec: string) => boolean
  /** memmon itself: no rule holds for it. */
  readonly isSelf: (process: ProcessInfo) => boolean
  /** --ignore. */
  readonly ignored: readonly Selector[]
}

const ORDER: Record<RuleScope, number> = { program: 0, group: 1, any: 2 }

/** Rules in the order in which they are named as a reason; the operator's order within one scope. */
export const inReasonOrder = (rules: readonly Rule[]): Rule[] =>
  [...rules].sort((a, b) => ORDER[a.scope] - ORDER[b.scope])

/** The rules that hold for a process, in the given order. */
export function rulesFor(process: ProcessInfo, rules: readonly Rule[], exempt: Exemptions): Rule[] {
  if (exempt.isSelf(process)) return []
  if (exempt.ignored.some(selector => selects(selector, process.group, process.name))) return []
  return rules.filter(
    rule =>
      selects(rule.selector, process.group, process.name) &&
      !(rule.scope === 'any' && exempt.isListener(process.namespec)),
  )
}

/** The first of the rules that the size breaks: strictly more than the limit, as superlance compares. */
export function evaluate(sizeBytes: number, rules: readonly Rule[], cumulative: boolean): Breach | undefined {
  const rule = rules.find(({ limitBytes }) => sizeBytes > limitBytes)
  return rule && { rule, cumulative, sizeBytes }
}
