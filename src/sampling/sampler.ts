// The port through which memmon measures memory, whatever the platform offers.

/** Sizes in bytes by pid. A pid that is missing has gone: that is no error. */
export type SizesByPid = ReadonlyMap<number, number>

export interface Sampler {
  /** What it reads, for the log. */
  readonly source: string
  /**
   * The RSS of each pid, in bytes; with `cumulative` that of the pid and all its descendants.
   * Throws an Error if nothing can be measured at all.
   */
  measure(pids: readonly number[], cumulative: boolean): Promise<SizesByPid>
}
