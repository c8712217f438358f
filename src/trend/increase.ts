// The simpler rule for a leak, as users of async-container-supervisor's MemoryMonitor and of Ruby's memory-leak know it:
// so many new maxima, each so much above the last. It takes a cache that fills in steps for a leak, and says nothing of when.
import type { IncreaseTerms } from '../rules/growth.ts'
import { type ProcessKey, sameRun } from '../rules/process.ts'

export interface Increase extends ProcessKey {
  pid: number
  startSeconds: number
  /** The first size of this run, and when that was, in epoch milliseconds. */
  firstBytes: number
  firstAtMs: number
  maximumBytes: number
  /** New maxima since. */
  count: number
}

const beginIncrease = ({ pid, startSeconds }: ProcessKey, bytes: number, atMs: number): Increase => ({
  pid,
  startSeconds,
  firstBytes: bytes,
  firstAtMs: atMs,
  maximumBytes: bytes,
  count: 0,
})

/** Takes a size in; begins anew with another run. It is the object of `before` as long as it goes on. */
export function countIncrease(
  before: Increase | undefined,
  run: ProcessKey,
  bytes: number,
  atMs: number,
  { thresholdBytes }: IncreaseTerms,
): Increase {
  if (before === undefined || !sameRun(before, run) || isGivenBack(before, bytes))
    return beginIncrease(run, bytes, atMs)
  if (bytes - before.maximumBytes > thresholdBytes) {
    before.maximumBytes = bytes
    before.count++
  }
  return before
}

/** Half of what had grown, as where the detector's alarm ends. */
const isGivenBack = ({ count, firstBytes, maximumBytes }: Increase, bytes: number): boolean =>
  count > 0 && bytes <= (firstBytes + maximumBytes) / 2
