// One look at everything, without memory of earlier checks and without any act: for what is asked by hand. The
// figures and verdicts are those of the listener.

import type { Log } from '../base/log.ts'
import type { Sampler } from '../proc/sampler.ts'
import type { Budget, Measured } from '../rules/budgets.ts'
import { ageSecondsOf, type ProcessInfo, ProcessState } from '../rules/process.ts'
import { isExempt, type Rule } from '../rules/rule.ts'
import { exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import { judge, type Verdict } from '../rules/windows.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { BudgetCheck } from './budget-check.ts'
import { type Blind, blindLines, blindSpotsOf } from './unmeasured.ts'
import { type RssOf, readValues } from './values.ts'
import { type Watched, withRules } from './watched.ts'

/** One rule over one process, now. */
export interface Finding {
  readonly rule: Rule
  readonly value: number
  readonly verdict: Verdict
}

export interface Assessed {
  readonly process: ProcessInfo
  readonly isListener: boolean
  readonly isIgnored: boolean
  /** undefined if it does not run, or cannot be measured. */
  readonly rssBytes: number | undefined
  /** Why it has no size though it runs; undefined if it has one, or has gone. */
  readonly blind: Blind | undefined
  /** Of each rule that holds for it, the first broken one in front. */
  readonly findings: readonly Finding[]
}

export interface AssessedBudget {
  readonly budget: Budget
  readonly valueBytes: number | undefined
  readonly isOver: boolean
}

export interface Assessment {
  readonly processes: readonly Assessed[]
  readonly budgets: readonly AssessedBudget[]
}

export interface AssessPorts {
  readonly sampler: Sampler
  readonly availableBytes: () => number | undefined
  readonly log: Log
  readonly nowMs: () => number
}

/** Looks once. Throws an Error if nothing can be measured. */
export async function assess(
  table: ProcessTable,
  settings: Ruleset,
  ports: AssessPorts,
): Promise<Assessment> {
  const { rules, budgets } = settings
  const exempt = exemptionsOf(settings, table.isListener, () => false)
  const all = withRules(table.processes, rules, exempt)
  const running = all.filter(
    ({ process }) => process.state === ProcessState.RUNNING && !table.isAnother?.(process.pid),
  )
  const pids = running.map(({ process }) => process.pid)
  const sizes = [await ports.sampler.measure(pids, false), await ports.sampler.measure(pids, true)] as const
  const rssOf: RssOf = ({ process }, cumulative) => sizes[cumulative ? 1 : 0].get(process.pid)
  const valuesOf = readValues(running, rssOf, ports.sampler, () => true, new Set(), ports.log)
  const spots = blindSpotsOf(
    running.filter(one => rssOf(one, false) === undefined).map(({ process }) => process),
    ports.sampler,
  )
  for (const line of blindLines(spots)) ports.log('WARN', line)
  const blind = new Map(spots.map(({ process, why }) => [process.namespec, why]))
  const processes = all.map(
    (one): Assessed => ({
      process: one.process,
      isListener: table.isListener(one.process.namespec),
      isIgnored: isExempt(one.process, exempt),
      rssBytes: rssOf(one, false),
      blind: blind.get(one.process.namespec),
      // What does not run has no size, and with it no value.
      findings: valuesOf(one)
        .map(({ rule, value }) => ({
          rule,
          value,
          verdict: verdictOf(rule, one.process, value, ports.nowMs()),
        }))
        .sort((a, b) => Number(isOver(b)) - Number(isOver(a))),
    }),
  )
  const check = new BudgetCheck({
    sampler: ports.sampler,
    availableBytes: ports.availableBytes,
    mayRestart: () => true,
    isQueued: () => false,
    log: ports.log,
  })
  return { processes, budgets: budgets.map(budget => assessBudget(budget, check, running, rssOf)) }
}

/** What several memmons see of the same table together: of each process the rules of all, and every budget. */
export function combined([first, ...others]: readonly Assessment[]): Assessment {
  if (!first) return { processes: [], budgets: [] }
  return {
    processes: first.processes.map((one, at) => {
      const all = [one, ...others.flatMap(({ processes }) => processes[at] ?? [])]
      return {
        ...one,
        isIgnored: all.every(({ isIgnored }) => isIgnored),
        findings: all
          .flatMap(({ findings }) => findings)
          .sort((a, b) => Number(isOver(b)) - Number(isOver(a))),
      }
    }),
    budgets: [first, ...others].flatMap(({ budgets }) => budgets),
  }
}

/** True if the rule's limit is broken, whatever is done about it now. */
export const isOver = ({ verdict }: Finding): boolean => 'breach' in verdict

const verdictOf = (rule: Rule, process: ProcessInfo, value: number, at: number): Verdict =>
  judge(rule, process, ageSecondsOf(process), value, at, undefined).verdict

function assessBudget(
  budget: Budget,
  check: BudgetCheck,
  running: readonly Watched[],
  rssOf: RssOf,
): AssessedBudget {
  const valueBytes: Measured['valueBytes'] | undefined = check.measure(budget, running, rssOf)
  const over =
    valueBytes !== undefined &&
    (budget.kind === 'free' ? valueBytes < budget.limitBytes : valueBytes > budget.limitBytes)
  return { budget, valueBytes, isOver: over }
}
