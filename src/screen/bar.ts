// How much of its limit something uses, as a bar and as a percentage. Neither says 100 % of what is under its limit,
// nor of what is over it.

/** Cells up to the limit, and past it. */
export interface BarSize {
  readonly under: number
  readonly over: number
}

export const LONG_BAR: BarSize = { under: 10, over: 4 }
export const SHORT_BAR: BarSize = { under: 5, over: 2 }
/** What each > past the limit stands for, begun or whole: half a limit; the last one for all the rest. */
const OVER_STEP = 0.5
const MOST_PERCENT = 9999

/** '[#########.|    ]', '[##########|>>  ]': the | is the limit. */
export function barText(share: number, { under, over }: BarSize): string {
  const full = Math.min(under, Math.floor(share * under))
  const past = share > 1 ? Math.min(over, Math.ceil((share - 1) / OVER_STEP)) : 0
  return `[${'#'.repeat(full)}${'.'.repeat(under - full)}|${'>'.repeat(past)}${' '.repeat(over - past)}]`
}

/** '[####......]': how much of a whole, which is no limit. */
export function shareBar(share: number, cells: number): string {
  const full = Math.min(cells, Math.round(share * cells))
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}]`
}

/** Rounded away from 100 %. */
export function percentText(share: number): string {
  const percent = share > 1 ? Math.ceil(share * 100) : Math.floor(share * 100)
  return percent > MOST_PERCENT ? `>${MOST_PERCENT}%` : `${percent}%`
}
