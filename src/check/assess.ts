// One look at everything, without any act: for what is asked by hand. The figures and verdicts are those of the listener;
// what a running memmon remembers of earlier checks is passed in.

import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import type { Sampler } from '../proc/sampler.ts'
import {
  type Budget,
  type BudgetVerdict,
  progressOf as budgetProgress,
  type Measured,
} from '../rules/budgets.ts'
import type { KnownLeak, Past, Pending } from '../rules/past.ts'
import type { Progress } from '../rules/patience.ts'
import { canBeNamed, type ProcessInfo, ProcessState } from '../rules/process.ts'
import { isExempt } from '../rules/rule.ts'
import { exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import { selects } from '../rules/selector.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { BudgetCheck } from './budget-check.ts'
import { type Finding, findingOf, firstFirst } from './finding.ts'
import { type Blind, blindLines, blindSpotsOf } from './unmeasured.ts'
import { type RssOf, readValues } from './values.ts'
import { type Watched, withRules } from './watched.ts'

export interface Assessed {
  readonly process: ProcessInfo
  readonly isListener: boolean
  /** memmon, whose rules these are. */
  readonly isSelf: boolean
  readonly isIgnored: boolean
  /** undefined if it does not run, or cannot be measured. */
  readonly rssBytes: number | undefined
  /** Why it has no size though it runs; undefined if it has one, or has gone. */
  readonly blind: Blind | undefined
  /** Of each rule that holds for it, the first broken one in front. */
  readonly findings: readonly Finding[]
  /** What the running memmon has begun with it. */
  readonly pending?: Pending
  /** What it has seen of its growth. */
  readonly leak?: KnownLeak
}

export interface AssessedBudget {
  readonly budget: Budget
  readonly valueBytes: number | undefined
  readonly isOver: boolean
  /** undefined if it fits, or waits for a process that is being restarted. */
  readonly verdict?: BudgetVerdict
  readonly progress?: Progress
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

/** Whose rules are judged by: that memmon, and what it remembers if it runs. */
export interface Watcher {
  readonly past?: Past | undefined
  readonly isSelf?: (process: ProcessInfo) => boolean
}

/** Looks once. Throws an Error if nothing can be measured. */
export async function assess(
  table: ProcessTable,
  settings: Ruleset,
  ports: AssessPorts,
  { past, isSelf = () => false }: Watcher = {},
): Promise<Assessment> {
  const exempt = exemptionsOf(settings, table.isListener, isSelf)
  const all = withRules(table.processes, settings.rules, exempt)
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
  for (const line of blindLines(spots)) ports.log('WARN', line, trouble('sizes'))
  const blind = new Map(spots.map(({ process, why }) => [process.namespec, why]))
  const processes = all.map((one): Assessed => {
    const pending = past?.pendingOf(one.process)
    const leak = past?.leakOf(one.process)
    return {
      process: one.process,
      isListener: table.isListener(one.process.namespec),
      isSelf: isSelf(one.process),
      isIgnored: isIgnored(one.process, settings),
      rssBytes: rssOf(one, false),
      blind: blind.get(one.process.namespec),
      // What does not run has no size, and with it no value.
      findings: firstFirst(
        valuesOf(one).map(({ rule, value }) => findingOf(rule, one.process, value, past, ports.nowMs())),
      ),
      ...(pending && { pending }),
      ...(leak && { leak }),
    }
  })
  const budgetPorts = {
    sampler: ports.sampler,
    availableBytes: ports.availableBytes,
    mayRestart: (process: ProcessInfo) =>
      canBeNamed(process) &&
      !isExempt(process, exempt) &&
      !table.isListener(process.namespec) &&
      (past?.mayRestart(process.namespec) ?? true),
    isQueued: (namespec: string) => isComing(processes.find(one => one.process.namespec === namespec)),
    log: ports.log,
  }
  const measured = all.filter(one => one.process.state !== ProcessState.RUNNING || running.includes(one))
  const budgets = settings.budgets.map(budget =>
    assessBudget(budget, new BudgetCheck(budgetPorts, past?.budgets), measured, rssOf, past),
  )
  return { processes, budgets }
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
        isSelf: all.some(({ isSelf }) => isSelf),
        findings: firstFirst(all.flatMap(({ findings }) => findings)),
        ...pendingIn(all),
        ...leakIn(all),
      }
    }),
    budgets: [first, ...others].flatMap(({ budgets }) => budgets),
  }
}

const pendingIn = (all: readonly Assessed[]): Pick<Assessed, 'pending'> => {
  const pending = all.flatMap(one => one.pending ?? [])[0]
  return pending ? { pending } : {}
}

/** The limit that is reached first. */
const leakIn = (all: readonly Assessed[]): Pick<Assessed, 'leak'> => {
  const leaks = all.flatMap(one => one.leak ?? [])
  const [leak] = leaks.sort((a, b) => (a.limitMs ?? Infinity) - (b.limitMs ?? Infinity))
  return leak ? { leak } : {}
}

const isIgnored = ({ group, name }: ProcessInfo, { ignored }: Ruleset): boolean =>
  ignored.some(selector => selects(selector, group, name))

/** It is being restarted, or is to be soon: what it frees is not there yet. */
const isComing = (one: Assessed | undefined): boolean =>
  one?.pending !== undefined && ['queued', 'postponed', 'restarting'].includes(one.pending.kind)

function assessBudget(
  budget: Budget,
  check: BudgetCheck,
  watched: readonly Watched[],
  rssOf: RssOf,
  past: Past | undefined,
): AssessedBudget {
  const running = watched.filter(({ process }) => process.state === ProcessState.RUNNING)
  const valueBytes: Measured['valueBytes'] | undefined = check.measure(budget, running, rssOf)
  const over =
    valueBytes !== undefined &&
    (budget.kind === 'free' ? valueBytes < budget.limitBytes : valueBytes > budget.limitBytes)
  const at = past?.tick ?? 0
  const verdict = check.check({ budgets: [budget], verbose: false }, watched, rssOf, at)[0]?.verdict
  const state = check.states.get(budget.written)
  const progress =
    past && verdict?.kind === 'waiting' && state ? budgetProgress(budget, state, at) : undefined
  return { budget, valueBytes, isOver: over, ...(verdict && { verdict }), ...(progress && { progress }) }
}
