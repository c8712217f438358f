// What is around one process as parts of a screen: its children, its control group, what it has read and written. Pure.
import { formatSize, tableSize } from '../base/units.ts'
import type { Facts } from '../evidence/facts.ts'
import { countText, plural } from '../evidence/word-rule.ts'
import { barText, LONG_BAR, percentText } from './bar.ts'
import type { Section } from './section.ts'
import type { Column, Plan } from './table.ts'

const MOST_ROWS = 8

export const aroundSections = (facts: Facts): readonly Section[] => [
  ...childrenSection(facts),
  ...cgroupSection(facts),
  ...ioSection(facts),
]

const COLUMNS: readonly Column[] = [
  { key: 'pid', head: 'PID', align: 'right' },
  { key: 'name', head: 'NAME', align: 'left' },
  { key: 'state', head: 'STATE', align: 'left' },
  { key: 'threads', head: 'THREADS', align: 'right' },
  { key: 'rss', head: 'RSS', align: 'right' },
]

const PLANS: readonly Plan[] = [
  { keys: ['pid', 'name', 'state', 'threads', 'rss'], least: { name: 8 } },
  { keys: ['pid', 'name', 'state', 'rss'], least: { pid: 7, name: 4, state: 6, rss: 6 } },
]

function childrenSection({ children }: Facts): Section[] {
  if (!children || children.descendantCount === 0) return []
  const { count, descendantCount, zombieCount, rssBytes, largest } = children
  const below = descendantCount > count ? `, ${plural(descendantCount, 'descendant')} in all` : ''
  const zombies = zombieCount > 0 ? `, ${plural(zombieCount, 'zombie')}` : ''
  const rows = largest.slice(0, MOST_ROWS).map(one => ({
    pid: String(one.pid),
    name: one.name,
    state: one.state,
    threads: countText(one.threadCount),
    rss: tableSize(one.rssBytes),
  }))
  const title = `Children: ${countText(count)}${below}, ${formatSize(rssBytes)} RSS together${zombies}`
  const moreCount = Math.max(0, descendantCount - rows.length)
  return [{ title, columns: COLUMNS, rows, plans: PLANS, moreCount }]
}

const plainSection = (title: string): Section[] => [{ title, columns: [], rows: [], plans: [] }]

function cgroupSection({ cgroup }: Facts): Section[] {
  if (!cgroup) return []
  const { currentBytes, maxBytes, fileBytes, anonBytes, shmemBytes = 0, oomKillCount = 0 } = cgroup
  const figures = [
    [anonBytes, 'anonymous'],
    [fileBytes === undefined ? undefined : Math.max(0, fileBytes - shmemBytes), 'page cache'],
    [shmemBytes || undefined, 'shared memory and tmpfs'],
  ] as const
  const parts = figures.flatMap(([bytes, what]) =>
    bytes === undefined ? [] : [`${formatSize(bytes)} ${what}`],
  )
  const kills =
    oomKillCount > 0 ? [`${plural(oomKillCount, 'process', 'processes')} killed for lack of memory`] : []
  const all = [usedText(currentBytes, maxBytes), ...parts, ...kills].filter(text => text !== '')
  return plainSection(`Control group ${cgroup.path}${all.length > 0 ? `: ${all.join(', ')}` : ''}`)
}

function usedText(currentBytes: number | undefined, maxBytes: number | null | undefined): string {
  if (currentBytes === undefined) return ''
  if (!maxBytes) return `${formatSize(currentBytes)} in use${maxBytes === null ? ', no limit' : ''}`
  const share = currentBytes / maxBytes
  const bar = barText(share, LONG_BAR).replace(/ +(?=\]$)/, '')
  return `${formatSize(currentBytes)} of ${formatSize(maxBytes)} ${bar} ${percentText(share)}`
}

function ioSection({ io }: Facts): Section[] {
  if (!io) return []
  const { readBytes, writtenBytes, storageReadBytes, storageWrittenBytes } = io
  return plainSection(
    `Since its start it has read ${formatSize(readBytes)} (${formatSize(storageReadBytes)} from disks) and written ${formatSize(writtenBytes)} (${formatSize(storageWrittenBytes)} to disks)`,
  )
}
