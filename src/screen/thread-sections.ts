// Threads and descriptors of one process as parts of a screen: what they do and what they are, the most frequent first. Pure.
import { kindText } from '../evidence/descriptor-words.ts'
import type { Count, DescriptorFacts, Facts } from '../evidence/facts.ts'
import { alikeThreads } from '../evidence/waits.ts'
import { countText } from '../evidence/word-rule.ts'
import { barText, LONG_BAR, percentText } from './bar.ts'
import type { Section } from './section.ts'
import type { Column, Plan } from './table.ts'

const MOST_ROWS = 8
const MOST_DETAILS = 3

export const threadSections = (facts: Facts): readonly Section[] => [
  ...threadSection(facts),
  ...descriptorSection(facts),
]

const COLUMNS: readonly Column[] = [
  { key: 'count', head: 'COUNT', align: 'right' },
  { key: 'state', head: 'STATE', align: 'left' },
  { key: 'wait', head: 'WAITS IN', align: 'left' },
]

const PLANS: readonly Plan[] = [{ keys: ['count', 'state', 'wait'], least: { count: 6, state: 8, wait: 12 } }]

function threadSection({ threads }: Facts): Section[] {
  if (!threads) return []
  const kinds = alikeThreads(threads)
  const rows = kinds
    .slice(0, MOST_ROWS)
    .map(({ count, state, wait }) => ({ count: countText(count), state, wait }))
  const looked =
    threads.lookedAtCount < threads.count ? `, ${countText(threads.lookedAtCount)} looked at` : ''
  const title = `Threads: ${countText(threads.count)}${looked}`
  return [{ title, columns: COLUMNS, rows, plans: PLANS, moreCount: kinds.length - rows.length }]
}

const DESCRIPTOR_COLUMNS: readonly Column[] = [
  { key: 'count', head: 'COUNT', align: 'right' },
  { key: 'kind', head: 'KIND', align: 'left' },
  { key: 'detail', head: 'SUCH AS', align: 'left' },
]

const DESCRIPTOR_PLANS: readonly Plan[] = [
  { keys: ['count', 'kind', 'detail'], least: { count: 6, kind: 10, detail: 16 } },
]

function descriptorSection({ descriptors, limits }: Facts): Section[] {
  if (!descriptors) return []
  const { count, lookedAtCount, byKind } = descriptors
  const limit = limits?.openFiles?.soft
  const share = limit ? count / limit : undefined
  const bar =
    share === undefined ? '' : ` ${barText(share, LONG_BAR).replace(/ +(?=\]$)/, '')} ${percentText(share)}`
  const allowed = limit ? ` of ${countText(limit)} allowed` : ''
  const looked = lookedAtCount < count ? `, ${countText(lookedAtCount)} looked at` : ''
  const rows = byKind.slice(0, MOST_ROWS).map(one => ({
    count: countText(one.count),
    kind: kindText(one.what, one.count),
    detail: detailOf(one.what, descriptors),
  }))
  return [
    {
      title: `Descriptors: ${countText(count)}${allowed}${bar}${looked}`,
      columns: DESCRIPTOR_COLUMNS,
      rows,
      plans: DESCRIPTOR_PLANS,
      moreCount: byKind.length - rows.length,
    },
  ]
}

function detailOf(kind: string, { sockets, files }: DescriptorFacts): string {
  if (kind === 'socket') return listText(sockets)
  const isDeleted = ({ what }: Count) => what.endsWith(' (deleted)')
  if (kind === 'file') return listText(files.filter(file => !isDeleted(file)).slice(0, 1))
  return kind === 'deleted file' ? listText(files.filter(isDeleted).slice(0, 1)) : ''
}

/** '3,900 tcp CLOSE_WAIT, 12 unix CONNECTED'. */
const listText = (counts: readonly Count[]): string =>
  counts
    .slice(0, MOST_DETAILS)
    .map(({ what, count }) => `${countText(count)} ${what}`)
    .join(', ')
