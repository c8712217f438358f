// Which rows are shown, and in which order. Pure.
import { nearestNames } from '../base/nearest.ts'
import type { Assessment } from '../check/assess.ts'
import { globMatches, type Selector, selects } from '../rules/selector.ts'
import type { Row, Standing } from './rows.ts'

export const SORTS = ['share', 'size', 'name', 'uptime'] as const
export type Sort = (typeof SORTS)[number]

const RANK: Readonly<Record<Standing, number>> = { over: 0, blind: 1, warned: 2, fine: 2, none: 3, down: 4 }

const byName = (a: Row, b: Row): number =>
  a.kind === b.kind ? (a.name < b.name ? -1 : Number(a.name > b.name)) : a.kind === 'process' ? -1 : 1
const bySize = (a: Row, b: Row): number => b.sizeBytes - a.sizeBytes || byName(a, b)

const ORDERS: Readonly<Record<Sort, (a: Row, b: Row) => number>> = {
  // What has no limit comes behind what is far from one, the largest first.
  share: (a, b) =>
    RANK[a.standing] - RANK[b.standing] || compare(b.share ?? -1, a.share ?? -1) || bySize(a, b),
  size: bySize,
  name: byName,
  uptime: (a, b) => compare(rankedUptime(a), rankedUptime(b)) || byName(a, b),
}

/** The youngest first; what does not run has no uptime. */
const rankedUptime = ({ standing, uptimeSeconds }: Row): number =>
  standing === 'down' ? Number.POSITIVE_INFINITY : uptimeSeconds

/** Infinity less Infinity is not a number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b)

export const sorted = (rows: readonly Row[], sort: Sort): Row[] => [...rows].sort(ORDERS[sort])

/**
 * What the names select, of processes and groups; all without names. Budgets of a group that is not selected, and of
 * everything, are left out.
 */
export function selected({ processes, budgets }: Assessment, names: readonly Selector[]): Assessment {
  if (names.length === 0) return { processes, budgets }
  const isSelected = (group: string, name: string) =>
    names.some(
      selector =>
        selects(selector, group, name) || (selector.group === undefined && globMatches(selector.name, group)),
    )
  const own = processes.filter(({ process: { group, name } }) => isSelected(group, name))
  const groups = new Set(own.map(({ process }) => process.group))
  return {
    processes: own,
    budgets: budgets.filter(
      ({ budget }) => budget.kind === 'group' && groups.has(budget.selector.group ?? ''),
    ),
  }
}

/** The names of processes and groups that are nearest to one that nothing has. */
export const namesNear = (name: string, { processes }: Assessment): string[] =>
  nearestNames(name, [...new Set(processes.flatMap(({ process }) => [process.name, process.group]))], 3)
