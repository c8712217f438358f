// What flags and memmon.conf have said, side by side, and the Settings that come of it.
import type { BudgetSpec } from '../core/budgets.ts'
import { UsageError } from '../core/errors.ts'
import { inReasonOrder, type Limit, type RuleScope } from '../core/rules.ts'
import { type Selector, sameSelector } from '../core/selector.ts'
import { type Place, placeText } from './place.ts'
import type { RuleKeys } from './rule-keys.ts'
import { defaultSettings, type GeneralDraft, type Settings } from './settings.ts'
import { budgetOf, Contradiction, specsOf } from './specs.ts'

/** A rule as it was given: `-p web=200MB`, or a section. */
export interface RuleDraft {
  readonly scope: RuleScope
  readonly selector: Selector
  /** `-p web` or `[program:web]`. */
  readonly origin: string
  limit?: { readonly limit: Limit; readonly written: string }
  readonly keys: RuleKeys
  /** Of its section, and of each of its keys; absent for a flag. */
  readonly place?: Place
  readonly places?: Map<string, Place>
}

export interface BudgetDraft {
  readonly kind: BudgetSpec['kind']
  readonly selector: Selector
  readonly limit: Limit
  readonly written: string
  readonly keys: RuleKeys
  readonly place?: Place
  readonly places?: Map<string, Place>
}

/** Everything that was given so far. */
export interface Draft {
  readonly general: GeneralDraft
  /** For all rules that do not say otherwise. */
  readonly defaults: RuleKeys
  /** Of the keys of [memmon]. */
  readonly places: Map<string, Place>
  rules: RuleDraft[]
  budgets: BudgetDraft[]
}

export const emptyDraft = (): Draft => ({
  general: defaultSettings(),
  defaults: {},
  places: new Map(),
  rules: [],
  budgets: [],
})

/** Adds a rule of a flag; the same name given twice: the last one wins, as in superlance. */
export function addRule(draft: Draft, rule: RuleDraft): void {
  draft.rules = draft.rules.filter(other => !isSame(other, rule))
  draft.rules.push(rule)
}

/** Adds a budget of a flag; the same one given twice: the last one wins. */
export function addBudget(draft: Draft, budget: BudgetDraft): void {
  draft.budgets = draft.budgets.filter(other => !isSame(other, budget))
  draft.budgets.push(budget)
}

/** What flags and file say together: of the same rule in both, the flag's limit counts. */
export function mergeFile(flags: Draft, file: Draft): Draft {
  const rules = file.rules.map(rule => {
    const { limit: _, ...rest } = rule
    return flags.rules.some(other => isSame(other, rule)) ? rest : rule
  })
  return {
    general: flags.general,
    defaults: { ...file.defaults, ...flags.defaults },
    places: new Map([...file.places].filter(([key]) => !(fieldOf(key) in flags.defaults))),
    rules: [...flags.rules, ...rules],
    budgets: [
      ...flags.budgets,
      ...file.budgets.filter(budget => !flags.budgets.some(other => isSame(other, budget))),
    ],
  }
}

/** The field of RuleKeys that a key of memmon.conf sets. */
const fieldOf = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The settings. Throws a UsageError that says which rules contradict themselves, how, and where that stands. */
export function settingsOf(draft: Draft, configPath?: string): Settings {
  const { general, defaults } = draft
  const wrong: string[] = []
  const places = new Map([...draft.places].map(([key, place]) => [key, placeText(place)]))
  const made = <T extends { readonly id: string }>(of: Placed, make: () => readonly T[]): readonly T[] => {
    try {
      const all = make()
      if (of.place) for (const { id } of all) places.set(id, placeText(of.places?.get(keyOf(id)) ?? of.place))
      return all
    } catch (thrown) {
      if (!(thrown instanceof Contradiction)) throw thrown
      const place = of.places?.get(thrown.key) ?? draft.places.get(thrown.key) ?? of.place
      wrong.push(`${place ? `${placeText(place)}: ` : ''}${thrown.message}`)
      return []
    }
  }
  const rules = draft.rules.flatMap(rule =>
    made(rule, () => specsOf(rule, { ...defaults, ...rule.keys }, general.dryRun)),
  )
  const budgets = draft.budgets.flatMap(budget =>
    made(budget, () => [budgetOf(budget, { ...defaults, ...budget.keys }, general.dryRun)]),
  )
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
  const path = configPath !== undefined && { configPath }
  return { ...general, rules: inReasonOrder(rules), budgets, places, ...path }
}

type Placed = Pick<RuleDraft, 'place' | 'places'>

const KEYS: Readonly<Record<string, string>> = {
  memory: 'memory_limit',
  hard: 'hard_limit',
  soft: 'soft_limit',
  threads: 'threads_limit',
  fds: 'fds_limit',
}

/** The key that gives a spec of this id its limit. */
const keyOf = (id: string): string => KEYS[id.slice(id.lastIndexOf(' ') + 1)] ?? ''

const isSame = (
  a: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
  b: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
): boolean => a.scope === b.scope && a.kind === b.kind && sameSelector(a.selector, b.selector)
