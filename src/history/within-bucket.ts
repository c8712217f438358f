// The way that most samples take: a tick has one of each process, and five of six at TICK_5 close no bucket. All in one
// function, since a call costs more than what it would do here.
import { MOST_KIB } from '../trend/series.ts'
import type { Tracked, TrackedSample } from './tracked.ts'

const KIB = 1024

/**
 * Takes in a sample that moves nothing but the clock and the bounds of the open bucket, just as `sample` would; false,
 * and nothing is done, for any other.
 */
export function takeWithinBucket(tracked: Tracked, one: TrackedSample): boolean {
  const { series } = tracked
  const { run, bytes, atMs } = one
  const { bucketSeconds } = series
  const atSeconds = Math.floor(one.atSeconds)
  const passedSeconds = atSeconds - series.atSeconds
  const clockSeconds = series.clockSeconds + passedSeconds
  const lostMs = atMs - tracked.zeroMs - clockSeconds * 1000
  if (
    !(passedSeconds >= 0 && clockSeconds - series.openSeconds < bucketSeconds) ||
    !(lostMs < bucketSeconds * 1000 && lostMs > -bucketSeconds * 1000 && atMs >= tracked.fromMs) ||
    !(bytes >= 0 && bytes < (MOST_KIB + 1) * KIB) ||
    series.pid !== run.pid ||
    series.startSeconds !== run.startSeconds ||
    series.metric !== one.metric ||
    series.cumulative !== one.cumulative ||
    !tracked.runs ||
    tracked.isRestored
  )
    return false
  const sizeKiB = Math.floor(bytes / KIB)
  if (sizeKiB < series.lowKiB) series.lowKiB = sizeKiB
  else if (sizeKiB > series.highKiB) series.highKiB = sizeKiB
  series.limitBytes = one.limitBytes
  series.clockSeconds = clockSeconds
  series.atSeconds = atSeconds
  series.sizeKiB = sizeKiB
  tracked.untilMs = atMs
  tracked.endBytes = bytes
  if (bytes > tracked.peakBytes) tracked.peakBytes = bytes
  return true
}
