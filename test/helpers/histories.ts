// Histories of processes, hand-made, for what draws and tells them.
import type { Life, LifeEnd, Point, ProcessHistory } from '../../src/history/process-history.ts'
import { STEADY } from '../../src/trend/verdict.ts'

export const MB = 1024 ** 2
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
/** A Saturday, early in the morning wherever the tests run. */
export const NOW_MS = Date.parse('2026-11-21T02:00:00Z')

/** Back to back, each of `stepMs`, the last until `untilMs`. */
export const pointsUntil = (
  untilMs: number,
  sizes: readonly number[],
  stepMs = MINUTE_MS,
): readonly Point[] =>
  sizes.map((bytes, at) => {
    const fromMs = untilMs - (sizes.length - at) * stepMs
    return { fromMs, untilMs: fromMs + stepMs, lowBytes: bytes, highBytes: bytes }
  })

export function lifeOf(points: readonly Point[], end?: LifeEnd, pid = 4711): Life {
  const [first, last] = [points[0], points.at(-1)]
  return {
    pid,
    fromMs: first?.fromMs ?? NOW_MS,
    untilMs: last?.untilMs ?? NOW_MS,
    end,
    startBytes: first?.lowBytes ?? 0,
    endBytes: last?.highBytes ?? 0,
    peakBytes: Math.max(0, ...points.map(({ highBytes }) => highBytes)),
    points,
  }
}

export const historyOf = (fields: Partial<ProcessHistory> = {}): ProcessHistory => ({
  namespec: 'web:web',
  metric: 'rss',
  cumulative: false,
  limitBytes: 300 * MB,
  lives: [lifeOf(pointsUntil(NOW_MS, [100 * MB, 101 * MB, 102 * MB]))],
  verdict: STEADY,
  atMs: NOW_MS,
  ...fields,
})

/** Grows by 12 MB an hour for six hours, towards its limit of 300 MB in five more; restarted once before. */
export function leaking(fields: Partial<ProcessHistory> = {}): ProcessHistory {
  const grown = (untilMs: number, fromMb: number, count: number) =>
    pointsUntil(
      untilMs,
      Array.from({ length: count }, (_, at) => (fromMb + at / 5 + Math.sin(at * 1.7)) * MB),
    ).map(point => ({ ...point, highBytes: point.highBytes + 3 * MB }))
  const before = lifeOf(grown(NOW_MS - 6 * HOUR_MS, 228, 360), { by: 'memmon', rule: '-p web=300MB' }, 4242)
  return historyOf({
    lives: [before, lifeOf(grown(NOW_MS, 168, 360))],
    verdict: {
      kind: 'leak',
      forSeconds: 6 * 3600,
      fromBytes: 168 * MB,
      toBytes: 240 * MB,
      slopeBytesPerHour: 12 * MB,
      secondsToLimit: 5 * 3600,
      sureness: 0.95,
    },
    ...fields,
  })
}
