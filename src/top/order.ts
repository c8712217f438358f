// The order of the rows of `memmon top`, and which it shows. Pure.
import { globMatches } from '../rules/selector.ts'
import { rankOf, secondsLeftOf, slopeOf } from './concern.ts'
import type { TopModel, TopRow } from './model.ts'

export const SORTS = ['urgency', 'size', 'share', 'growth', 'name', 'uptime'] as const
export type Sort = (typeof SORTS)[number]

export interface Choice {
  readonly sort: Sort
  readonly isReversed: boolean
  /** '' for all. */
  readonly filter: string
}

type Order = (a: TopRow, b: TopRow) => number

/** Infinity minus Infinity is not a number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b)

/** Largest first; those without such a figure last. */
const byMost =
  (figure: (one: TopRow) => number | undefined): Order =>
  (a, b) =>
    compare(figure(b) ?? -1, figure(a) ?? -1)

/** Smallest first; those without such a figure last. */
const byLeast =
  (figure: (one: TopRow) => number | undefined): Order =>
  (a, b) =>
    compare(figure(a) ?? Number.POSITIVE_INFINITY, figure(b) ?? Number.POSITIVE_INFINITY)

const byName: Order = (a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))
const bySize = byMost(({ row }) => row.sizeBytes)
const byShare = byMost(({ row }) => row.share)
const byRank = byLeast(rankOf)
const byTimeLeft = byLeast(secondsLeftOf)

const ORDERS: Readonly<Record<Sort, Order>> = {
  urgency: (a, b) => byRank(a, b) || byTimeLeft(a, b) || byShare(a, b) || bySize(a, b),
  size: bySize,
  share: byShare,
  growth: byMost(slopeOf),
  name: byName,
  // Youngest first: those restarted just now.
  uptime: byLeast(({ row }) => (row.standing === 'down' ? undefined : row.uptimeSeconds)),
}

/** The rows to show, in order; ties by name. */
export function chosen(model: TopModel | undefined, { sort, isReversed, filter }: Choice): readonly TopRow[] {
  const order = ORDERS[sort]
  const way = isReversed ? -1 : 1
  return (model?.rows ?? [])
    .filter(one => namesOf(one).some(name => isMeant(filter, name)))
    .sort((a, b) => way * order(a, b) || byName(a, b))
}

const namesOf = ({ key, row }: TopRow): readonly string[] =>
  row.kind === 'process' ? [row.name, key] : [row.name]

/** It contains the text, or the pattern matches part of it; case is ignored. */
const isMeant = (filter: string, name: string): boolean =>
  filter === '' || globMatches(`*${filter.toLowerCase()}*`, name.toLowerCase())
