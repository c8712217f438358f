// What memmon would do now, in so few words that they are never cut.

import { formatDuration } from '../base/units.ts'
import type { Assessed, AssessedBudget, Finding } from '../check/assess.ts'
import type { Patience } from '../rules/patience.ts'
import { ProcessState, stateName } from '../rules/process.ts'
import type { Action } from '../rules/rule.ts'
import { isWarned } from './governing.ts'

/** In place of what would be done, where no size can be read. */
export const NOT_READABLE = 'not readable'

/** `hasRules`: false if memmon was given no rules at all. */
export function nowText(one: Assessed, finding: Finding | undefined, hasRules: boolean): string {
  if (one.process.state !== ProcessState.RUNNING) return stateName(one.process.state)
  if (one.isIgnored) return 'ignored'
  if (one.blind) return NOT_READABLE
  if (!finding) return hasRules ? (one.isListener ? 'listener' : 'no rule') : 'RUNNING'
  const { verdict, rule } = finding
  if (verdict.kind === 'act') return actionText(rule.action)
  if (verdict.kind === 'waiting') return `over, waits ${patienceText(rule.patience)}`
  if (verdict.kind === 'young') return `min_uptime ${formatDuration(rule.minUptimeSeconds).replace(' ', '')}`
  return isWarned(finding) ? 'warn' : 'ok'
}

/** Of a budget: what would be done to one of its processes. */
export function budgetNowText({ budget, isOver, valueBytes }: AssessedBudget): string {
  if (valueBytes === undefined) return NOT_READABLE
  if (!isOver) return 'ok'
  const text = actionText(budget.action)
  return text.endsWith('restart') ? `${text} one` : text
}

function actionText(action: Action): string {
  switch (action.kind) {
    case 'signal':
      return `send SIG${action.signal}`
    case 'exec':
      return 'run command'
    case 'would':
      return action.what === 'exec' ? 'would run command' : `would ${action.what}`
    default:
      return action.kind
  }
}

/** As the key `for` has it: '3/5', '5m'. */
const patienceText = (patience: Patience): string =>
  patience.kind === 'seconds'
    ? formatDuration(patience.seconds).replace(' ', '')
    : `${patience.over}/${patience.of}`
