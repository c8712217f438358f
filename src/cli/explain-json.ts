// `memmon explain --json`, as documented in docs/check.md. Pure.
import type { Assessed } from '../check/assess.ts'
import { budgetText, ruleText } from '../messages/start-lines.ts'
import type { Rule } from '../rules/rule.ts'
import { budgetJson, findingJson, processJson } from './check-json.ts'
import type { Explained } from './explain-text.ts'
import { budgetWhy, conclusion, matches, ruleWhy } from './explain-why.ts'
import type { Seen, View } from './look.ts'
import { originJson } from './state-json.ts'

/** Everything that explain prints: for each source of rules each process, with each rule and budget. */
export const explainDocument = (
  parts: readonly (Explained & { readonly view: View })[],
  { faults }: Pick<Seen, 'faults'>,
) => ({
  problems: faults,
  by: parts.map(part => ({
    rules_from: originJson(part.view),
    processes: part.processes.map(one => explainedJson(one, part)),
    budgets: part.budgets.map(one => ({
      ...budgetJson(one),
      meaning: budgetText(one.budget, part.capacity),
      why: budgetWhy(one),
    })),
  })),
})

function explainedJson(one: Assessed, { rules, capacity }: Explained) {
  const byId = new Map(one.findings.map(finding => [finding.rule.id, finding]))
  return {
    ...processJson(one),
    is_memmon: one.isSelf,
    is_ignored: one.isIgnored,
    conclusion: conclusion(one),
    rules: rules.rules.map(rule => {
      const finding = byId.get(rule.id)
      return {
        ...(finding ? findingJson(finding) : unjudgedJson(rule)),
        meaning: ruleText(rule, capacity),
        matches: matches(rule, one),
        why: ruleWhy(rule, one, rules.mostSpecific),
      }
    }),
  }
}

/** Of a rule that is not judged for the process. */
const unjudgedJson = ({ written: rule, metric, cumulative, limit, hardLimit }: Rule) => ({
  rule,
  metric,
  cumulative,
  value: null,
  limit: Number.isFinite(limit) ? limit : Number.isFinite(hardLimit) ? hardLimit : null,
  share: null,
  is_over: false,
  verdict: null,
  progress: null,
})
