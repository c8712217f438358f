// Takes the facts of a process down, part after part, until all are read or the time is over.
import type { Facts, Part } from './facts.ts'

export interface FactsOptions {
  /** All parts that are not read by then are missing. */
  readonly timeoutMs: number
  /** All of them if absent. */
  readonly parts?: readonly Part[]
  /** The clock that nobody sets. */
  readonly tick: () => number
  readonly nowMs: () => number
  /** '' by default: the root below which /proc and /sys are. */
  readonly root?: string
}

/** Never rejects: what cannot be read is in `missing`. */
export async function readFacts(pid: number, { tick, nowMs }: FactsOptions): Promise<Facts> {
  const startTick = tick()
  return {
    version: 1,
    pid,
    takenAt: nowMs(),
    tookMs: tick() - startTick,
    missing: { process: 'unsupported' },
  }
}
