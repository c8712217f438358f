// The lines of superlance's memmon, which --verbose keeps.
import { digitsOf } from '../base/units.ts'
import { isMemory, metricText } from '../rules/metric.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Rule, RuleScope } from '../rules/rule.ts'
import { formatSelector } from '../rules/selector.ts'

/** 'Checking programs web=209715200' and its like. */
export function checkingLines(rules: readonly Rule[]): string[] {
  const limits = (scope: RuleScope, nameOf: (rule: Rule) => string) =>
    rules
      .filter(rule => rule.scope === scope && isLimit(rule))
      .map(rule => `${nameOf(rule)}${digitsOf(rule.limit)}`)
  const lines = [
    ['Checking programs ', limits('program', rule => `${formatSelector(rule.selector)}=`)],
    ['Checking groups ', limits('group', rule => `${rule.selector.group}=`)],
    ['Checking any=', limits('any', () => '')],
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
