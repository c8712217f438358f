// What memmon does, or would do if it checked now, in so few words that they are never cut.

import { timestamp } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import type { Assessed, AssessedBudget } from '../check/assess.ts'
import type { Finding } from '../check/finding.ts'
import { type Outlook, outlookOf } from '../check/outlook.ts'
import { actionNow, actionTold } from '../rules/action.ts'
import type { KnownLeak, Pending } from '../rules/past.ts'
import type { Patience, Progress } from '../rules/patience.ts'
import { stateName } from '../rules/process.ts'

type FindingOutlook = Exclude<Extract<Outlook, { finding: Finding }>, { kind: 'leak' | 'hold' }>

/** In place of what would be done, where no size can be read. */
export const NOT_READABLE = 'not readable'

/** `hasRules`: false if memmon was given no rules at all. */
export function nowText(one: Assessed, finding: Finding | undefined, hasRules: boolean): string {
  const outlook = outlookOf(one, finding)
  switch (outlook.kind) {
    case 'down':
      return stateName(one.process.state)
    case 'blind':
      return NOT_READABLE
    case 'no rule':
      return hasRules ? (one.isListener ? 'listener' : 'no rule') : 'RUNNING'
    case 'pending':
      return pendingText(outlook.pending)
    case 'hold':
      return pendingText(outlook.hold)
    case 'leak':
      return leakText(outlook.leak)
    default:
      return 'finding' in outlook ? findingText(outlook) : outlook.kind
  }
}

function findingText({ kind, finding }: FindingOutlook): string {
  const { rule, progress } = finding
  switch (kind) {
    case 'act':
      return actionNow(rule.action)
    case 'waiting':
      return waitsText(rule.patience, progress)
    case 'told':
      return actionTold(rule.action)
    case 'young':
      return `min_uptime ${compact(rule.minUptimeSeconds)}`
    default:
      return kind
  }
}

/** Of a budget: what would be done to one of its processes. */
export function budgetNowText({ budget, isOver, valueBytes, verdict, progress }: AssessedBudget): string {
  if (valueBytes === undefined) return NOT_READABLE
  if (!isOver) return 'ok'
  switch (verdict?.kind) {
    case undefined:
      return 'restarting one'
    case 'waiting':
      return waitsText(budget.patience, progress)
    case 'told':
      return actionTold(budget.action)
    case 'alert':
      // No restart would help: that is all that is said.
      return budget.action.kind === 'would' && verdict.victim ? ofOne(actionNow(budget.action)) : 'alert'
    default:
      return ofOne(actionNow(budget.action))
  }
}

const ofOne = (text: string): string => (text.endsWith('restart') ? `${text} one` : text)

function pendingText(pending: Pending): string {
  switch (pending.kind) {
    case 'capped':
      return `capped until ${timestamp(new Date(pending.untilMs)).slice(11, 16)}`
    case 'held':
      return `held ${largest(pending.leftSeconds)}`
    case 'queued':
      return 'waits its turn'
    case 'draining': {
      const of = pending.graceSeconds === undefined ? '' : ` of ${compact(pending.graceSeconds)}`
      return `draining ${largest(pending.forSeconds)}${of}`
    }
    case 'watched':
      return 'drained, watched'
    case 'restarting':
      return pending.hasFailed ? 'start failed' : 'restarting'
    case 'muted':
      return `muted until ${timestamp(new Date(pending.untilMs)).slice(11, 16)}`
    default:
      return pending.kind
  }
}

/** When it reaches its limit, if that is forecast. */
function leakText({ leftSeconds }: KnownLeak): string {
  if (leftSeconds === undefined) return 'leak'
  return `leak: limit ${leftSeconds < 60 ? 'soon' : `in ${largest(leftSeconds)}`}`
}

/** With a running memmon how far it is, else what `for` asks. */
function waitsText(patience: Patience, progress: Progress | undefined): string {
  if (!progress) return `over, waits ${patienceText(patience)}`
  if (progress.kind === 'seconds') return `waits ${largest(progress.seconds)} of ${compact(progress.needed)}`
  const { over, needed, made, of } = progress
  return over < needed ? `waits ${over} of ${needed}` : `waits, ${made} of ${of} made`
}

/** As the key `for` has it: '3/5', '5m'. */
const patienceText = (patience: Patience): string =>
  patience.kind === 'seconds' ? compact(patience.seconds) : `${patience.over}/${patience.of}`

const compact = (seconds: number): string => formatDuration(seconds).replace(' ', '')

/** Its largest unit alone. */
const largest = (seconds: number): string => formatDuration(seconds).replace(/ .*/, '')
