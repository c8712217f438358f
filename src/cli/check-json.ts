// `memmon check --json`, as documented in docs/check.md. Pure.

import type { Assessed, AssessedBudget } from '../check/assess.ts'
import { type Finding, isOver, isWarned } from '../check/finding.ts'
import { isMemory } from '../rules/metric.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../rules/process.ts'
import { governing, limitOf, shareOf } from '../screen/governing.ts'
import { NOT_READABLE } from '../screen/now.ts'
import type { Counts, Memory } from '../screen/summary.ts'

/** A channel, or why there is none. */
export interface ChannelText {
  readonly ok: boolean
  readonly text: string
}

/** Where rules are from: a section of supervisord.conf, or the options, which have no place. */
interface Origin {
  readonly section: string | null
  readonly path: string | null
}

export interface CheckDocument {
  readonly processes: readonly Assessed[]
  readonly budgets: readonly AssessedBudget[]
  readonly channels: readonly ChannelText[]
  readonly rulesFrom: readonly Origin[]
  /** Rules that cannot be read. */
  readonly problems: readonly string[]
  readonly counts: Counts
  readonly memory: Memory | undefined
}

/** Everything that is shown, in the same order, and nothing cut. */
export const checkDocument = ({
  processes,
  budgets,
  channels,
  rulesFrom,
  problems,
  counts,
  memory,
}: CheckDocument) => ({
  summary: {
    processes: counts.processes,
    over: counts.over,
    not_readable: counts.blind,
    warned: counts.warned,
    not_running: counts.down,
    budgets: counts.budgets,
    budgets_over: counts.budgetsOver,
  },
  memory: { total_bytes: memory?.totalBytes ?? null, available_bytes: memory?.availableBytes ?? null },
  rules_from: rulesFrom.map(({ section, path }) => ({ section, path })),
  problems,
  processes: processes.map(processJson),
  budgets: budgets.map(({ budget, valueBytes, isOver: over }) => ({
    rule: budget.written,
    value_bytes: valueBytes ?? null,
    limit_bytes: budget.limitBytes,
    verdict: over ? 'over' : valueBytes === undefined ? NOT_READABLE : 'ok',
  })),
  channels: channels.map(({ ok, text }) => ({ ok, text })),
})

function processJson(one: Assessed) {
  const { process, rssBytes, findings } = one
  const finding = governing(one)
  const limit = (finding && limitOf(finding)) ?? null
  return {
    namespec: process.namespec,
    group: process.group,
    name: process.name,
    state: stateName(process.state),
    pid: process.pid,
    uptime_seconds: process.state === ProcessState.RUNNING ? uptimeSecondsOf(process) : 0,
    is_listener: one.isListener,
    rss_bytes: rssBytes ?? null,
    metric: finding?.rule.metric ?? null,
    value: finding?.value ?? null,
    limit_bytes: finding && isMemory(finding.rule.metric) ? limit : null,
    limit,
    share: (finding && shareOf(finding)) ?? null,
    rule: finding?.rule.written ?? null,
    verdict: verdictWord(one),
    rules: findings.map(ruleJson),
  }
}

const ruleJson = (finding: Finding) => ({
  rule: finding.rule.written,
  metric: finding.rule.metric,
  cumulative: finding.rule.cumulative,
  value: finding.value,
  limit: limitOf(finding) ?? null,
  share: shareOf(finding) ?? null,
  is_over: isOver(finding),
  verdict: findingWord(finding),
})

/** What memmon would do now, in one word. */
function verdictWord(one: Assessed): string {
  if (one.isIgnored) return 'ignored'
  if (one.process.state !== ProcessState.RUNNING) return 'not running'
  if (one.blind) return NOT_READABLE
  const finding = governing(one)
  return finding ? findingWord(finding) : 'no rule'
}

function findingWord(finding: Finding): string {
  const { verdict, rule } = finding
  if (verdict.kind === 'act')
    return rule.action.kind === 'would' ? `would ${rule.action.what}` : rule.action.kind
  if (verdict.kind === 'waiting' || verdict.kind === 'young') return verdict.kind
  return isWarned(finding) ? 'warn' : 'ok'
}
