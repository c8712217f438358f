// Who gives way when a budget is exceeded, and why nobody does. Pure.

import { formatSize } from '../base/units.ts'
import { metricText } from './metric.ts'
import type { ProcessInfo } from './process.ts'

/** A process that counts in a budget. */
export interface Member {
  readonly process: ProcessInfo
  /** What would be free if it ended. */
  readonly privateBytes: number
  readonly sharedBytes: number
  /** False for memmon, listeners, what is ignored, is being restarted, is too young or was restarted too often. */
  readonly mayRestart: boolean
  /** A restart of it has been asked for and has not ended: what it holds now says nothing. */
  readonly isAway?: boolean
}

/** By namespec, what a process that was restarted for a budget held afterwards: it needs that much. */
export type KeptBytes = ReadonlyMap<string, number>

/** A process that would free less than this share of what has to be freed does not help. */
const HELPFUL_SHARE = 0.01
/** So many of those that were tried in vain are named. */
const MOST_NAMED = 5

/** The process whose restart frees the most; undefined if none frees enough to help. */
export function victimOf(
  members: readonly Member[],
  kept: KeptBytes,
  missingBytes: number,
): Member | undefined {
  const freedBytes = ({ process, privateBytes }: Member) => privateBytes - (kept.get(process.namespec) ?? 0)
  return largestOf(
    members.filter(one => one.mayRestart && freedBytes(one) >= missingBytes * HELPFUL_SHARE),
    freedBytes,
  )
}

/** The one with the most private memory, or the most by another measure. */
export const largestOf = (
  members: readonly Member[],
  bytesOf = ({ privateBytes }: Member): number => privateBytes,
): Member | undefined =>
  members.reduce<Member | undefined>(
    (largest, one) => (largest && bytesOf(largest) >= bytesOf(one) ? largest : one),
    undefined,
  )

/** Why this one of `count` is restarted. */
export const victimText = ({ privateBytes }: Member, count: number): string =>
  `with ${sizeText(privateBytes)} it has the most of ${count}`

/** Who uses the most, where nothing is restarted anyway. */
export const largestText = ({ process, privateBytes }: Member, count: number): string =>
  `${process.namespec} has the most of ${count}, ${sizeText(privateBytes)}`

/** Why nothing is restarted; `missing` is '380MB that are missing' or the like. */
export function nobodyText(missing: string, tried: readonly string[]): string {
  const more = tried.length > MOST_NAMED ? ` and ${tried.length - MOST_NAMED} more` : ''
  const before = tried.length > 0 ? `; tried in vain: ${tried.slice(0, MOST_NAMED).join(', ')}${more}` : ''
  return `nothing is restarted, because no program that memmon may restart would free at least ${HELPFUL_SHARE * 100}% of the ${missing}${before}`
}

const sizeText = (sizeBytes: number): string => `${formatSize(sizeBytes)} ${metricText('uss', false)}`
