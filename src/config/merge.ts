// The Settings that come of what flags and memmon.conf have said.
import { UsageError } from '../base/errors.ts'
import { oneLine } from '../base/text.ts'
import { inReasonOrder } from '../rules/rule.ts'
import { budgetOf } from './budget-spec.ts'
import { Contradiction } from './contradiction.ts'
import { type Draft, isSame, type RuleDraft } from './draft.ts'
import { idleTexts } from './idle-keys.ts'
import { GENERAL_KEYS } from './key-table.ts'
import { warns } from './limit-faults.ts'
import type { OptionSpec } from './option.ts'
import { placeText } from './place.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { monitorOf, specsOf } from './specs.ts'

/** What flags and file say together; a flag that was `given` counts, and of the same rule in both the flag's limit. */
export function mergeFile(flags: Draft, file: Draft, given: ReadonlySet<OptionSpec>): Draft {
  const rules = file.rules.map(rule => {
    const { limit: _, ...rest } = rule
    return flags.rules.some(other => isSame(other, rule)) ? { ...rest, isOverruled: true as const } : rule
  })
  return {
    general: { ...file.general, ...flags.general },
    defaults: { ...file.defaults, ...flags.defaults },
    places: new Map([...file.places].filter(([key]) => !isOverruled(key, given))),
    rules: [...flags.rules, ...rules],
    budgets: [
      ...flags.budgets,
      ...file.budgets.filter(budget => !flags.budgets.some(other => isSame(other, budget))),
    ],
  }
}

/** True for a key of [memmon] whose flag was given, too. */
function isOverruled(key: string, given: ReadonlySet<OptionSpec>): boolean {
  const spec = GENERAL_KEYS.get(key)
  return spec !== undefined && given.has(spec)
}

/** The settings. Throws a UsageError that says which rules contradict themselves, how, and where that stands. */
export function settingsOf(draft: Draft, configPath?: string): Settings {
  const { defaults } = draft
  const general = { ...DEFAULT_SETTINGS, ...draft.general }
  const notes = [...general.notes, ...idleTexts(draft)]
  const wrong: string[] = []
  let hasPlaces = false
  const places = new Map([...draft.places].map(([key, place]) => [key, placeText(place)]))
  const made = <T extends { readonly id: string }>(of: Placed, make: () => readonly T[]): readonly T[] => {
    try {
      const all = make()
      if (of.place) for (const { id } of all) places.set(id, placeText(of.places?.get(keyOf(id)) ?? of.place))
      return all
    } catch (thrown) {
      if (!(thrown instanceof Contradiction)) throw thrown
      const place = of.places?.get(thrown.key) ?? draft.places.get(thrown.key) ?? of.place
      hasPlaces ||= place !== undefined
      wrong.push(oneLine(`${place ? `${placeText(place)}: ` : ''}${thrown.message}`))
      return []
    }
  }
  const rules = draft.rules.flatMap(rule =>
    made(rule, () => specsOf(rule, { ...defaults, ...rule.keys }, general.dryRun)),
  )
  const budgets = draft.budgets.flatMap(budget =>
    made(budget, () => [budgetOf(budget, { ...defaults, ...budget.keys }, general.dryRun)]),
  )
  if (defaults.warn && rules.length + budgets.length > 0 && !rules.some(warns)) {
    hasPlaces ||= draft.places.has('warn')
    wrong.push(
      `${placeOf(draft, 'warn')}warn ${defaults.warn.written}: no rule has a memory limit to warn of; add one, as in -a 200MB`,
    )
  }
  if (wrong.length > 0)
    throw new UsageError(wrong.join('\n'), { about: hasPlaces ? 'memmon.conf' : 'command line' })
  const monitors = [...new Set(general.monitorPaths)].map(path => monitorOf(path, defaults, general.dryRun))
  const path = configPath !== undefined && { configPath }
  return { ...general, notes, rules: inReasonOrder(rules), budgets, monitors, places, ...path }
}

function placeOf({ places }: Draft, key: string): string {
  const place = places.get(key)
  return place ? `${placeText(place)}: ` : '--'
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
