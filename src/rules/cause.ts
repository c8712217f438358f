// What an outcome is about, in one of a few words that stay: in the document of webhooks, in the log for machines, and as the label
// of counted restarts. Pure.
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

/** One that goes with its group is about that, whatever the others are about. */
export function causeOf({ together, isOfMonitor, isByHand, budget, growth, metric, isHard }: Breach): Cause {
  if (together !== undefined) return 'group'
  if (isOfMonitor) return 'monitor'
  if (isByHand) return 'by_hand'
  if (budget) return 'budget'
  if (growth) return 'leak'
  if (isHard) return 'hard_limit'
  return metric === 'threads' || metric === 'fds' ? metric : 'limit'
}
