// `memmon check --json`, as documented in docs/check.md. Pure.

import type { Assessed, AssessedBudget } from '../check/assess.ts'
import { type Finding, isOver } from '../check/finding.ts'
import { findingOutlook, outlookOf } from '../check/outlook.ts'
import type { Why } from '../evidence/why.ts'
import { isMemory } from '../rules/metric.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../rules/process.ts'
import { governing, limitOf, shareOf } from '../screen/governing.ts'
import { budgetNowText, NOT_READABLE, nowText } from '../screen/now.ts'
import type { Counts, Memory } from '../screen/summary.ts'
import type { ChannelText } from './channel-texts.ts'
import type { View } from './look.ts'
import { leakJson, originJson, outlookWord, pendingJson, progressJson } from './state-json.ts'

export interface CheckDocument {
  readonly processes: readonly Assessed[]
  readonly budgets: readonly AssessedBudget[]
  readonly channels: readonly ChannelText[]
  readonly metrics: readonly ChannelText[]
  /** With a source of rules. */
  readonly views: readonly View[]
  /** Rules that cannot be read. */
  readonly problems: readonly string[]
  readonly counts: Counts
  /** By namespec; undefined without --why. */
  readonly whys?: ReadonlyMap<string, Why> | undefined
  readonly memory: Memory | undefined
}

/** Everything that is shown, in the same order, and nothing cut. */
export const checkDocument = ({
  processes,
  budgets,
  channels,
  metrics,
  views,
  problems,
  counts,
  memory,
  whys,
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
  rules_from: views.map(originJson),
  problems,
  processes: processes.map(one => ({ ...processJson(one), why: whyJson(whys?.get(one.process.namespec)) })),
  budgets: budgets.map(budgetJson),
  channels: channels.map(({ ok, text }) => ({ ok, text })),
  metrics: metrics.map(({ ok, text }) => ({ ok, text })),
})

const whyJson = (why: Why | undefined) =>
  why
    ? { text: why.sentence?.text ?? null, rule: why.sentence?.rule ?? null, unread: why.unread ?? null }
    : null

export const budgetJson = (one: AssessedBudget) => ({
  rule: one.budget.written,
  value_bytes: one.valueBytes ?? null,
  limit_bytes: one.budget.limitBytes,
  verdict: one.isOver ? 'over' : one.valueBytes === undefined ? NOT_READABLE : 'ok',
  now: budgetNowText(one),
  progress: progressJson(one.progress),
})

export function processJson(one: Assessed) {
  const { process, rssBytes, findings } = one
  const finding = governing(one)
  const limit = (finding && limitOf(finding)) ?? null
  const outlook = outlookOf(one, finding)
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
    verdict: outlookWord(outlook),
    now: nowText(one, finding, true),
    pending: pendingJson(
      outlook.kind === 'pending' ? outlook.pending : outlook.kind === 'hold' ? outlook.hold : undefined,
    ),
    leak: leakJson(one.leak),
    rules: findings.map(one => findingJson(one)),
  }
}

export const findingJson = (finding: Finding) => ({
  rule: finding.rule.written,
  metric: finding.rule.metric,
  cumulative: finding.rule.cumulative,
  value: finding.value,
  limit: limitOf(finding) ?? null,
  share: shareOf(finding) ?? null,
  is_over: isOver(finding),
  verdict: outlookWord(findingOutlook(finding)),
  progress: progressJson(finding.progress),
})
