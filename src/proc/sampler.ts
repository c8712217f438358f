// The port through which memmon measures processes, whatever the platform offers.
import type { Metric } from '../rules/metric.ts'
import type { Need } from '../rules/monitor-types.ts'

/** Sizes in bytes by pid. A pid that is missing has gone, or cannot be measured: neither is an error. */
export type SizesByPid = ReadonlyMap<number, number>

/** 'denied': another user's process; 'unsupported': this platform does not tell. */
export type Unreadable = 'gone' | 'denied' | 'unsupported'

/**
 * Why a process has no size. 'hidden': it lives, but /proc shows it to other users only (hidepid, proc(5)); 'zombie':
 * its main thread has ended, with which /proc shows no memory any more, while other threads run on.
 */
export type Unmeasured = 'gone' | 'hidden' | 'zombie'

/** What a process has for itself, and what it shares with others. */
export interface Shares {
  readonly privateBytes: number
  readonly sharedBytes: number
}

/** What a monitor needs of a process: seconds, bytes or counts. */
export type Readings = { readonly [One in Need]?: number | Unreadable }

export interface Sampler {
  /** What it reads, for the log. */
  readonly source: string
  /**
   * The RSS of each pid, in bytes; with `cumulative` that of the pid and all its descendants.
   * Throws an Error if nothing can be measured at all.
   */
  measure(pids: readonly number[], cumulative: boolean): Promise<SizesByPid>
  /** Why `measure` has just left a pid out; all of them have gone where this is not given. */
  whyUnmeasured?(pid: number): Unmeasured
  /** A figure other than RSS for each pid: bytes, or a count of threads or open files. */
  figures(pids: readonly number[], metric: Metric, cumulative: boolean): (number | Unreadable)[]
  /** What a monitor needs of a pid besides its RSS; not given where this platform does not tell. */
  readings?(pid: number, needs: readonly Need[]): Readings
  /** Private and shared memory of each pid. */
  shares(pids: readonly number[], cumulative: boolean): (Shares | Unreadable)[]
  /** How much swap is in use on the whole machine, in bytes; 0 if there is none. */
  swapUsedBytes(): number
}
