// What an outcome is about, as one of a few stable words: in the document of webhooks, in the JSON log, and as the label of counted
// restarts. Pure.
import type { Breach } from './rule.ts'

export const CAUSES = [
  'limit',
  'hard_limit',
  'threads',
  'fds',
  'leak',
  'budget',
  'monitor',
  'by_hand',
  'group',
] as const
export type Cause = (typeof CAUSES)[number]

/** A process that restarts with its group is about the group, whatever caused the first restart. */
export function causeOf({ together, isOfMonitor, isByHand, budget, growth, metric, isHard }: Breach): Cause {
  if (together !== undefined) return 'group'
  if (isOfMonitor) return 'monitor'
  if (isByHand) return 'by_hand'
  if (budget) return 'budget'
  if (growth) return 'leak'
  if (isHard) return 'hard_limit'
  return metric === 'threads' || metric === 'fds' ? metric : 'limit'
}
