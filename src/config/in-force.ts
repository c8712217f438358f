// The settings as they hold with the memory that this machine or container has: shares become bytes.
import { UsageError } from '../base/errors.ts'
import type { Budget } from '../rules/budgets.ts'
import { limitFaults } from '../rules/contradictions.ts'
import { amountOf, type Limit, resolveRule } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Settings } from './settings.ts'

/** What there is of memory, and what says so. */
export interface Capacity {
  readonly bytes: number
  readonly source: string
  /** The control group whose limit, if any, is not visible here. */
  readonly hiddenGroup?: string
}

export interface InForce {
  readonly settings: Settings
  /** `unresolved` names what cannot hold because nobody knows what it is a share of. */
  readonly ruleset: Ruleset & { readonly unresolved: readonly string[] }
  /** True if a limit is a share of what there is. */
  readonly usesCapacity: boolean
  /** undefined if no limit is a share of it, or if it is not known. */
  readonly capacity: Capacity | undefined
  /** What there is in all, if a limit has to be below it or is a share of it; undefined if it is not known. */
  readonly totalBytes: number | undefined
}

/** What the settings come to; the capacity is read only if a limit depends on it. */
export function inForce(settings: Settings, readCapacity: () => Capacity | undefined): InForce {
  const usesCapacity = hasShare(settings)
  const known = needsCapacity(settings) ? readCapacity() : undefined
  const capacity = usesCapacity ? known : undefined
  const ruleset = resolveSettings(settings, known?.bytes)
  return { settings, usesCapacity, capacity, totalBytes: known?.bytes, ruleset }
}

/** Throws a UsageError that names all limits which, in bytes, contradict each other, come to nothing or to too much. */
export function refuseFaults({ settings: { places }, totalBytes, ruleset }: InForce): void {
  const faults = limitFaults(ruleset.rules, ruleset.budgets, totalBytes)
  if (faults.length === 0) return
  const lines = faults.map(({ id, text }) => (places?.has(id) ? `${places.get(id)}: ${text}` : text))
  throw new UsageError(lines.join('\n'))
}

/** True if the memory of this machine or container tells what the limits are, or whether they can be met. */
const needsCapacity = (settings: Settings): boolean =>
  hasShare(settings) || settings.budgets.some(({ kind }) => kind === 'free')

const hasShare = ({ rules, budgets }: Settings): boolean =>
  [...rules.flatMap(({ limit, hardLimit }) => [limit, hardLimit]), ...budgets.map(({ limit }) => limit)].some(
    isShare,
  )

export function resolveSettings(
  { rules, budgets, monitors, ignored, mostSpecific, verbose }: Settings,
  capacityBytes: number | undefined,
): InForce['ruleset'] {
  const unresolved: string[] = []
  const known = rules.flatMap(spec => {
    const rule = resolveRule(spec, capacityBytes)
    if (!rule) unresolved.push(spec.written)
    return rule ?? []
  })
  const knownBudgets = budgets.flatMap((spec): Budget[] => {
    const limitBytes = amountOf(spec.limit, capacityBytes)
    if (limitBytes === undefined) unresolved.push(spec.written)
    // min_free = none asks for nothing.
    if (limitBytes === undefined || limitBytes === Infinity) return []
    const { limit: _, ...terms } = spec
    return [{ ...terms, limitBytes }]
  })
  return { rules: known, budgets: knownBudgets, monitors, ignored, mostSpecific, verbose, unresolved }
}

const isShare = (limit: Limit | undefined): boolean => limit?.kind === 'percent'
