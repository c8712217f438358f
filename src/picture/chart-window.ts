// How far back a chart goes, so that what the sentence says is seen. Pure.
import type { TimeSpan } from '../history/brief.ts'
import type { ProcessHistory } from '../history/process-history.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const USUAL_MS = 6 * HOUR_MS
const MOST_MS = 7 * DAY_MS
/** A leak is seen with what was before it. */
const BEFORE_LEAK = 1.3
/** So many lives in the last day are seen all. */
const MANY_LIVES = 3

/** What a chart shows that ends now: nothing before there is anything to be seen. */
export function chartSpan({ lives, verdict }: ProcessHistory, nowMs: number): TimeSpan {
  const last = lives.at(-1)
  const lately = lives.filter(({ untilMs }) => untilMs > nowMs - DAY_MS)
  const windowMs =
    verdict.kind === 'leak'
      ? BEFORE_LEAK * verdict.forSeconds * 1000
      : verdict.kind === 'bloat'
        ? nowMs - (last?.fromMs ?? nowMs)
        : lately.length >= MANY_LIVES
          ? DAY_MS
          : USUAL_MS
  const sinceMs = nowMs - Math.min(MOST_MS, Math.max(HOUR_MS, windowMs))
  const firstMs = lives.find(({ points }) => points.length > 0)?.points[0]?.fromMs ?? sinceMs
  return { sinceMs: Math.max(sinceMs, firstMs), untilMs: nowMs }
}
