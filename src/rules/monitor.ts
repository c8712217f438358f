// A monitor of the operator's own as the settings hold it, and what its verdicts take from the rules. Pure.
import type { Drain } from './action.ts'
import type { Sample, Verdict } from './monitor-types.ts'
import type { RestartPlan, Rule } from './rule.ts'

export interface MonitorSpec {
  /** What is begun under it is finished under it. */
  readonly id: string
  /** Of the module, a whole one. */
  readonly path: string
  /** Of [memmon], for a process that no rule matches. */
  readonly plan: RestartPlan
  readonly drain: Drain
  readonly isDryRun: boolean
}

/** What came of one question; the verdicts are about processes of the samples. */
export interface MonitorAnswer {
  readonly spec: MonitorSpec
  readonly name: string
  readonly samples: readonly Sample[]
  readonly verdicts: readonly Verdict[]
}

/** The hooks of its verdict: those of the closest rule of the process. */
export const planOfVerdict = ({ plan }: MonitorSpec, [closest]: readonly Rule[]): RestartPlan =>
  closest?.plan ?? plan

/** How a process is drained: as the closest of its rules that has a soft limit says. */
export function drainOfVerdict({ drain }: MonitorSpec, rules: readonly Rule[]): Drain {
  for (const { action } of rules) if (action.kind === 'drain') return action
  return drain
}
