// What the settings in force say of a restart or a drain that has begun under them or under earlier ones. Pure.

import { type Action, type Drain, drainMeans } from '../rules/action.ts'
import type { Budget } from '../rules/budgets.ts'
import { isMemory } from '../rules/metric.ts'
import { drainOfVerdict, type MonitorSpec, planOfVerdict } from '../rules/monitor.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { type Breach, type Rule, rulesFor } from '../rules/rule.ts'
import { type Selector, selects } from '../rules/selector.ts'
import type { Terms } from './job-events.ts'

/** The part of the settings that a restart depends on, shares of memory resolved. */
export interface RulesInForce {
  readonly rules: readonly Rule[]
  readonly budgets: readonly Budget[]
  readonly monitors: readonly MonitorSpec[]
  readonly ignored: readonly Selector[]
  readonly mostSpecific: boolean
}

/** The rule or budget by the id that the breach names: whether it still asks for this, with which limit and hooks. */
export function termsOf(request: RestartRequest, settings: RulesInForce): Terms {
  const { process, breach } = request
  if (breach.isOfMonitor) return termsOfMonitor(request, settings)
  if (breach.isByHand) return termsByHand(request, settings)
  const { group, name } = process
  const rule = [...settings.rules, ...settings.budgets].find(({ id }) => id === breach.ruleId)
  const spared = (why: string): Terms => ({ kind: 'spared', why, ...(rule && { plan: rule.plan }) })
  if (!rule) return spared('its rule was removed from the settings')
  if (settings.ignored.some(selector => selects(selector, group, name)))
    return spared('the settings ignore it now')
  const why = breach.growth ? notDoneAboutGrowth(rule) : notDoneBy(rule.action)
  if (why !== undefined) return spared(why)
  if (breach.together !== undefined) {
    if (!rule.plan.group) return spared('restart_group is off for its group now')
  } else if ('scope' in rule) {
    if (!holdsFor(rule, { process, breach }, settings)) return spared('its rule no longer applies to it')
    if (!countsAlike(rule, breach)) return spared('its rule counts something else now')
  }
  const { plan, action } = rule
  const limit = 'limitBytes' in rule ? rule.limitBytes : breach.isHard ? rule.hardLimit : rule.limit
  return { kind: 'stands', plan, limit, ...(action.kind === 'drain' && { drain: action }) }
}

/** A monitor has no limit of its own, and its hooks are those of the process's closest rule. */
function termsOfMonitor({ process, breach }: RestartRequest, settings: RulesInForce): Terms {
  const monitor = settings.monitors.find(({ id }) => id === breach.ruleId)
  if (!monitor) return { kind: 'spared', why: 'its monitor was removed from the settings' }
  const rules = rulesOf(process, settings)
  const plan = planOfVerdict(monitor, rules)
  const spared = (why: string): Terms => ({ kind: 'spared', why, plan })
  if (settings.ignored.some(selector => selects(selector, process.group, process.name)))
    return spared('the settings ignore it now')
  if (monitor.isDryRun) return spared('a dry run restarts nothing')
  if (breach.together !== undefined && !plan.group) return spared('restart_group is off for its group now')
  return { kind: 'stands', plan, limit: breach.limit, drain: drainOfVerdict(monitor, rules) }
}

/** A person's command has no limit of its own, either; a drain needs the means of a soft limit. */
function termsByHand({ process, breach }: RestartRequest, settings: RulesInForce): Terms {
  const rules = rulesOf(process, settings)
  const plan = rules[0]?.plan ?? { group: false }
  const drain = drainByHand(rules)
  const spared = (why: string): Terms => ({ kind: 'spared', why, plan })
  if (settings.ignored.some(selector => selects(selector, process.group, process.name)))
    return spared('the settings ignore it now')
  if (breach.rule === DRAIN_BY_HAND && !drain) return spared('its soft_limit is no longer in the settings')
  if (breach.together !== undefined && !plan.group) return spared('its group is no longer restarted together')
  return { kind: 'stands', plan, limit: breach.limit, ...(drain && { drain }) }
}

export const RESTART_BY_HAND = 'memmon restart'
export const DRAIN_BY_HAND = 'memmon drain'

/** How to ask a process to finish for a person: as in the closest of its rules that says how. */
export function drainByHand(rules: readonly Rule[]): Drain | undefined {
  for (const { action } of rules)
    if (action.kind === 'drain' && drainMeans(action) !== undefined) return action
  return undefined
}

function notDoneBy({ kind }: Action): string | undefined {
  if (kind === 'restart' || kind === 'drain') return undefined
  return kind === 'would' ? 'a dry run restarts nothing' : 'its rule no longer restarts'
}

function notDoneAboutGrowth(rule: Rule | Budget): string | undefined {
  const kind = 'growth' in rule ? rule.growth?.kind : undefined
  if (kind === 'restart') return undefined
  return kind === 'would' ? 'a dry run restarts nothing' : 'its rule no longer restarts a leak'
}

/** RSS stands in for a figure of memory that cannot be read. */
const countsAlike = ({ metric, cumulative }: Rule, breach: Breach): boolean =>
  cumulative === breach.cumulative &&
  (metric === breach.metric || (breach.metric === 'rss' && isMemory(metric)))

/** An event listener is not told apart here: a rule that held for the process when it was found has seen to that. */
const holdsFor = (rule: Rule, { process }: RestartRequest, settings: RulesInForce): boolean =>
  rulesOf(process, settings).includes(rule)

const rulesOf = (process: ProcessInfo, settings: RulesInForce): Rule[] =>
  rulesFor(process, settings.rules, { ...settings, isListener: () => false, isSelf: () => false })
