// Values as the pure parts take them: processes, rules as flags give them, and restarts with what became of them.
import { parseFlags } from '../../src/config/flags.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { Outgoing } from '../../src/delivery/channel.ts'
import type { Failed, Restarted, RestartRequest } from '../../src/rules/outcome.ts'
import { namespecOf, type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { type Breach, type Rule, resolveRule } from '../../src/rules/rule.ts'

export const MB = 1024 * 1024

/** A process that runs as `group:name`, or as `name:name`. */
export function processNamed(text: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  const [group = '', name = group] = text.split(':')
  const namespec = namespecOf(group, name)
  const run = { state: ProcessState.RUNNING, pid: 4711, startSeconds: 1_000_000, nowSeconds: 1_003_723 }
  return { group, name, namespec, ...run, spawnError: '', ...more }
}

/** The settings that the flags give. */
export function settingsFrom(...argv: string[]): Settings {
  const flags = parseFlags(argv)
  if (flags.kind !== 'settings') throw new Error(`${argv.join(' ')} asks for ${flags.kind}`)
  return flags.settings
}

/** The rules that the flags give, where there are 1000 MB. */
export const rulesFrom = (...argv: string[]): readonly Rule[] =>
  settingsFrom(...argv).rules.map(spec => {
    const rule = resolveRule(spec, 1000 * MB)
    if (!rule) throw new Error(`${spec.written} is not resolved`)
    return rule
  })

/** A breach of the first of the rules that has a limit. */
export function breachFor(value: number, ...argv: string[]): Breach {
  const rule = rulesFrom(...argv).find(({ limit }) => Number.isFinite(limit))
  if (!rule) throw new Error('no rule was given')
  const { written, id, metric, cumulative, limit } = rule
  return { rule: written, ruleId: id, metric, cumulative, value, limit }
}

/** The restart of a process for being larger than the first of the rules allows. */
export function requestFor(process: ProcessInfo, sizeBytes: number, ...argv: string[]): RestartRequest {
  return { process, breach: breachFor(sizeBytes, ...argv) }
}

/** 2026-11-21 12:00:00 UTC. */
const OCCURRED_AT = Date.UTC(2026, 10, 21, 12)

/** A message as the outbox takes it. */
export const outgoing = (subject: string, more: Partial<Outgoing> = {}): Outgoing => ({
  id: `id-${subject.replace(/\W/g, '')}`,
  subject,
  text: 'It was.\n',
  event: { memmon: 1, event: 'restarted', text: subject },
  thread: 'memmon.web_web',
  createdAt: OCCURRED_AT,
  ...more,
})

export const restarted = (request: RestartRequest, more: Partial<Restarted> = {}): Restarted => ({
  kind: 'restarted',
  request,
  occurredAt: OCCURRED_AT,
  newPid: 4712,
  durationMs: 1234,
  startedBy: 'memmon',
  failedStarts: 0,
  ...more,
})

export const failed = (request: RestartRequest, phase: Failed['phase'], fault: string): Failed => ({
  kind: 'failed',
  request,
  occurredAt: OCCURRED_AT,
  phase,
  fault,
})
