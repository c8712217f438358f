// The rules of the settings as they hold on this machine: shares become bytes.
import type { Settings } from '../config/settings.ts'
import type { Budget } from '../core/budgets.ts'
import { limitFaults } from '../core/contradictions.ts'
import { UsageError } from '../core/errors.ts'
import { amountOf, type Limit, resolveRule } from '../core/rules.ts'
import type { MonitorRules } from '../monitor/monitor.ts'
import { createCapacityReader } from '../sampling/capacity.ts'

/** True if a limit is a share of what there is. */
export const usesCapacity = ({ rules, budgets }: Settings): boolean =>
  [...rules.flatMap(({ limit, hardLimit }) => [limit, hardLimit]), ...budgets.map(({ limit }) => limit)].some(
    isShare,
  )

/** A rule of `unresolved`. */
export const disabledText = (written: string): string =>
  `${written} is disabled: total memory is unknown here; use a size instead of a share`

/** What cannot hold because nobody knows what it is a share of, is named in `unresolved`. */
export function resolveSettings(
  { rules, budgets, ignored, mostSpecific, verbose }: Settings,
  capacityBytes: number | undefined,
): MonitorRules & { readonly unresolved: readonly string[] } {
  const unresolved: string[] = []
  const resolved = rules.flatMap(spec => {
    const rule = resolveRule(spec, capacityBytes)
    if (!rule) unresolved.push(spec.written)
    return rule ?? []
  })
  const known = budgets.flatMap((spec): Budget[] => {
    const limitBytes = amountOf(spec.limit, capacityBytes)
    if (limitBytes === undefined) unresolved.push(spec.written)
    // min_free = none asks for nothing.
    if (limitBytes === undefined || limitBytes === Infinity) return []
    const { limit: _, ...terms } = spec
    return [{ ...terms, limitBytes }]
  })
  return { rules: resolved, budgets: known, ignored, mostSpecific, verbose, unresolved }
}

/** The same for the memory that this machine or container has. */
export function refuseHere(settings: Settings): void {
  const capacity = usesCapacity(settings) ? createCapacityReader().capacity() : undefined
  refuseFaults(settings, resolveSettings(settings, capacity?.bytes))
}

/** Throws a UsageError that names all limits which, in bytes, contradict each other or come to nothing. */
export function refuseFaults({ places }: Settings, { rules, budgets }: MonitorRules): void {
  const faults = limitFaults(rules, budgets)
  if (faults.length === 0) return
  const lines = faults.map(({ id, text }) => (places?.has(id) ? `${places.get(id)}: ${text}` : text))
  throw new UsageError(lines.join('\n'))
}

const isShare = (limit: Limit | undefined): boolean => limit?.kind === 'percent'
