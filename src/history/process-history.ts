// What memmon knows of the sizes of one process over time, as values: made by the listener, kept on disk, drawn and told
// by whoever looks.
import type { MemoryMetric } from '../rules/metric.ts'
import type { Verdict } from '../trend/verdict.ts'

/** A stretch of time, and the lowest and highest size in it. */
export interface Point {
  /** Epoch milliseconds. */
  readonly fromMs: number
  readonly untilMs: number
  readonly lowBytes: number
  readonly highBytes: number
}

/** Why a run of a program was over. */
export type LifeEnd =
  /** memmon restarted it, by the rule as written; `failedStarts`: how many attempts to start it again failed, if any. */
  | { readonly by: 'memmon'; readonly rule: string; readonly failedStarts?: number }
  /** It ended by itself, or by another hand; or while no memmon was there to see it. */
  | { readonly by: 'other' | 'unseen' }

/** One run of the program. */
export interface Life {
  readonly pid: number
  /** When memmon saw it first and last, in epoch milliseconds. */
  readonly fromMs: number
  readonly untilMs: number
  /** undefined: it runs. */
  readonly end: LifeEnd | undefined
  readonly startBytes: number
  readonly endBytes: number
  readonly peakBytes: number
  /** In order of time, without overlap; the further back, the longer each. Gaps are where nothing was measured. */
  readonly points: readonly Point[]
}

export interface ProcessHistory {
  readonly namespec: string
  readonly metric: MemoryMetric
  /** Descendants count. */
  readonly cumulative: boolean
  /** undefined where there is none, or where it counts something else than what was measured. */
  readonly limitBytes: number | undefined
  /** Oldest first: the last ten that are over, and behind them the one that runs, if it does. */
  readonly lives: readonly Life[]
  /** Of the life that runs, or else of the last one. */
  readonly verdict: Verdict
  /** As of when this holds, in epoch milliseconds. */
  readonly atMs: number
}
