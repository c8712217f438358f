// How long a process has to be over its limit before a rule acts.
import { formatDuration } from '../base/units.ts'

/** So many of the last checks, or so long without a break. `3` is 3 of 3. */
export type Patience =
  | { readonly kind: 'checks'; readonly over: number; readonly of: number }
  | { readonly kind: 'seconds'; readonly seconds: number }

/** How much of it has passed, the check that is judged included. */
export type Progress =
  | {
      readonly kind: 'checks'
      /** So many of those that count were over; `needed` are needed, of the last `of`, of which `made` were made. */
      readonly over: number
      readonly needed: number
      readonly made: number
      readonly of: number
    }
  | { readonly kind: 'seconds'; readonly seconds: number; readonly needed: number }

export const NO_PATIENCE: Patience = { kind: 'checks', over: 1, of: 1 }
/** What counts: whether it was over at each of the last checks, oldest first, and since when without a break. */
export interface Spell {
  readonly overs: readonly boolean[]
  readonly overSince: number | undefined
}

/** How far it has come; `at` by the clock of `overSince`. */
export function progressOf(patience: Patience, { overs, overSince }: Spell, at: number): Progress {
  if (patience.kind === 'seconds')
    return { kind: 'seconds', seconds: (at - (overSince ?? at)) / 1000, needed: patience.seconds }
  const over = overs.filter(Boolean).length
  return { kind: 'checks', over, needed: patience.over, made: overs.length, of: patience.of }
}

/** True when patience is at its end. */
export function isOut(patience: Patience, spell: Spell, at: number): boolean {
  const progress = progressOf(patience, spell, at)
  if (progress.kind === 'seconds') return progress.seconds >= progress.needed
  return progress.made === progress.of && progress.over >= progress.needed
}

/** 'for 3 checks in a row', as a reason; undefined if one check is enough. */
export function patienceText(patience: Patience): string | undefined {
  if (patience.kind === 'seconds') return `for ${formatDuration(patience.seconds)} and longer`
  if (patience.of === 1) return undefined
  if (patience.over === patience.of) return `in ${patience.of} checks in a row`
  return `in ${patience.over} of ${patience.of} checks`
}
