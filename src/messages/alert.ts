// What an outcome means for an Alertmanager: which alerts it fires about which process, and which it ends. Pure.
import { oneLine } from '../base/text.ts'
import type { Failed, Noticed, RestartOutcome } from '../rules/outcome.ts'
import { type ProcessKey, sameRun } from '../rules/process.ts'
import { isAboutBudget } from './notice-words.ts'
import { outcomeText } from './outcome-text.ts'
import { type Told, toldWords } from './told.ts'

/** Every alert, and its severity. */
export const ALERTS = {
  MemmonProcessOverLimit: 'warning',
  MemmonProcessNearLimit: 'warning',
  MemmonProcessLeaking: 'warning',
  MemmonProcessRestarted: 'info',
  MemmonProcessDown: 'critical',
  MemmonRestartFailed: 'warning',
  MemmonRestartsCapped: 'warning',
  MemmonRestartPostponed: 'warning',
  MemmonLimitTooLow: 'warning',
  MemmonBudgetExceeded: 'warning',
} as const
export type AlertName = keyof typeof ALERTS

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** Its subject; '' for a budget. */
  readonly namespec: string
  /** Its run of the process: the alert ends when a new run begins. undefined: any run. */
  readonly run: ProcessKey | undefined
  readonly startsAtMs: number
  /** Ends then, if nothing ends it before; undefined: keeps firing. */
  readonly untilMs: number | undefined
  /** Reports an event, and is worth sending late, too. */
  readonly isEvent: boolean
}

export type AlertChange =
  | { readonly kind: 'fire'; readonly alert: Alert }
  /** Those with this name, or any name, about this process; for budgets those with this rule. */
  | {
      readonly kind: 'end'
      readonly namespec: string
      readonly names?: readonly AlertName[]
      readonly rule?: string
    }

export interface AlertContext {
  readonly host: string
  /** The value of -n. */
  readonly name: string | undefined
}

/** An event shows for this long. */
const EVENT_MS = 10 * 60_000
/** A failure that does not recur ends after this: each check tries again. */
const FAILURE_MS = 60 * 60_000

/** In the order in which they happen. */
export function alertChanges(outcome: RestartOutcome, context: AlertContext): AlertChange[] {
  const { namespec } = outcome.request.process
  const end = (...names: AlertName[]): AlertChange => ({ kind: 'end', namespec, names })
  switch (outcome.kind) {
    case 'restarted':
      return [
        { kind: 'end', namespec },
        fire('MemmonProcessRestarted', outcome, context, { lastsMs: EVENT_MS, isEvent: true }),
      ]
    case 'skipped':
      return [end('MemmonProcessDown', 'MemmonRestartFailed', 'MemmonRestartPostponed')]
    case 'failed':
      return ofFailure(outcome, context)
    case 'capped': {
      const lastsMs = Math.max(0, outcome.until - outcome.occurredAt)
      return [fire('MemmonRestartsCapped', outcome, context, { lastsMs })]
    }
    case 'noticed':
      return ofNotice(outcome, context)
  }
}

/** 'signal', 'exec' and 'drain' are no restarts: the process is over its limit, and the action failed. */
function ofFailure(outcome: Failed, context: AlertContext): AlertChange[] {
  const { phase } = outcome
  const isDown = phase === 'start' || phase === 'stopping' || phase === 'removed'
  if (!isDown) return [fire('MemmonRestartFailed', outcome, context, { lastsMs: FAILURE_MS })]
  const { namespec } = outcome.request.process
  // A removed process never comes back: only time ends the alert.
  const terms = phase === 'removed' ? { lastsMs: FAILURE_MS, isEvent: true } : {}
  return [{ kind: 'end', namespec }, fire('MemmonProcessDown', outcome, context, terms)]
}

function ofNotice(outcome: Noticed, context: AlertContext): AlertChange[] {
  const { breach, process } = outcome.request
  const { namespec } = process
  const end = (...names: AlertName[]): AlertChange => ({ kind: 'end', namespec, names })
  if (isAboutBudget(outcome)) {
    if (outcome.what === 'alerted') return [fire('MemmonBudgetExceeded', outcome, context)]
    return [{ kind: 'end', namespec: '', names: ['MemmonBudgetExceeded'], rule: breach.rule }]
  }
  switch (outcome.what) {
    case 'alerted':
      return [fire('MemmonProcessOverLimit', outcome, context)]
    case 'relieved':
      return [end('MemmonProcessOverLimit')]
    case 'warned':
      return [fire('MemmonProcessNearLimit', outcome, context)]
    case 'eased':
      return [end('MemmonProcessNearLimit')]
    case 'leaking':
      return [fire('MemmonProcessLeaking', outcome, context)]
    case 'leak_over':
      return [end('MemmonProcessLeaking')]
    case 'postponed':
      return [fire('MemmonRestartPostponed', outcome, context)]
    case 'limit_too_low':
      return [fire('MemmonLimitTooLow', outcome, context, { lastsMs: FAILURE_MS, isEvent: true })]
    default:
      return []
  }
}

function fire(
  alertname: AlertName,
  outcome: Told,
  { host, name }: AlertContext,
  { lastsMs, isEvent = false }: { readonly lastsMs?: number; readonly isEvent?: boolean } = {},
): AlertChange {
  const { process, breach } = outcome.request
  const isBudget = alertname === 'MemmonBudgetExceeded'
  const about = isBudget ? { rule: breach.rule } : { group: process.group, name: process.name }
  const labels = {
    ...{ alertname, severity: ALERTS[alertname], instance: host, ...about },
    ...(name !== undefined && { memmon: name }),
  }
  const annotations = { summary: toldWords(outcome, host).headline, description: outcomeText(outcome) }
  const alert: Alert = {
    labels: eachAsLine(labels),
    annotations: eachAsLine(annotations),
    namespec: isBudget ? '' : process.namespec,
    run: isEvent || isBudget ? undefined : { pid: process.pid, startSeconds: process.startSeconds },
    startsAtMs: outcome.occurredAt,
    untilMs: lastsMs === undefined ? undefined : outcome.occurredAt + lastsMs,
    isEvent,
  }
  return { kind: 'fire', alert }
}

const eachAsLine = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, oneLine(text)]))

/** True if the change ends the alert. */
export const isEndedBy = (alert: Alert, change: Extract<AlertChange, { kind: 'end' }>): boolean =>
  alert.namespec === change.namespec &&
  !alert.isEvent &&
  (change.names?.some(name => name === alert.labels.alertname) ?? true) &&
  (change.rule === undefined || alert.labels.rule === oneLine(change.rule))

/** True if the program has another run than the alert's. */
export const isOfOtherRun = ({ run }: Alert, now: ProcessKey): boolean =>
  run !== undefined && !sameRun(run, now)
