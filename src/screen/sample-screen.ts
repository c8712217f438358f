// The screen of `memmon sample`: what a program allocated and what it kept, by package, file and line, in the width of a
// terminal or, for a pipe, whole. Pure.
import { sampleLines } from '../agent-report/sample-lines.ts'
import type { ClassGrowth, Holder, Sample, StringGrowth } from '../agent-report/sample-report.ts'
import { formatSize, tableSize } from '../base/units.ts'
import { percentText, shareBar } from './bar.ts'
import { paint } from './paint.ts'
import { type Section, sectionLines } from './section.ts'
import type { Cells, Column, Plan } from './table.ts'
import { type Room, shown, type WidthOf, wrapped } from './width.ts'

const LEAST_COLUMNS = 40
const MOST_ROWS = 10
const BAR = 12

/** What stands in the way of a terminal or a line is written as text. */
export function sampleScreen(
  sample: Sample,
  {
    columns,
    colour,
    widthOf,
  }: { readonly columns: number; readonly colour: boolean; readonly widthOf: WidthOf },
): string[] {
  const room: Room = { width: Math.max(columns, LEAST_COLUMNS), widthOf }
  const text = (line: string): string[] => wrapped(shown(line), room)
  const paragraphs = [
    sampleLines(sample).flatMap((line, at) =>
      text(line).map(part => paint(part, at === 0 ? 'bold' : undefined, colour)),
    ),
    ...sectionsOf(sample).map(section => sectionLines(section, room, colour)),
    [...sample.limits.map(limit => `note: ${limit}`), ...pathLines(sample)].flatMap(text),
  ]
  return paragraphs
    .filter(lines => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

function sectionsOf(sample: Sample): Section[] {
  const whole = sample.retainedBytes ?? 0
  return [
    holders('Kept, by package', sample.packages, whole),
    holders('Kept, by file', sample.files, whole),
    holders('Kept, by line', sample.locations, whole, LINE_PLANS),
    holders('Allocated, kept or not, by package', sample.allocated.packages, sample.allocatedBytes ?? 0),
    classes(sample.classes),
    strings(sample.strings),
    gcSection(sample),
  ].filter(({ title }) => title !== '')
}

const NONE: Section = { title: '', columns: [], rows: [], plans: [] }

const COLUMNS: readonly Column[] = [
  { key: 'name', head: 'NAME', align: 'left' },
  { key: 'memory', head: 'MEMORY', align: 'right' },
  { key: 'share', head: 'SHARE', align: 'right' },
  { key: 'bar', head: '', align: 'left' },
  { key: 'external', head: 'BUFFERS', align: 'right' },
  { key: 'survivors', head: 'SURVIVORS', align: 'right' },
  { key: 'function', head: 'FUNCTION', align: 'left' },
]

const plan = (least: Plan['least'], ...keys: string[]): Plan => ({ keys: ['name', 'memory', ...keys], least })
const ROOMY = { name: 24, function: 16 }
const NARROW = { name: 8, function: 8 }

const PLANS: readonly Plan[] = [
  plan(ROOMY, 'share', 'bar', 'external', 'survivors'),
  plan(ROOMY, 'share', 'external', 'survivors'),
  plan(NARROW, 'survivors'),
]
/** A path and a function need the room more than a bar does. */
const LINE_PLANS: readonly Plan[] = [
  plan(ROOMY, 'share', 'external', 'survivors', 'function'),
  plan(ROOMY, 'survivors', 'function'),
  plan(NARROW, 'function'),
]

function holders(title: string, list: readonly Holder[], wholeBytes: number, plans = PLANS): Section {
  if (list.length === 0) return NONE
  const rows = list
    .slice(0, MOST_ROWS)
    .map(({ name, functionName, bytes, externalBytes, survivors }): Cells => {
      const share = wholeBytes > 0 ? Math.min(1, bytes / wholeBytes) : undefined
      return {
        name,
        memory: tableSize(bytes),
        share: share === undefined ? '' : percentText(share),
        bar: share === undefined ? '' : shareBar(share, BAR),
        external: externalBytes > 0 ? tableSize(externalBytes) : '',
        survivors: survivors > 0 ? String(survivors) : '',
        function: functionName ?? '',
      }
    })
  const columns = COLUMNS.filter(({ key }) => plans[0]?.keys.includes(key))
  return { title, columns, rows, plans, moreCount: list.length - rows.length }
}

const CLASS_COLUMNS: readonly Column[] = [
  { key: 'name', head: 'CLASS', align: 'left' },
  { key: 'count', head: 'OBJECTS', align: 'right' },
  { key: 'growth', head: 'GROWTH', align: 'right' },
]
const CLASS_PLANS: readonly Plan[] = [{ keys: ['name', 'count', 'growth'], least: { name: 12 } }]

function classes(list: readonly ClassGrowth[]): Section {
  if (list.length === 0) return NONE
  const rows = list.slice(0, MOST_ROWS).map(growthCells)
  const moreCount = list.length - rows.length
  return { title: 'Objects, by class', columns: CLASS_COLUMNS, rows, plans: CLASS_PLANS, moreCount }
}

const growthCells = ({ name, count, growth }: ClassGrowth): Cells => ({
  name,
  count: count.toLocaleString('en'),
  growth: growth.toLocaleString('en', { signDisplay: 'exceptZero' }),
})

const STRING_COLUMNS: readonly Column[] = [
  { key: 'name', head: 'TEXT', align: 'left' },
  { key: 'memory', head: 'MEMORY', align: 'right' },
  { key: 'count', head: 'STRINGS', align: 'right' },
  { key: 'growth', head: 'GROWTH', align: 'right' },
]
const STRING_PLANS: readonly Plan[] = [{ keys: ['name', 'memory', 'count', 'growth'], least: { name: 12 } }]

function strings(list: readonly StringGrowth[]): Section {
  if (list.length === 0) return NONE
  const rows = list
    .slice(0, MOST_ROWS)
    .map(({ bytes, ...one }) => ({ ...growthCells(one), memory: tableSize(bytes) }))
  const moreCount = list.length - rows.length
  const title = 'Strings, by text, each number as #'
  return { title, columns: STRING_COLUMNS, rows, plans: STRING_PLANS, moreCount }
}

function gcSection({ gc, growth }: Sample): Section {
  const parts = [
    ...(gc
      ? [
          `${gc.count} collections took ${Math.round(gc.totalMs)} ms, the longest ${Math.round(gc.longestMs)} ms`,
        ]
      : []),
    ...(growth.external === undefined ? [] : [`memory outside the heap ${signed(growth.external)}`]),
  ]
  return parts.length === 0 ? NONE : { ...NONE, title: parts.join('; ') }
}

const signed = (bytes: number): string => `${bytes < 0 ? '-' : '+'}${formatSize(Math.abs(bytes))}`

const pathLines = ({ reportPath, profilePath }: Sample): string[] => [
  ...(reportPath === undefined ? [] : [`report: ${reportPath}`]),
  ...(profilePath === undefined ? [] : [`for Chrome's DevTools (Memory, Load): ${profilePath}`]),
]
