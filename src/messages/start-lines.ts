// What memmon says of its settings at the start, and when they change: one line a rule, in bytes and as written.

import type { Log } from '../base/log.ts'
import { doubtful } from '../base/log-facts.ts'
import { formatServerUrl, type ServerAddress } from '../base/server-url.ts'
import { digitsOf, formatDuration, formatSize } from '../base/units.ts'
import type { Capacity, InForce } from '../config/in-force.ts'
import type { Settings } from '../config/settings.ts'
import { actionVerb, type Drain, drainMeans } from '../rules/action.ts'
import type { Budget } from '../rules/budgets.ts'
import { growthText } from '../rules/growth.ts'
import { isMemory, metricText } from '../rules/metric.ts'
import { patienceText } from '../rules/patience.ts'
import type { Rule } from '../rules/rule.ts'
import { termLines } from './term-lines.ts'

export function logStart(settings: Settings, address: ServerAddress, source: string, log: Log): void {
  const url = formatServerUrl(address)
  const facts = { event: 'started', supervisord: url, source, dry_run: settings.dryRun }
  log('INFO', `memmon watches supervisord at ${url}, by ${source}`, () => facts)
  if (settings.dryRun) log('INFO', '--dry-run: limits are checked and logged, nothing is restarted')
}

/** All that is in force: one line for each rule and budget, and for what else is not as usual. */
export function logRules(
  { settings, capacity, ruleset: { rules, budgets, unresolved } }: InForce,
  log: Log,
): void {
  for (const rule of rules) log('INFO', ruleText(rule, capacity))
  for (const budget of budgets) log('INFO', budgetText(budget, capacity))
  for (const written of unresolved) log('WARN', disabledText(written), doubtful)
  for (const text of hiddenTexts(capacity)) log('WARN', text, doubtful)
  for (const line of termLines(settings)) log('INFO', line)
}

/** A rule of `unresolved`. */
export const disabledText = (written: string): string =>
  `${written} is disabled: total memory is unknown here; use a size instead of a share`

/** The machine's memory may be more than a container has. */
export const hiddenTexts = (capacity: Capacity | undefined): string[] =>
  capacity?.hiddenGroup === undefined
    ? []
    : [
        `Shares count all ${formatSize(capacity.bytes)} of the machine: the memory limit of the control group ${capacity.hiddenGroup} is not visible; mount /sys/fs/cgroup here, or use sizes instead of shares`,
      ]

/** What a rule does, to whom, and over what. */
export function ruleText(rule: Rule, capacity: Capacity | undefined): string {
  const { metric, cumulative, limit, hardLimit, warnAbove, limitWritten, minUptimeSeconds } = rule
  const what = isMemory(metric) ? `of ${metricText(metric, cumulative)}` : metricText(metric, false)
  const amount = isMemory(metric) ? sizeText(limit, shareText(limitWritten, capacity)) : String(limit)
  const text = Number.isFinite(limit)
    ? `${actionVerb(rule.action)} ${whom(rule)} over ${amount} ${what}`
    : `no limit for ${whom(rule)}`
  const more = [
    patienceText(rule.patience),
    ...(Number.isFinite(hardLimit)
      ? [`at once over ${sizeText(hardLimit, formatSize(hardLimit))} ${what}`]
      : []),
    ...(Number.isFinite(warnAbove) ? [`warns over ${sizeText(warnAbove, formatSize(warnAbove))}`] : []),
    ...(rule.action.kind === 'drain' ? drainTexts(rule.action) : []),
    ...(minUptimeSeconds > 0 ? [`not in its first ${formatDuration(minUptimeSeconds)}`] : []),
    ...planTexts(rule),
    rule.growth && growthText(rule.growth),
  ].filter(part => part !== undefined)
  return `${rule.written}: ${[text, ...more].join(', ')}`
}

function drainTexts(drain: Drain): string[] {
  const { check, graceSeconds } = drain
  const means = drainMeans(drain)
  const done = check === undefined ? 'it has finished' : 'drain_check succeeds'
  return [
    ...(means === undefined ? [] : [`asked to finish by ${means}`]),
    `restarted when ${done}, or after ${formatDuration(graceSeconds)}`,
  ]
}

/** What goes with a restart; nothing for a rule that only alerts, sends a signal or runs a command. */
function planTexts({ action, plan }: Pick<Rule, 'action' | 'plan'>): string[] {
  const kind = action.kind === 'would' ? action.what : action.kind
  if (kind !== 'restart' && kind !== 'drain') return []
  const { preCommand, diagnoseCommand, restartCommand, postCommand, group, memorySample } = plan
  const commands = {
    pre_restart_command: preCommand,
    diagnose_command: diagnoseCommand,
    restart_command: restartCommand,
    post_restart_command: postCommand,
  }
  const given = Object.entries(commands).flatMap(([key, command]) => (command === undefined ? [] : [key]))
  return [
    ...(given.length > 0 ? [`with ${given.join(', ')}`] : []),
    ...(group ? ['the whole group together (restart_group)'] : []),
    ...(memorySample ? [`sampled for ${formatDuration(memorySample.seconds)} before (memory_sample)`] : []),
  ]
}

/** The same of a budget. */
export function budgetText(budget: Budget, capacity: Capacity | undefined): string {
  const { kind, selector, limitBytes, written, patience } = budget
  const share = written.includes('%') ? ` (${shareText(written.replace(/^.*[= ]/, ''), capacity)})` : ''
  const bytes = `${bytesText(limitBytes)}${share}`
  const over = {
    group: `the group ${selector.group} uses more than ${bytes} together`,
    total: `all processes use more than ${bytes} together`,
    free: `less than ${bytes} are free`,
  }[kind]
  const done =
    budget.action.kind === 'alert'
      ? 'alerts'
      : `${actionVerb(budget.action)} the one with the most private memory, one at a time,`
  const waits = patienceText(patience)
  const more = [...(waits === undefined ? [] : [waits]), ...planTexts(budget)]
  return `${[`${written}: ${done} when ${over}`, ...more].join(', ')}`
}

/** In bytes, and as people say it, unless that is the same. */
function sizeText(sizeBytes: number, written: string): string {
  const size = /^\d+$/.test(written) ? formatSize(sizeBytes) : written
  return /^\d+B$/i.test(size) ? bytesText(sizeBytes) : `${bytesText(sizeBytes)} (${size})`
}

const bytesText = (sizeBytes: number): string => `${digitsOf(sizeBytes)} byte${sizeBytes === 1 ? '' : 's'}`

const shareText = (written: string, capacity: Capacity | undefined): string =>
  written.endsWith('%') && capacity
    ? `${written} of ${formatSize(capacity.bytes)}, by ${capacity.source}`
    : written

function whom({ scope, selector }: Rule): string {
  if (scope === 'any') return 'any process'
  if (scope === 'group') return `each process of the group ${selector.group}`
  return selector.group === undefined ? `${selector.name} in any group` : `${selector.group}:${selector.name}`
}
