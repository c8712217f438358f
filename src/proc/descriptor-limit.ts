// How many descriptors may be held from tick to tick: of the numbers that this process may use, the last ones stay free
// for all that is opened now and then (sockets, pipes of hooks, the outbox).
import { readFileSync } from 'node:fs'

const KEPT_FREE = 256

/**
 * Only descriptors below this number may be held. The kernel always gives out the lowest number that is free, so no
 * count of open files is needed. 0 where the limit is not known.
 */
export function heldBelow(procRoot = '/proc'): number {
  let limits: string
  try {
    limits = readFileSync(`${procRoot}/self/limits`, 'latin1')
  } catch {
    return 0
  }
  // The first of the two numbers is the soft limit. Node raises it to the hard one when it starts.
  const soft = /^Max open files +(\d+|unlimited) /m.exec(limits)?.[1]
  if (soft === undefined) return 0
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Math.max(0, Number(soft) - KEPT_FREE)
}
