// What a rule or budget as it was given comes to: one spec for each limit that it sets, with what [memmon] says of all.

import type { Action, Drain } from '../rules/action.ts'
import type { BudgetSpec } from '../rules/budgets.ts'
import type { MonitorSpec } from '../rules/monitor.ts'
import { NO_PATIENCE } from '../rules/patience.ts'
import type { Limit, RestartPlan, RuleSpec } from '../rules/rule.ts'
import { formatSelector } from '../rules/selector.ts'
import type { BudgetDraft, RuleDraft } from './draft.ts'
import { growthFault, growthOf } from './growth-spec.ts'
import type { RuleKeys } from './rule-keys.ts'

/** GitLab's for its Sidekiq workers. */
const DEFAULT_GRACE_SECONDS = 900

/** Keys of one rule that contradict each other; `key` is the one that is to blame. */
export class Contradiction extends Error {
  readonly key: string

  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}

const NONE = { kind: 'none' as const, written: 'none' }

/** Negative if `a` is below `b`; undefined where only the machine's memory tells. */
const compared = (a: Limit | undefined, b: Limit | undefined): number | undefined => {
  if (a?.kind === 'amount' && b?.kind === 'amount') return a.amount - b.amount
  if (a?.kind === 'percent' && b?.kind === 'percent') return a.percent - b.percent
  return undefined
}

/** One spec for each limit that the rule sets. */
export function specsOf(
  { scope, selector, origin, limit, keys: { warn: ownWarn, growth: ownGrowth }, isOverruled }: RuleDraft,
  keys: RuleKeys,
  dryRun: boolean,
): RuleSpec[] {
  const name = scope === 'group' ? (selector.group ?? '') : formatSelector(selector)
  const idOf = (what: string) => `${scope} ${name} ${what}`
  const terms = {
    scope,
    selector,
    cumulative: keys.cumulative ?? false,
    patience: keys.patience ?? NO_PATIENCE,
    minUptimeSeconds: keys.minUptimeSeconds ?? 0,
    action: actionOf(origin, keys, dryRun),
    plan: planOf(keys),
  }
  const specs: RuleSpec[] = []
  const hard = keys.hardLimit ?? NONE
  if (ownWarn && !isOverruled && isIdleWarn(ownWarn, limit?.limit, hard))
    throw new Contradiction(
      'warn',
      `${origin}: warn ${ownWarn.written} has no limit beside it: add memory_limit`,
    )
  if (limit || hard.kind !== 'none' || ownGrowth) {
    const own = limit ?? {
      limit: NONE,
      written: `${origin} ${hard.kind === 'none' ? `growth=${ownGrowth}` : `hard_limit=${hard.written}`}`,
    }
    if ((compared(hard, own.limit) ?? 0) < 0) {
      throw new Contradiction(
        'hard_limit',
        `${own.written}: hard_limit ${hard.written} is below the limit; it has to be above`,
      )
    }
    if (keys.warn && isNotBelow(keys.warn, own.limit.kind === 'none' ? hard : own.limit)) {
      throw new Contradiction(
        'warn',
        `${own.written}: warn ${keys.warn.written} is not below the limit, so it would never warn`,
      )
    }
    const warn = keys.warn && { warn: keys.warn }
    const blind = ownGrowth === 'restart' ? growthFault(own.limit, hard, keys) : undefined
    if (blind !== undefined) throw new Contradiction('growth', `${own.written}: ${blind}`)
    specs.push({
      ...terms,
      id: idOf(limit ? 'memory' : 'hard'),
      metric: keys.metric ?? 'rss',
      limit: own.limit,
      hardLimit: hard,
      ...warn,
      growth: growthOf(keys, dryRun),
      written: own.written,
    })
  }
  if (keys.softLimit && keys.softLimit.kind !== 'none')
    specs.push(softSpec({ ...terms, id: idOf('soft') }, origin, limit?.limit, keys, dryRun))
  const counts = [
    ['threads', keys.threadsLimit, 'threads_limit'],
    ['fds', keys.fdsLimit, 'fds_limit'],
  ] as const
  for (const [metric, count, key] of counts) {
    if (!count || count.kind === 'none') continue
    const said = origin.startsWith('[') ? `${origin} ${key}=` : `${origin} --${key.replace('_', '-')} `
    specs.push({
      ...terms,
      id: idOf(metric),
      cumulative: false,
      metric,
      limit: count,
      written: said + count.written,
    })
  }
  return specs
}

/** Without a limit nothing is warned of; but a size is one beside `memory_limit = none`. */
const isIdleWarn = (warn: Limit, limit: Limit | undefined, hard: Limit | undefined): boolean =>
  (hard ?? NONE).kind === 'none' && (!limit || (limit.kind === 'none' && warn.kind === 'percent'))

/** True if it warns of something. */
export const warns = ({ warn, limit, hardLimit }: RuleSpec): boolean =>
  warn !== undefined && !isIdleWarn(warn, limit, hardLimit)

/** A percentage of `warn` is one of the limit. */
const isNotBelow = (warn: Limit, limit: Limit): boolean =>
  warn.kind === 'percent' ? warn.percent >= 100 : (compared(warn, limit) ?? -1) >= 0

/** A soft limit is a rule of its own, whose action is to drain. */
function softSpec(
  terms: Omit<RuleSpec, 'metric' | 'limit' | 'written'>,
  origin: string,
  limit: Limit | undefined,
  keys: RuleKeys,
  dryRun: boolean,
): RuleSpec {
  const soft = keys.softLimit ?? { kind: 'none' as const, written: 'none' }
  const written = origin.startsWith('[')
    ? `${origin} soft_limit=${soft.written}`
    : `${origin} --soft-limit ${soft.written}`
  for (const above of [limit, keys.hardLimit]) {
    if (above && (compared(soft, above) ?? -1) >= 0) {
      throw new Contradiction(
        'soft_limit',
        `${written}: it is not below ${above.written}, so nothing would be drained`,
      )
    }
  }
  const action: Action = dryRun ? { kind: 'would', what: 'drain' } : drainOf(keys)
  return { ...terms, action, metric: keys.metric ?? 'rss', limit: soft, written }
}

const drainOf = ({ graceSeconds, drainSignal, drainCommand, drainCheck }: RuleKeys): Drain => ({
  kind: 'drain',
  graceSeconds: graceSeconds ?? DEFAULT_GRACE_SECONDS,
  ...(drainSignal !== undefined && { signal: drainSignal }),
  ...(drainCommand !== undefined && { command: drainCommand }),
  ...(drainCheck !== undefined && { check: drainCheck }),
})
/** What a sample takes beside its time: two collections of the worker's garbage, and its report. */
const SAMPLE_GRACE_SECONDS = 90

const planOf = ({
  preRestartCommand,
  diagnoseCommand,
  postRestartCommand,
  restartCommand,
  restartGroup,
  memorySampleSeconds: seconds = 0,
  memorySampleTimeoutSeconds: timeoutSeconds = seconds + SAMPLE_GRACE_SECONDS,
}: RuleKeys): RestartPlan => ({
  group: restartGroup ?? false,
  ...(preRestartCommand !== undefined && { preCommand: preRestartCommand }),
  ...(diagnoseCommand !== undefined && { diagnoseCommand }),
  ...(postRestartCommand !== undefined && { postCommand: postRestartCommand }),
  ...(restartCommand !== undefined && { restartCommand }),
  ...(seconds > 0 && { memorySample: { seconds, timeoutSeconds } }),
})

/** A monitor of the operator's own, with what [memmon] says of all rules. */
export const monitorOf = (path: string, keys: RuleKeys, isDryRun: boolean): MonitorSpec => ({
  id: `monitor ${path}`,
  path,
  plan: planOf(keys),
  drain: drainOf(keys),
  isDryRun,
})

export function budgetOf(
  { kind, selector, limit, written, keys: own }: BudgetDraft,
  keys: RuleKeys,
  dryRun: boolean,
): BudgetSpec {
  // What is the rule for single processes need not fit a budget: only what the section itself says is refused.
  const action = keys.action?.kind === 'restart' || keys.action?.kind === 'alert' ? keys.action : undefined
  if (own.action && own.action !== action) {
    throw new Contradiction(
      'action',
      `${written}: a budget can restart or alert; action = ${own.action.kind} is for single processes`,
    )
  }
  const done: Action = action ?? { kind: 'restart' }
  return {
    id: kind === 'group' ? `budget ${kind} ${selector.group}` : `budget ${kind}`,
    kind,
    selector,
    limit,
    written,
    cumulative: keys.cumulative ?? false,
    patience: keys.patience ?? NO_PATIENCE,
    minUptimeSeconds: keys.minUptimeSeconds ?? 0,
    plan: planOf(keys),
    action: dryRun && done.kind === 'restart' ? { kind: 'would', what: 'restart' } : done,
  }
}

function actionOf(
  origin: string,
  { action = { kind: 'restart' }, execCommand }: RuleKeys,
  dryRun: boolean,
): Action {
  if (action.kind === 'exec' && execCommand === undefined) {
    throw new Contradiction(
      'action',
      `${origin}: action exec needs exec_command: a program and its arguments`,
    )
  }
  if (dryRun && action.kind !== 'alert' && action.kind !== 'would')
    return { kind: 'would', what: action.kind }
  return action.kind === 'exec' ? { kind: 'exec', command: execCommand ?? '' } : action
}
