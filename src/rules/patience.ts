// How long a process has to be over its limit before a rule acts.
import { formatDuration } from '../base/units.ts'

/** So many of the last checks, or so long without a break. `3` is 3 of 3. */
export type Patience =
  | { readonly kind: 'checks'; readonly over: number; readonly of: number }
  | { readonly kind: 'seconds'; readonly seconds: number }

export const NO_PATIENCE: Patience = { kind: 'checks', over: 1, of: 1 }
/** What counts: whether it was over at each of the last checks, oldest first, and since when without a break. */
export interface Spell {
  readonly overs: readonly boolean[]
  readonly overSince: number | undefined
}

/** True when patience is at its end; `at` by the clock of `overSince`. */
export function isOut(patience: Patience, { overs, overSince }: Spell, at: number): boolean {
  if (patience.kind === 'seconds') return at - (overSince ?? at) >= patience.seconds * 1000
  return overs.length === patience.of && overs.filter(Boolean).length >= patience.over
}

/** 'for 3 checks in a row', as a reason; undefined if one check is enough. */
export function patienceText(patience: Patience): string | undefined {
  if (patience.kind === 'seconds') return `for ${formatDuration(patience.seconds)} and longer`
  if (patience.of === 1) return undefined
  if (patience.over === patience.of) return `in ${patience.of} checks in a row`
  return `in ${patience.over} of ${patience.of} checks`
}
