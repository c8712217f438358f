// What needs a person's attention, worst first. Pure.
import { isDown } from '../check/outlook.ts'
import type { TopRow } from './model.ts'

const CONCERNS = [
  'over',
  'broken',
  'leak',
  'begun',
  'blind',
  'warned',
  'fine',
  'muted',
  'none',
  'down',
] as const
type Concern = (typeof CONCERNS)[number]

/** The smaller, the more urgent. */
export const rankOf = ({ row }: TopRow): number => CONCERNS.indexOf(concernOf(row))

function concernOf(row: TopRow['row']): Concern {
  if (row.kind === 'budget') return row.standing
  if (row.of.pending?.kind === 'muted') return 'muted'
  if (row.standing === 'over') return 'over'
  const { leak, pending } = row.of
  if (isDown(row.of)) return 'broken'
  if (leak) return 'leak'
  return pending ? 'begun' : row.standing
}

/** Until it reaches its limit; undefined without a forecast. */
export const secondsLeftOf = ({ row }: TopRow): number | undefined =>
  row.kind === 'process' ? row.of.leak?.leftSeconds : undefined

/** The slope of a leak. */
export const slopeOf = ({ history }: TopRow): number | undefined =>
  history?.verdict.kind === 'leak' ? history.verdict.slopeBytesPerHour : undefined
