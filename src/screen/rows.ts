// The rows of `memmon check`: one for each process and each budget, with what they are sorted and painted by. Pure.

import { formatDuration, formatSize, tableSize } from '../base/units.ts'
import type { Assessed, AssessedBudget, Assessment } from '../check/assess.ts'
import { isOver, isWarned } from '../check/finding.ts'
import { isMemory, type Metric } from '../rules/metric.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../rules/process.ts'
import { barText, LONG_BAR, percentText, SHORT_BAR } from './bar.ts'
import { governing, limitOf, shareOf } from './governing.ts'
import { budgetNowText, nowText } from './now.ts'
import type { Cells } from './table.ts'
import { shown } from './width.ts'

/** over: over its limit; blind: it runs, and its size cannot be read; none: no rule holds for it. */
export type Standing = 'over' | 'blind' | 'warned' | 'fine' | 'none' | 'down'

export type Row = RowText &
  (
    | { readonly kind: 'process'; readonly of: Assessed }
    | { readonly kind: 'budget'; readonly of: AssessedBudget }
  )

interface RowText {
  readonly name: string
  readonly standing: Standing
  /** Of its limit; undefined without one. */
  readonly share: number | undefined
  readonly sizeBytes: number
  readonly uptimeSeconds: number
  readonly cells: Cells
}

/** In supervisord's order, budgets behind. */
export const rowsOf = ({ processes, budgets }: Assessment, hasRules: boolean): Row[] => [
  ...processes.map(one => processRow(one, hasRules)),
  ...budgets.map(budgetRow),
]

/** `web` for web:web, as supervisorctl writes it. */
const nameText = ({ group, name, namespec }: Assessed['process']): string =>
  shown(group === name ? name : namespec)

function processRow(one: Assessed, hasRules: boolean): Row {
  const { process, rssBytes } = one
  const finding = governing(one)
  const runs = process.state === ProcessState.RUNNING
  const share = finding && shareOf(finding)
  const limit = finding && limitOf(finding)
  const metric = finding?.rule.metric ?? 'rss'
  const size = finding?.value ?? rssBytes
  const uptimeSeconds = runs ? uptimeSecondsOf(process) : 0
  return {
    kind: 'process',
    of: one,
    name: nameText(process),
    standing: standingOf(one),
    share,
    sizeBytes: (isMemory(metric) ? size : rssBytes) ?? -1,
    uptimeSeconds,
    cells: {
      process: nameText(process),
      state: stateName(process.state),
      pid: process.pid > 0 ? String(process.pid) : '',
      uptime: runs ? formatDuration(uptimeSeconds).replace(' ', '') : '',
      size: size === undefined ? '' : amount(metric, size, tableSize),
      metric: size === undefined ? '' : metricText(metric, finding?.rule.cumulative ?? false),
      limit: limit === undefined ? '' : amount(metric, limit, formatSize),
      ...shareCells(share),
      now: nowText(one, finding, hasRules),
      rule: shown(finding?.rule.written ?? ''),
    },
  }
}

function standingOf(one: Assessed): Standing {
  if (one.process.state !== ProcessState.RUNNING) return 'down'
  if (one.findings.some(isOver)) return 'over'
  if (one.blind) return 'blind'
  const finding = governing(one)
  if (!finding) return 'none'
  return one.findings.some(isWarned) || one.leak ? 'warned' : 'fine'
}

function budgetRow(one: AssessedBudget): Row {
  const { budget, valueBytes } = one
  const isFree = budget.kind === 'free'
  const name = shown(
    { group: `[group:${budget.selector.group}]`, total: '[total]', free: '[min_free]' }[budget.kind],
  )
  const share =
    valueBytes === undefined
      ? undefined
      : isFree
        ? budget.limitBytes / valueBytes
        : valueBytes / budget.limitBytes
  return {
    kind: 'budget',
    of: one,
    name,
    standing: one.isOver ? 'over' : valueBytes === undefined ? 'blind' : 'fine',
    share,
    sizeBytes: valueBytes ?? -1,
    uptimeSeconds: Number.POSITIVE_INFINITY,
    cells: {
      process: name,
      state: '',
      pid: '',
      uptime: '',
      size: valueBytes === undefined ? '' : tableSize(valueBytes),
      metric: isFree ? 'free' : 'sum',
      limit: formatSize(budget.limitBytes),
      // What is free is not a part of its limit.
      ...shareCells(isFree ? undefined : share),
      now: budgetNowText(one),
      rule: shown(budget.written),
    },
  }
}

const shareCells = (share: number | undefined) => ({
  used: share === undefined ? '' : percentText(share),
  bar: share === undefined ? '' : barText(share, LONG_BAR),
  shortBar: share === undefined ? '' : barText(share, SHORT_BAR),
})

const amount = (metric: Metric, value: number, size: (bytes: number) => string): string =>
  isMemory(metric) ? size(value) : String(value)

/** 'RSS', 'PSS+swap', 'threads'; with -tree where descendants count. */
function metricText(metric: Metric, cumulative: boolean): string {
  const name = metric.replace(/[rpu]ss/, word => word.toUpperCase())
  return cumulative ? `${name}-tree` : name
}
