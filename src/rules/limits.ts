// The values of a rule's keys as operators write them: limits, patience and counts.

import { parseSize, parseSomeTime, SIZE_FORM } from '../base/units.ts'
import type { Patience } from './patience.ts'
import type { Limit } from './rule.ts'

/** The forms of a limit, for help and errors. */
export const LIMIT_FORM = `a size (${SIZE_FORM}), a share as in 25%, or none`
export const PATIENCE_FORM = '3 for three checks in a row, 3/5 for three of the last five, or a time as in 5m'

/** More checks than this are no patience but blindness; they bound what is remembered. */
const MOST_CHECKS = 100
const PERCENT = /^(\d{1,3}(?:\.\d+)?)%$/

/** Parses 200MB, 25% or none. Throws an Error that says what would be right. */
export function parseLimit(text: string): Limit {
  if (/^none$/i.test(text)) return { kind: 'none', written: text }
  if (/^(\+?inf(inity)?|unlimited|off|no)$/i.test(text))
    throw new Error(`"${text}" is not a limit: use none for no limit`)
  const percent = Number(PERCENT.exec(text)?.[1])
  if (text.endsWith('%')) {
    if (!(percent > 0 && percent <= 100)) throw new Error(`"${text}" is not a share: use 1% to 100%`)
    return { kind: 'percent', percent, written: text }
  }
  return { kind: 'amount', amount: parseSize(text), written: text }
}

/** Parses a count of threads or open files. Throws an Error that says what would be right. */
export function parseCountLimit(text: string): Limit {
  if (/^none$/i.test(text)) return { kind: 'none', written: text }
  const amount = Number(text)
  if (!/^\d{1,9}$/.test(text) || amount < 1)
    throw new Error(`"${text}" is not a count: use digits, as in 100, or none`)
  return { kind: 'amount', amount, written: text }
}

/** Parses 3, 3/5 or 5m. Throws an Error that says what would be right. */
export function parsePatience(text: string): Patience {
  const [, over, of = over] = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(text) ?? []
  if (over === undefined || of === undefined) {
    if (!/^\d.*[smhd]$/i.test(text)) throw new Error(`"${text}" is not a valid --for: use ${PATIENCE_FORM}`)
    return { kind: 'seconds', seconds: parseSomeTime(text) }
  }
  const patience = { kind: 'checks', over: Number(over), of: Number(of) } as const
  if (patience.over < 1 || patience.over > patience.of || patience.of > MOST_CHECKS) {
    throw new Error(`"${text}" cannot be met: give ${PATIENCE_FORM}; ${MOST_CHECKS} checks at most`)
  }
  return patience
}

/** Parses the value of a switch in a file. Throws an Error that says what would be right. */
export function parseSwitch(text: string): boolean {
  if (/^(true|yes|on|1)$/i.test(text)) return true
  if (/^(false|no|off|0)$/i.test(text)) return false
  throw new Error(`"${text}" is neither true nor false`)
}
