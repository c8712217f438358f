// What has grown in a process since an earlier look: threads, descriptors, memory, and which kind of each. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import { kindText } from './descriptor-words.ts'
import type { Count, DescriptorFacts, Facts } from './facts.ts'
import { waitsOf } from './waits.ts'
import {
  countText,
  type Finding,
  leastBytes,
  leastCount,
  nameText,
  type WordsContext,
  wordRules,
} from './word-rule.ts'

export const GROWTH_RULES = wordRules([
  ['threads_grew', 85, leastCount(0.1, 20), threadsGrew],
  ['descriptors_grew', 85, leastCount(0.1, 50), fdsGrew],
  ['memory_grew', 80, leastBytes(0.1, 32), memoryGrew],
])

/** What was seen of the very same process, and how long ago. */
function earlier(facts: Facts, { previous }: WordsContext) {
  const isSame =
    previous !== undefined &&
    previous.pid === facts.pid &&
    previous.startTicks !== undefined &&
    previous.startTicks === facts.startTicks &&
    previous.takenAt < facts.takenAt
  if (!isSame) return undefined
  return { previous, within: `in ${formatDuration((facts.takenAt - previous.takenAt) / 1000)}` }
}

/** The count that has grown most. */
function mostGrown(now: readonly Count[], before: readonly Count[]): Count | undefined {
  const old = new Map(before.map(({ what, count }) => [what, count]))
  return mostOf(now.map(({ what, count }) => ({ what, count: count - (old.get(what) ?? 0) })))
}

/** undefined if none is above 0. */
const mostOf = (counts: readonly Count[]): Count | undefined =>
  counts.reduce<Count | undefined>((most, one) => (one.count > (most?.count ?? 0) ? one : most), undefined)

export function threadsGrew(facts: Facts, context: WordsContext): Finding | undefined {
  const since = earlier(facts, context)
  const [now, before] = [facts.threads, since?.previous.threads]
  if (!since || !now || !before) return undefined
  const most = mostGrown(waitsOf(now), waitsOf(before))
  const kind = most ? `: ${countText(most.count)} more wait in ${most.what}` : ''
  const text = `threads grew from ${countText(before.count)} to ${countText(now.count)} ${since.within}${kind}`
  return { amount: now.count - before.count, whole: now.count, text }
}

export function fdsGrew(facts: Facts, context: WordsContext): Finding | undefined {
  const since = earlier(facts, context)
  const [now, before] = [facts.descriptors, since?.previous.descriptors]
  if (!since || !now || !before) return undefined
  const most = mostGrown(now.byKind, before.byKind)
  const state = most?.what === 'socket' ? socketState(now, before, most.count) : ''
  const kind = most ? `: ${countText(most.count)} more ${kindText(most.what, most.count)}${state}` : ''
  const text = `descriptors grew from ${countText(before.count)} to ${countText(now.count)} ${since.within}${kind}`
  return { amount: now.count - before.count, whole: now.count, text }
}

/** ', 7 of them tcp CLOSE_WAIT'; '' where it is not known what they were before. */
function socketState(now: DescriptorFacts, before: DescriptorFacts, amount: number): string {
  const hadSockets = before.byKind.some(({ what }) => what === 'socket')
  const most = mostGrown(now.sockets, before.sockets)
  if (!most || (hadSockets && before.sockets.length === 0)) return ''
  return `, ${countText(most.count)} ${most.count > amount ? 'more' : 'of them'} ${nameText(most.what)}`
}

function memoryGrew(facts: Facts, context: WordsContext): Finding | undefined {
  const since = earlier(facts, context)
  const [now, before] = [rssOf(facts), since && rssOf(since.previous)]
  if (!since || now === undefined || before === undefined) return undefined
  const most = mostOf(kindsGrown(facts, since.previous))
  const kind = most ? `: ${formatSize(most.count)} more ${most.what}` : ''
  const text = `RSS grew from ${formatSize(before)} to ${formatSize(now)} ${since.within}${kind}`
  return { amount: now - before, whole: now, text }
}

const rssOf = ({ rollup, status }: Facts): number | undefined => rollup?.rssBytes ?? status?.rssBytes

/** What status says of each kind. A kernel before 4.5 says nothing: then no kind has grown. */
function kindsGrown({ status: now }: Facts, { status: before }: Facts): readonly Count[] {
  if (!now || !before) return []
  return KINDS.flatMap(([what, key]) => {
    const [bytes, old] = [now[key], before[key]]
    return bytes === undefined || old === undefined ? [] : [{ what, count: bytes - old }]
  })
}

const KINDS = [
  ['anonymous memory', 'rssAnonBytes'],
  ['mapped files', 'rssFileBytes'],
  ['shared memory', 'rssShmemBytes'],
] as const
