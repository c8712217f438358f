// The lines of superlance's memmon, which --verbose keeps, and the same for budgets, which it has not.
import { digitsOf } from '../base/units.ts'
import type { Budget, Measured } from '../rules/budgets.ts'
import { isMemory, metricText } from '../rules/metric.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Rule, RuleScope } from '../rules/rule.ts'
import { formatSelector } from '../rules/selector.ts'

/** 'Checking programs web=209715200' and its like. */
export function checkingLines(rules: readonly Rule[], budgets: readonly Budget[]): string[] {
  const limits = (scope: RuleScope, nameOf: (rule: Rule) => string) =>
    rules
      .filter(rule => rule.scope === scope && isLimit(rule))
      .map(rule => `${nameOf(rule)}${digitsOf(rule.limit)}`)
  const ofBudgets = (kind: Budget['kind'], nameOf: (budget: Budget) => string) =>
    budgets
      .filter(budget => budget.kind === kind)
      .map(budget => `${nameOf(budget)}${digitsOf(budget.limitBytes)}`)
  const lines = [
    ['Checking programs ', limits('program', rule => `${formatSelector(rule.selector)}=`)],
    ['Checking groups ', limits('group', rule => `${rule.selector.group}=`)],
    ['Checking any=', limits('any', () => '')],
    ['Checking totals of groups ', ofBudgets('group', ({ selector }) => `${selector.group}=`)],
    ['Checking total=', ofBudgets('total', () => '')],
    ['Checking free=', ofBudgets('free', () => '')],
  ] as const
  return lines.flatMap(([text, of]) => (of.length > 0 ? [text + of.join(', ')] : []))
}

/** The peer has no limits but those that restart. */
const isLimit = ({ metric, limit, action }: Rule): boolean =>
  isMemory(metric) && Number.isFinite(limit) && action.kind !== 'drain'

/** 'RSS of web:web is 209715200', once for each metric that its rules ask for. */
export const valueLines = (
  { namespec }: ProcessInfo,
  values: readonly { readonly rule: Rule; readonly value: number }[],
): string[] => [
  ...new Set(values.map(({ rule, value }) => `${metricText(rule.metric, false)} of ${namespec} is ${value}`)),
]

/** 'PSS of all processes of group workers is 62005248', or 'Free memory is 62005248'. */
export function budgetLine({ kind, selector, cumulative }: Budget, { metric, valueBytes }: Measured): string {
  if (kind === 'free') return `Free memory is ${valueBytes}`
  const whom = kind === 'group' ? `all processes of group ${selector.group}` : 'all processes'
  return `${metricText(metric, cumulative)} of ${whom} is ${valueBytes}`
}
