// Histories as tests need them: sizes by a function of time, cut into points.
import type { Life, Point, ProcessHistory } from '../../src/history/process-history.ts'
import { type Leak, STEADY } from '../../src/trend/verdict.ts'

export const MB = 1024 * 1024
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** 2026-11-21 12:00:00 UTC. */
export const NOON = Date.UTC(2026, 10, 21, 12)

/** As the detector keeps them: the last points are short. */
const FINE_MS = 16 * MINUTE

/** Sizes in MB, by the minutes since the life began: one, or the lowest and highest of the point. */
export type Sizes = (minute: number) => number | readonly [low: number, high: number]

export function lifeOf(fromMs: number, untilMs: number, sizes: Sizes, more: Partial<Life> = {}): Life {
  const longMs = Math.max(30_000, Math.round((untilMs - fromMs) / 150))
  const points: Point[] = []
  let stepMs = longMs
  for (let at = fromMs; at < untilMs; at += stepMs) {
    stepMs = untilMs - at < FINE_MS ? 30_000 : longMs
    const size = sizes((at - fromMs) / MINUTE)
    const [low, high] = typeof size === 'number' ? [size, size] : size
    const until = Math.min(untilMs, at + stepMs)
    points.push({
      fromMs: at,
      untilMs: until,
      lowBytes: Math.round(low * MB),
      highBytes: Math.round(high * MB),
    })
  }
  const startBytes = points[0]?.lowBytes ?? 0
  const endBytes = points.at(-1)?.highBytes ?? 0
  const peakBytes = Math.max(0, ...points.map(({ highBytes }) => highBytes))
  return { pid: 4711, fromMs, untilMs, end: undefined, startBytes, endBytes, peakBytes, points, ...more }
}

/** A life that memmon has ended. */
export const endedLife = (fromMs: number, untilMs: number, sizes: Sizes): Life =>
  lifeOf(fromMs, untilMs, sizes, { end: { by: 'memmon', rule: '-p web=500MB' } })

export const historyOf = (lives: readonly Life[], more: Partial<ProcessHistory> = {}): ProcessHistory => ({
  namespec: 'shop:web',
  metric: 'rss',
  cumulative: false,
  limitBytes: 500 * MB,
  lives,
  verdict: STEADY,
  atMs: lives.at(-1)?.untilMs ?? NOON,
  ...more,
})

export const leak = (more: Partial<Leak> = {}): Leak => ({
  kind: 'leak',
  forSeconds: 6 * 3600,
  fromBytes: 120 * MB,
  toBytes: 192 * MB,
  slopeBytesPerHour: 12 * MB,
  secondsToLimit: 3 * 3600,
  sureness: 0.96,
  ...more,
})
