// What follows from what is seen of one process's growth: an alert when a leak begins, another when it ends, a restart
// before its limit. Pure.
import { formatSize } from '../base/units.ts'
import { type Growth, type GrowthTerms, isGrowthDue } from '../rules/growth.ts'
import type { Noticed, RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, type ProcessKey, sameRun } from '../rules/process.ts'
import type { Breach, Rule } from '../rules/rule.ts'
import type { Increase } from '../trend/increase.ts'
import type { Verdict } from '../trend/verdict.ts'

/** The rule that says what is done about a process's growth. */
export interface GrowthRule {
  readonly rule: Rule
  readonly terms: GrowthTerms
  /** The lowest of its limits that counts what is measured; Infinity if there is none. */
  readonly limitBytes: number
  /** Descendants are counted in what is measured. */
  readonly cumulative: boolean
}

/** What was seen of it now. */
export interface GrowthSight extends GrowthRule {
  readonly process: ProcessInfo
  readonly sizeBytes: number
  /** undefined: it does not leak. */
  readonly growth: Growth | undefined
  readonly verdict: Verdict
  /** The run that was said to leak, until it is said that it no longer does. */
  readonly told: ProcessKey | undefined
}

/** What is done about it. */
export type GrowthStep =
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  | { readonly kind: 'notice'; readonly notice: Pick<Noticed, 'what' | 'request' | 'detail'> }

/** `minute` is that of the local day; `wasDue`: a restart was due at the last look, as --dry-run says once. */
export function growthSteps(sight: GrowthSight, minute: number, wasDue: boolean): GrowthStep[] {
  const { growth, told, terms, sizeBytes, limitBytes } = sight
  if (!growth) return told ? [ended(sight, told)] : []
  const steps: GrowthStep[] = []
  if (!told || !sameRun(told, sight.process)) steps.push(begun(sight, growth))
  if (!isGrowthDue(terms, growth, sizeBytes, limitBytes, minute)) return steps
  const request = requestOf(sight, growth)
  if (terms.kind === 'restart') steps.push({ kind: 'restart', request })
  else if (!wasDue) steps.push({ kind: 'notice', notice: { what: 'would', request, detail: 'restart' } })
  return steps
}

/** True if a restart is due, done or not. */
export const isDue = ({ terms, growth, sizeBytes, limitBytes }: GrowthSight, minute: number): boolean =>
  growth !== undefined && isGrowthDue(terms, growth, sizeBytes, limitBytes, minute)

function begun(sight: GrowthSight, growth: Growth): GrowthStep {
  const { terms, limitBytes } = sight
  const detail =
    terms.kind === 'restart' && Number.isFinite(limitBytes)
      ? 'Left running; memmon restarts it shortly before it reaches its limit (growth = restart)'
      : 'Left running (growth = alert); another message follows when it no longer leaks'
  return { kind: 'notice', notice: { what: 'leaking', request: requestOf(sight, growth), detail } }
}

function ended(sight: GrowthSight, told: ProcessKey): GrowthStep {
  const { process, verdict, sizeBytes } = sight
  const detail = !sameRun(told, process)
    ? `it runs anew, as pid ${process.pid}`
    : verdict.kind === 'bloat'
      ? `it has levelled off at ${formatSize(verdict.toBytes)}`
      : `it uses ${formatSize(sizeBytes)} and has stopped growing`
  return { kind: 'notice', notice: { what: 'leak_over', request: requestOf(sight), detail } }
}

function requestOf(
  { process, rule, sizeBytes, limitBytes, cumulative }: GrowthSight,
  growth?: Growth,
): RestartRequest {
  const breach: Breach = {
    rule: rule.written,
    ruleId: rule.id,
    metric: 'rss',
    cumulative,
    value: sizeBytes,
    limit: limitBytes,
    ...(growth && { growth }),
  }
  return { process, breach }
}

/** What the detector's verdict, or what was counted, comes to; undefined if it does not leak. */
export function growthOf(
  { increase: terms }: GrowthTerms,
  verdict: Verdict,
  increase: Increase | undefined,
  nowMs: number,
): Growth | undefined {
  if (terms) return increase && increase.count >= terms.limit ? growthOfCount(increase, nowMs) : undefined
  if (verdict.kind !== 'leak') return undefined
  const { forSeconds, fromBytes, toBytes, slopeBytesPerHour, secondsToLimit, sureness } = verdict
  return {
    forSeconds,
    fromBytes,
    slopeBytesPerHour,
    sureness,
    isOverBelowBytes: Math.floor((fromBytes + toBytes) / 2),
    ...(secondsToLimit !== undefined && { secondsToLimit }),
  }
}

const growthOfCount = ({ firstBytes, firstAtMs, maximumBytes, count }: Increase, nowMs: number): Growth => ({
  forSeconds: Math.max(0, nowMs - firstAtMs) / 1000,
  fromBytes: firstBytes,
  increases: count,
  isOverBelowBytes: Math.floor((firstBytes + maximumBytes) / 2),
})
