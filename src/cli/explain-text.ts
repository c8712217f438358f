// What `memmon explain` prints of one process, or of several: every rule, whether it matches, and what it comes to. Pure.
import { oneLine } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Assessed, AssessedBudget } from '../check/assess.ts'
import { budgetText, ruleText } from '../messages/start-lines.ts'
import type { Capacity } from '../proc/capacity.ts'
import { ProcessState, stateName, uptimeSecondsOf } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { budgetWhy, conclusion, matches, ruleWhy } from './explain-why.ts'

/** What is explained, by the rules of one memmon. */
export interface Explained {
  readonly processes: readonly Assessed[]
  /** In which one of them counts. */
  readonly budgets: readonly AssessedBudget[]
  readonly rules: Ruleset
  readonly capacity: Capacity | undefined
}

/** A paragraph a rule and a budget; in front who is meant, behind what follows for each. */
export function explainText({ processes, budgets, rules, capacity }: Explained): string {
  const paragraphs = [
    processes.map(headText),
    ...rules.rules.map(rule => [
      ruleText(rule, capacity),
      ...ruleLines(rule, processes, rules.mostSpecific).map(indented),
    ]),
    ...budgets.map(one => [budgetText(one.budget, capacity), indented(budgetWhy(one))]),
    processes.map(one => named(one, conclusion(one), processes)),
  ]
  // Whatever a name holds, a line stays a line, and steers no terminal.
  return `${paragraphs.map(lines => lines.map(oneLine).join('\n')).join('\n\n')}\n`
}

const indented = (text: string): string => `  ${text}`

/** 'web:web: RUNNING, pid 4711, up 1d 2h, 63.2MB RSS'. */
export function headText({ process, rssBytes }: Pick<Assessed, 'process' | 'rssBytes'>): string {
  const run =
    process.state === ProcessState.RUNNING
      ? `, pid ${process.pid}, up ${formatDuration(uptimeSecondsOf(process))}, ${rssBytes === undefined ? 'size not readable' : `${formatSize(rssBytes)} RSS`}`
      : ''
  return `${process.namespec}: ${stateName(process.state)}${run}`
}

/** Of several processes only those that it matches. */
function ruleLines(rule: Rule, processes: readonly Assessed[], mostSpecific: boolean): string[] {
  const matching = processes.length === 1 ? processes : processes.filter(one => matches(rule, one))
  if (matching.length === 0) return ['matches none of them.']
  return matching.map(one => named(one, ruleWhy(rule, one, mostSpecific), processes))
}

const named = ({ process }: Assessed, text: string, { length }: readonly Assessed[]): string =>
  length === 1 ? text : `${process.namespec}: ${text}`
