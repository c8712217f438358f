// `memmon history --json`, as documented in docs/history.md. Pure.
import type { Life, Point, ProcessHistory } from '../history/process-history.ts'
import { growthSentence } from '../picture/sentence.ts'

/** Everything that is known of the processes. */
export const historyDocument = (
  histories: readonly ProcessHistory[],
  problems: readonly string[],
  nowMs: number,
) => ({ problems, processes: histories.map(history => processJson(history, nowMs)) })

function processJson(history: ProcessHistory, nowMs: number) {
  const { namespec, metric, cumulative, limitBytes, verdict, atMs, lives } = history
  const leak = verdict.kind === 'leak' ? verdict : undefined
  const seconds = leak?.secondsToLimit
  return {
    namespec,
    metric,
    cumulative,
    limit_bytes: limitBytes ?? null,
    as_of: isoTime(atMs),
    verdict: verdict.kind,
    sentence: growthSentence(history, nowMs),
    slope_bytes_per_h: leak ? Math.round(leak.slopeBytesPerHour) : null,
    limit_at: seconds === undefined ? null : isoTime(atMs + seconds * 1000),
    sureness: leak ? Number(leak.sureness.toFixed(3)) : null,
    lives: lives.map(lifeJson),
  }
}

const lifeJson = ({ pid, fromMs, untilMs, end, startBytes, endBytes, peakBytes, points }: Life) => ({
  pid,
  from: isoTime(fromMs),
  until: isoTime(untilMs),
  ended_by: end?.by ?? null,
  rule: end?.by === 'memmon' ? end.rule : null,
  start_bytes: startBytes,
  end_bytes: endBytes,
  peak_bytes: peakBytes,
  points: points.map(pointJson),
})

const pointJson = ({ fromMs, untilMs, lowBytes, highBytes }: Point) => ({
  from: isoTime(fromMs),
  until: isoTime(untilMs),
  low_bytes: lowBytes,
  high_bytes: highBytes,
})

/** A date has an end: what is forecast beyond it is not known. */
export function isoTime(atMs: number): string | null {
  const date = new Date(atMs)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
