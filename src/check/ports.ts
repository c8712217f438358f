// What a check is given: its ports to everything outside of it, and the rules that it goes by.

import type { Log } from '../base/log.ts'
import type { Sampler } from '../proc/sampler.ts'
import type { Action } from '../rules/action.ts'
import type { MonitorAnswer } from '../rules/monitor.ts'
import type { Need, Sample } from '../rules/monitor-types.ts'
import type { Noticed, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import type { ReadTable } from '../supervisor/process-table.ts'
import type { GrowthPorts } from './growth-check.ts'
import type { QuietLook } from './quick-look.ts'

/** The monitors of the operator's own, each in its process. */
export interface AskMonitors {
  /** Asks each that can be asked now; `samplesFor` reads what it needs besides RSS. Returns at once. */
  ask(
    samplesFor: (needs: readonly Need[]) => readonly Sample[],
    onAnswer: (answer: MonitorAnswer) => void,
  ): void
}

export interface MonitorPorts {
  readonly readTable: ReadTable
  readonly sampler: Sampler
  /** undefined where each check has to ask supervisord. */
  readonly quietLook: () => QuietLook | undefined
  /** What is being restarted is left alone; what is over its limit is handed over. */
  readonly restarts: {
    isAway(namespec: string): boolean
    /** Away, or soon to be: what it frees is not there yet. */
    isComing(namespec: string): boolean
    /** A person has muted it: it is neither judged nor reported. */
    isMuted(namespec: string): boolean
    add(requests: readonly RestartRequest[]): void
  }
  readonly monitors: AskMonitors
  /** False for what was restarted as often as it may be. */
  readonly mayRestart: (namespec: string) => boolean
  /** Sends the signal or runs the command of a rule; returns at once. */
  readonly act: (
    request: RestartRequest,
    action: Extract<Action, { kind: 'signal' | 'exec' | 'drain' }>,
  ) => void
  /** A process that is drained is back under its soft limit. */
  readonly onRelieved: (request: RestartRequest) => void
  readonly tell: (noticed: Noticed) => void
  readonly availableBytes: () => number | undefined
  /** Told of every size that was measured, and of all processes that there are. */
  readonly onMeasured: (process: ProcessInfo, rssBytes: number) => void
  /** Called with every figure other than RSS that was read, and the rule that asks for it. */
  readonly onFigure: (process: ProcessInfo, rule: Rule, value: number) => void
  /** Takes each size into the history of its process. */
  readonly record: GrowthPorts['record']
  readonly onTable: (processes: readonly ProcessInfo[]) => void
  readonly isSelf: (process: ProcessInfo) => boolean
  readonly log: Log
  readonly nowMs: () => number
  /** A monotonic clock, for patience: a machine whose date jumps has not been over its limit for hours. */
  readonly monotonicMs: () => number
}
