// What `memmon check` prints: a table for people, JSON for programs. Pure.
import { styleText } from 'node:util'
import { isMemory, shortText } from '../core/metric.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../core/process.ts'
import type { Action } from '../core/rules.ts'
import { oneLine } from '../core/text.ts'
import { formatDuration, formatSize } from '../core/units.ts'
import {
  type Assessed,
  type AssessedBudget,
  type Assessment,
  type Finding,
  isOver,
} from '../monitor/assess.ts'

/** A channel, or why there is none. */
export interface ChannelText {
  readonly ok: boolean
  readonly text: string
}

const BAR_WIDTH = 10
/** In place of a size, and as a verdict. */
const NOT_READABLE = 'not readable'
const HEADS = ['PROCESS', 'STATE', 'PID', 'UPTIME', 'SIZE', 'OF ITS LIMIT', 'RULE', 'NOW']

interface Look {
  readonly colour: boolean
  readonly columns: number
}

/** One row a process, then one a budget. */
export function checkTable({ processes, budgets }: Assessment, { colour, columns }: Look): string {
  const rows = [HEADS, ...processes.map(rowOf), ...budgets.map(budgetRowOf)]
  const widths = HEADS.map((_, at) => Math.max(...rows.map(row => [...(row[at] ?? '')].length)))
  const lines = rows.map((row, at) => {
    const line = row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
    const cut = colour ? [...line.trimEnd()].slice(0, columns).join('') : line.trimEnd()
    return paint(cut, at === 0 ? 'bold' : paintOf(at - 1, processes, budgets), colour)
  })
  return `${lines.join('\n')}\n`
}

/** As documented in docs/check.md. */
export function checkJson({ processes, budgets }: Assessment, channels: readonly ChannelText[]): string {
  const document = {
    processes: processes.map(one => {
      const finding = governing(one)
      return {
        namespec: one.process.namespec,
        state: stateName(one.process.state),
        pid: one.process.pid,
        uptime_seconds: one.process.state === ProcessState.RUNNING ? uptimeSecondsOf(one.process) : 0,
        rss_bytes: one.rssBytes ?? null,
        metric: finding?.rule.metric ?? null,
        value: finding?.value ?? null,
        limit_bytes: finding && isMemory(finding.rule.metric) ? limitOf(finding) : null,
        limit: finding ? limitOf(finding) : null,
        rule: finding?.rule.written ?? null,
        verdict: verdictWord(one),
      }
    }),
    budgets: budgets.map(({ budget, valueBytes, isOver: over }) => ({
      rule: budget.written,
      value_bytes: valueBytes ?? null,
      limit_bytes: budget.limitBytes,
      verdict: over ? 'over' : 'ok',
    })),
    channels: channels.map(({ ok, text }) => ({ ok, text })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** The rule that decides: the first broken one, else that whose limit is nearest, memory before counts. */
export const governing = ({ findings }: Assessed): Finding | undefined =>
  findings.find(isOver) ??
  [...findings]
    .sort(
      (a, b) => Number(isMemory(b.rule.metric)) - Number(isMemory(a.rule.metric)) || shareOf(b) - shareOf(a),
    )
    .find(({ rule }) => Number.isFinite(rule.limit)) ??
  findings[0]

function rowOf(one: Assessed): string[] {
  const { process } = one
  const runs = process.state === ProcessState.RUNNING
  const finding = governing(one)
  const size = finding
    ? shortText(finding.rule.metric, finding.rule.cumulative, finding.value)
    : one.rssBytes === undefined
      ? one.blind && NOT_READABLE
      : `${formatSize(one.rssBytes)} RSS`
  return [
    oneLine(process.namespec),
    stateName(process.state),
    process.pid > 0 ? String(process.pid) : '',
    runs ? formatDuration(uptimeSecondsOf(process)) : '',
    size ?? '',
    finding && Number.isFinite(limitOf(finding) ?? Infinity) ? barText(shareOf(finding)) : '',
    oneLine(finding?.rule.written ?? ''),
    nowText(one, finding),
  ]
}

function budgetRowOf({ budget, valueBytes, isOver: over }: AssessedBudget): string[] {
  const isFree = budget.kind === 'free'
  const whom = { group: `all of ${budget.selector.group}`, total: 'all together', free: 'free' }[budget.kind]
  const share = valueBytes === undefined || isFree ? undefined : valueBytes / budget.limitBytes
  return [
    whom,
    '',
    '',
    '',
    valueBytes === undefined ? '' : formatSize(valueBytes),
    share === undefined ? '' : barText(share),
    oneLine(budget.written),
    over ? doneText(budget.action, 'the one with the most private memory') : 'ok',
  ]
}

/** What memmon would do now, for people. */
function nowText(one: Assessed, finding: Finding | undefined): string {
  if (one.isIgnored) return 'ignored'
  if (one.process.state !== ProcessState.RUNNING) return 'not running'
  if (one.blind) return 'not checked'
  if (!finding) return one.isListener ? 'no rule (event listener)' : 'no rule'
  const { verdict, rule } = finding
  if (verdict.kind === 'act') return doneText(rule.action, 'it')
  if (verdict.kind === 'waiting') return `over, waits: ${verdict.breach.reason ?? ''}`
  if (verdict.kind === 'young') return `not judged in its first ${formatDuration(rule.minUptimeSeconds)}`
  return finding.value > rule.warnAbove ? 'warn' : 'ok'
}

/** The same in one word, for programs. */
function verdictWord(one: Assessed): string {
  if (one.isIgnored) return 'ignored'
  if (one.process.state !== ProcessState.RUNNING) return 'not running'
  if (one.blind) return NOT_READABLE
  const finding = governing(one)
  if (!finding) return 'no rule'
  const { verdict, rule } = finding
  if (verdict.kind === 'act')
    return rule.action.kind === 'would' ? `would ${rule.action.what}` : rule.action.kind
  if (verdict.kind === 'waiting' || verdict.kind === 'young') return verdict.kind
  return finding.value > rule.warnAbove ? 'warn' : 'ok'
}

function doneText(action: Action, whom: string): string {
  switch (action.kind) {
    case 'restart':
      return `restart ${whom}`
    case 'alert':
      return 'tell it'
    case 'signal':
      return `send SIG${action.signal}`
    case 'exec':
      return 'run exec_command'
    case 'drain':
      return 'tell it to finish'
    case 'would':
      return `tell that it would ${action.what} ${whom}`
  }
}

const limitOf = ({ rule, verdict }: Finding): number | null => {
  const limit = 'breach' in verdict ? verdict.breach.limit : Math.min(rule.limit, rule.hardLimit)
  return Number.isFinite(limit) ? limit : null
}

const shareOf = (finding: Finding): number => finding.value / (limitOf(finding) ?? Infinity)

/** '[#####-----]  52%'. */
export function barText(share: number): string {
  const full = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH))
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${String(Math.round(share * 100)).padStart(3)}%`
}

type Paint = 'bold' | 'red' | 'yellow' | 'dim' | undefined

function paintOf(at: number, processes: readonly Assessed[], budgets: readonly AssessedBudget[]): Paint {
  const one = processes[at]
  if (!one) return budgets[at - processes.length]?.isOver ? 'red' : undefined
  if (one.findings.some(isOver)) return 'red'
  const finding = governing(one)
  if (finding && finding.value > finding.rule.warnAbove) return 'yellow'
  if (one.blind) return 'yellow'
  return finding ? undefined : 'dim'
}

const paint = (text: string, how: Paint, colour: boolean): string =>
  colour && how ? styleText(how, text) : text
