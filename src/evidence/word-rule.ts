// A rule that puts facts of a process into a sentence, and how it writes its figures. Pure.
import { oneLine } from '../base/text.ts'
import { formatSize } from '../base/units.ts'
import type { Facts } from './facts.ts'

/** What is known besides the facts. */
export interface WordsContext {
  /** The same process at an earlier moment: what has grown since. */
  readonly previous?: Facts | undefined
  /** How many other processes its group has. */
  readonly siblingCount?: number
}

/** What a rule has found: so much of a whole, and the sentence that says it. */
export interface Finding {
  readonly amount: number
  readonly whole: number
  readonly text: string
}

/** What a finding must reach to be worth a sentence: both. */
export interface Least {
  readonly unit: 'bytes' | 'count'
  readonly amount: number
  /** Of the whole. */
  readonly share: number
}

export interface WordRule {
  readonly id: string
  /** Of the rules of one topic only the most telling one speaks: they say the same in other words. */
  readonly topic: string
  /** 0 to 100: how far its sentence alone tells a person what to do. */
  readonly weight: number
  readonly least: Least
  /** undefined if the facts that it needs are missing. */
  readonly find: (facts: Facts, context: WordsContext) => Finding | undefined
}

/** A rule as a row of a table. Without a topic, no other rule says the same. */
type RuleRow = readonly [id: string, weight: number, least: Least, find: WordRule['find'], topic?: string]

export const wordRules = (rows: readonly RuleRow[]): readonly WordRule[] =>
  rows.map(([id, weight, least, find, topic = id]) => ({ id, topic, weight, least, find }))

const LONGEST_NAME = 60
const MEGABYTE = 1024 * 1024

export const leastBytes = (share: number, megabytes: number): Least => ({
  unit: 'bytes',
  amount: megabytes * MEGABYTE,
  share,
})

export const leastCount = (share: number, amount: number): Least => ({ unit: 'count', amount, share })

/** 3912 is '3,912'. */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

export const countOf = (amount: number, whole: number): string =>
  `${countText(amount)} of ${countText(whole)}`

export const sizeOf = (amount: number, whole: number): string =>
  `${formatSize(amount)} of ${formatSize(whole)}`

/** A path, a thread or a function of the kernel: one line, the end of it if it is long, since paths differ there. */
export function nameText(name: string): string {
  const line = oneLine(name)
  return line.length > LONGEST_NAME ? `…${line.slice(1 - LONGEST_NAME)}` : line
}

/** '1 thread', '200 threads'. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`
