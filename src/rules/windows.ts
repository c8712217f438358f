// One rule over one process through time: patience, hard limits, warnings and what was told already. Pure: a window
// and a sample in, a window and a verdict out.

import { formatDuration } from '../base/units.ts'
import { formatAmount } from './metric.ts'
import { isOut, type Progress, patienceText, progressOf as progress, type Spell } from './patience.ts'
import { type ProcessInfo, type ProcessKey, sameRun } from './process.ts'
import type { Breach, Rule } from './rule.ts'

/** A warning, or an alert, is over when the value is back under this share of its threshold: no to and fro. */
export const EASED_SHARE = 0.95

/** What is remembered of a rule and a process from check to check. */
export interface Window {
  readonly run: ProcessKey
  /** The last values, oldest first; no more than the rule's patience counts. */
  readonly values: readonly number[]
  /** Since when it is over without a break, by the clock of `judge`. */
  readonly overSince: number | undefined
  /** It was warned about, and is still over the threshold. */
  readonly warned: boolean
  /** It was acted upon without a restart, and is still over the limit. */
  readonly told: boolean
}

export type Verdict =
  /** Nothing: under its limits, or too young to be judged. */
  | { readonly kind: 'fine' | 'young' }
  /** Over a limit, and acted upon now; or not: waiting for its patience, or told already. */
  | { readonly kind: 'act' | 'waiting' | 'told'; readonly breach: Breach }

export interface Judged {
  readonly verdict: Verdict
  /** A threshold was crossed, or left, or the alert is over. */
  readonly change?: { readonly kind: 'warned' | 'eased' | 'relieved'; readonly breach: Breach }
  /** undefined: there is nothing to remember. */
  readonly window: Window | undefined
}

/** One check of one rule; `at` in milliseconds of a monotonic clock, `value` in the rule's metric. */
export function judge(
  rule: Rule,
  process: ProcessInfo,
  uptimeSeconds: number,
  value: number,
  at: number,
  before: Window | undefined,
): Judged {
  if (uptimeSeconds < rule.minUptimeSeconds) return { verdict: { kind: 'young' }, window: undefined }
  const window = advance(
    rule,
    process,
    value,
    at,
    before && sameRun(before.run, process) ? before : undefined,
  )
  const verdict = verdictOf(rule, window, value, at)
  if (verdict.kind === 'act') {
    // Counted from zero again: what was counted once leads to one act.
    const told = rule.action.kind !== 'restart'
    // It is a warning, too, where one can be over again: else nothing would ever end it.
    const warned = window.warned || (told && Number.isFinite(rule.warnAbove))
    return { verdict, window: { ...window, values: [], overSince: undefined, told, warned } }
  }
  const change = changeOf(rule, window, value)
  const next = {
    ...window,
    warned: change?.kind === 'warned' || (window.warned && change?.kind !== 'eased'),
    told: window.told && change?.kind !== 'relieved',
  }
  return { verdict, ...(change && { change }), window: isEmpty(next, rule) ? undefined : next }
}

/** '[99MB, 100MB*, 101MB*]': * is over the limit. */
const windowText = (rule: Rule, values: readonly number[]): string =>
  `[${values.map(value => `${formatAmount(rule.metric, value)}${value > rule.limit ? '*' : ''}`).join(', ')}]`

function advance(
  rule: Rule,
  { pid, startSeconds }: ProcessKey,
  value: number,
  at: number,
  before: Window | undefined,
): Window {
  const kept = rule.patience.kind === 'checks' ? rule.patience.of : 1
  return {
    run: { pid, startSeconds },
    values: [...(before?.values ?? []), value].slice(-kept),
    overSince: value > rule.limit ? (before?.overSince ?? at) : undefined,
    warned: before?.warned ?? false,
    told: before?.told ?? false,
  }
}

function verdictOf(rule: Rule, window: Window, value: number, at: number): Verdict {
  const hard = value > rule.hardLimit
  if (!hard && value <= rule.limit) return { kind: 'fine' }
  const { metric, cumulative, patience, id } = rule
  const values = window.values.length > 1 ? { window: windowText(rule, window.values) } : {}
  const limit = hard ? rule.hardLimit : rule.limit
  const isHard = hard ? { isHard: true } : {}
  const breach = { rule: rule.written, ruleId: id, metric, cumulative, value, limit, ...values, ...isHard }
  // A drain is asked for at each check: whoever drains knows what was begun, and what has come between.
  if (window.told && rule.action.kind !== 'drain') return { kind: 'told', breach }
  if (hard) return { kind: 'act', breach: { ...breach, reason: 'over hard_limit, which does not wait' } }
  if (!isOut(patience, spellOf(rule, window), at))
    return { kind: 'waiting', breach: { ...breach, reason: waitingText(rule, window, at) } }
  const reason = patienceText(patience)
  return { kind: 'act', breach: { ...breach, ...(reason !== undefined && { reason }) } }
}

const spellOf = (rule: Rule, { values, overSince }: Window): Spell => ({
  overs: values.map(value => value > rule.limit),
  overSince,
})

/** How far a rule is with its patience, once its window has taken a sample. */
export const progressOf = (rule: Rule, window: Window, at: number): Progress =>
  progress(rule.patience, spellOf(rule, window), at)

function waitingText(rule: Rule, window: Window, at: number): string {
  const waited = progressOf(rule, window, at)
  if (waited.kind === 'seconds')
    return `for ${formatDuration(waited.seconds)} of ${formatDuration(waited.needed)}`
  const { over, needed, made, of } = waited
  const full = made < of ? `, ${made} of ${of} checks made` : ''
  return `${over} of the ${needed} checks that it takes${full}`
}

function changeOf(rule: Rule, window: Window, value: number): Judged['change'] {
  const { written, id, metric, cumulative } = rule
  const limit = Math.min(rule.limit, rule.hardLimit)
  // A drain is over as soon as it has had its effect; an alert must not flap.
  const share = rule.action.kind === 'drain' ? 1 : EASED_SHARE
  if (window.told && value <= limit * share) {
    return { kind: 'relieved', breach: { rule: written, ruleId: id, metric, cumulative, value, limit } }
  }
  if (!Number.isFinite(rule.warnAbove)) return undefined
  const threshold = `warn ${formatAmount(metric, rule.warnAbove)} of ${written}`
  const breach = { rule: threshold, ruleId: id, metric, cumulative, value, limit: rule.warnAbove }
  if (!window.warned && value > rule.warnAbove) return { kind: 'warned', breach }
  if (window.warned && value <= rule.warnAbove * EASED_SHARE) return { kind: 'eased', breach }
  return undefined
}

/** True if the next check can begin without it. */
function isEmpty({ warned, told, overSince }: Window, { patience }: Rule): boolean {
  if (warned || told || overSince !== undefined) return false
  return patience.kind === 'seconds' || patience.over === patience.of // else the good checks count, too
}
