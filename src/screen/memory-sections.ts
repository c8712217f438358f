// The memory of one process as parts of a screen: what its mappings are, as bars, and the largest that have a name. Pure.
import { formatSize, tableSize } from '../base/units.ts'
import type { Facts } from '../evidence/facts.ts'
import { countText } from '../evidence/word-rule.ts'
import { percentText, shareBar } from './bar.ts'
import type { Section } from './section.ts'
import type { Cells, Column, Plan } from './table.ts'

const LONG_BAR = 30
const SHORT_BAR = 12
const MOST_NAMED = 5

export const memorySections = (facts: Facts): readonly Section[] => [
  ...mappingSection(facts),
  ...namedSection(facts),
]

const COLUMNS: readonly Column[] = [
  { key: 'kind', head: 'KIND', align: 'left' },
  { key: 'rss', head: 'RSS', align: 'right' },
  { key: 'share', head: 'SHARE', align: 'right' },
  { key: 'bar', head: '', align: 'left' },
  { key: 'shortBar', head: '', align: 'left' },
  { key: 'swap', head: 'SWAP', align: 'right' },
  { key: 'size', head: 'MAPPED', align: 'right' },
  { key: 'count', head: 'MAPPINGS', align: 'right' },
]

const plan = (...keys: string[]): Plan => ({ keys: ['kind', 'rss', 'share', ...keys], least: {} })

const PLANS: readonly Plan[] = [
  plan('bar', 'swap', 'size', 'count'),
  plan('shortBar', 'swap', 'size', 'count'),
  plan('shortBar', 'size', 'count'),
  plan('shortBar', 'size'),
  { keys: ['kind', 'rss', 'share', 'size'], least: { kind: 4, rss: 6, share: 5, size: 6 } },
]

function mappingSection(facts: Facts): Section[] {
  const { mappings } = facts
  const title = titleOf(facts)
  if (!mappings) return title === undefined ? [] : [{ title, columns: [], rows: [], plans: [] }]
  const wholeBytes = mappings.groups.reduce((sum, { rssBytes = 0 }) => sum + rssBytes, 0)
  const rows = mappings.groups.map(({ kind, count, sizeBytes, rssBytes, swapBytes }): Cells => {
    const share = rssBytes === undefined || wholeBytes === 0 ? undefined : rssBytes / wholeBytes
    return {
      kind,
      rss: rssBytes === undefined ? '' : tableSize(rssBytes),
      share: share === undefined ? '' : percentText(share),
      bar: share === undefined ? '' : shareBar(share, LONG_BAR),
      shortBar: share === undefined ? '' : shareBar(share, SHORT_BAR),
      swap: swapBytes ? tableSize(swapBytes) : '',
      size: tableSize(sizeBytes),
      count: countText(count),
    }
  })
  return [{ title: title ?? 'Memory', columns: COLUMNS, rows, plans: PLANS }]
}

/** 'Memory: 1.2GB RSS, 1.1GB PSS, 1GB private, 300MB in swap, 1.3GB RSS at its peak'. */
function titleOf({ rollup, status }: Facts): string | undefined {
  const figures = [
    [rollup?.rssBytes ?? status?.rssBytes, 'RSS'],
    [rollup?.pssBytes, 'PSS'],
    [rollup?.privateBytes, 'private'],
    [(rollup?.swapBytes ?? status?.swapBytes) || undefined, 'in swap'],
    [status?.peakRssBytes, 'RSS at its peak'],
  ] as const
  const parts = figures.flatMap(([bytes, what]) =>
    bytes === undefined ? [] : [`${formatSize(bytes)} ${what}`],
  )
  return parts.length > 0 ? `Memory: ${parts.join(', ')}` : undefined
}

const NAMED_COLUMNS: readonly Column[] = [
  { key: 'rss', head: 'RSS', align: 'right' },
  { key: 'size', head: 'MAPPED', align: 'right' },
  { key: 'name', head: 'NAME', align: 'left' },
]

const NAMED_PLANS: readonly Plan[] = [{ keys: ['rss', 'size', 'name'], least: { rss: 6, size: 6, name: 12 } }]

function namedSection({ mappings }: Facts): Section[] {
  const named = mappings?.named ?? []
  if (named.length === 0) return []
  const rows = named.slice(0, MOST_NAMED).map(({ name, sizeBytes, rssBytes }) => ({
    rss: rssBytes === undefined ? '' : tableSize(rssBytes),
    size: tableSize(sizeBytes),
    name,
  }))
  return [{ title: 'The largest files and named memory', columns: NAMED_COLUMNS, rows, plans: NAMED_PLANS }]
}
