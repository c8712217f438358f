// Histories of processes, hand-made, for what draws and tells them.
import type { Life, LifeEnd, Point, ProcessHistory } from '../../src/history/process-history.ts'
import { type Leak, STEADY } from '../../src/trend/verdict.ts'

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

export const LEAK: Leak = {
  kind: 'leak',
  forSeconds: 6 * 3600,
  fromBytes: 168 * MB,
  toBytes: 240 * MB,
  slopeBytesPerHour: 12 * MB,
  secondsToLimit: 5 * 3600,
  sureness: 0.95,
}

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
    verdict: LEAK,
    ...fields,
  })
}

const series =
  (count: number, sizeMb: (at: number) => number, spreadMb = 2) =>
  (untilMs: number, stepMs?: number) =>
    pointsUntil(
      untilMs,
      Array.from({ length: count }, (_, at) => sizeMb(at) * MB),
      stepMs,
    ).map(point => ({ ...point, highBytes: point.highBytes + spreadMb * MB }))

/** One of each kind that a report sets apart, and names that mean harm. */
export function manyKinds(): readonly ProcessHistory[] {
  const flat = series(300, at => 96 + Math.sin(at) * 2)(NOW_MS)
  const stairs = series(400, at => 200 + 60 * Math.min(4, Math.floor(at / 60)))(NOW_MS)
  const teeth = (untilMs: number, count = 90) => series(count, at => 60 + ((at * 7) % 31) * 3)(untilMs)
  const often = [5, 4, 3, 2, 1].map((back, at) =>
    lifeOf(
      teeth(NOW_MS - back * 1.5 * HOUR_MS),
      at % 2 ? { by: 'other' } : { by: 'memmon', rule: '-g worker=150MB' },
      4000 + at,
    ),
  )
  const gap = [
    ...series(100, () => 150)(NOW_MS - 20 * HOUR_MS, 10 * MINUTE_MS),
    ...series(60, at => 150 + at / 20)(NOW_MS, 10 * MINUTE_MS),
  ]
  return [
    historyOf({ namespec: 'db:db', limitBytes: 20 * 1024 * MB, lives: [lifeOf(flat)] }),
    historyOf({
      namespec: 'cache:cache',
      limitBytes: 450 * MB,
      lives: [lifeOf(stairs)],
      verdict: { kind: 'bloat', fromBytes: 200 * MB, toBytes: 440 * MB },
    }),
    historyOf({
      namespec: 'worker:worker_00',
      limitBytes: 150 * MB,
      lives: [...often, lifeOf(teeth(NOW_MS, 80))],
    }),
    historyOf({ namespec: 'api:api', limitBytes: 90 * MB, lives: [lifeOf(flat)] }),
    leaking(),
    leaking({
      namespec: 'mailer:mailer',
      limitBytes: undefined,
      verdict: { ...LEAK, secondsToLimit: undefined },
    }),
    historyOf({ namespec: 'batch:batch', lives: [lifeOf(gap, { by: 'unseen' })] }),
    historyOf({ namespec: 'idle:idle', limitBytes: undefined, lives: [] }),
    ...HARMFUL.map(namespec => historyOf({ namespec })),
  ]
}

/** What a name may hold that is markup, steers a terminal, or reads from right to left. */
export const HARMFUL: readonly string[] = [
  '<img src=x onerror=document.body.remove()>',
  '</title><script>alert(1)</script>',
  ']]><!--',
  `"'onload="alert(1)"&amp;&#60;`,
  '\u001b[31mred\u0007\nnext\u0000',
  'שלום:עולם\u202e',
  '🦊🇫🇷\ud800\uffff',
  'long'.repeat(50),
]
