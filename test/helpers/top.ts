// What `memmon top` draws, hand-made: processes in each state that an operator meets, with their histories.
import widthOf from 'string-width'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { rowsOf } from '../../src/screen/rows.ts'
import { type Canvas, quickWidth } from '../../src/top/canvas.ts'
import { frameOf } from '../../src/top/frame.ts'
import type { Said, TopModel } from '../../src/top/model.ts'
import {
  type Effect,
  type Happening,
  initialState,
  type Step,
  type TopState,
  type View,
} from '../../src/top/state.ts'
import { step } from '../../src/top/step.ts'
import { assessmentOf, FREE_MB, type Sample } from './assessed.ts'
import { HOUR_MS, historyOf, LEAK, leaking, lifeOf, NOW_MS, pointsUntil } from './histories.ts'
import { MB } from './values.ts'

const HEADS: readonly Said[] = [
  { text: 'memmon (pid 711): last tick 4s ago, 31.2MB of 128MB used', isTrouble: false },
]

export const canvasOf = (columns: number, rows: number, more: Partial<Canvas> = {}): Canvas => ({
  columns,
  rows,
  colour: false,
  isAscii: false,
  widthOf: quickWidth(widthOf),
  ...more,
})

export async function modelOf(
  argv: readonly string[],
  samples: readonly Sample[],
  { histories = [], heads = HEADS }: { histories?: readonly ProcessHistory[]; heads?: readonly Said[] } = {},
): Promise<TopModel> {
  const byName = new Map(histories.map(history => [history.namespec, history]))
  const rows = rowsOf(await assessmentOf(argv, samples), argv.length > 0).map(row => {
    const key = row.kind === 'process' ? row.of.process.namespec : row.name
    return { key, row, history: byName.get(key) }
  })
  const memory = { totalBytes: 1000 * MB, availableBytes: FREE_MB * MB }
  return { atMs: NOW_MS, heads, rows, hasRules: argv.length > 0, memory }
}

/** The sizes of six hours, every five minutes. */
const series = (sizeMb: (at: number) => number) => [
  lifeOf(
    pointsUntil(
      NOW_MS,
      Array.from({ length: 72 }, (_, at) => sizeMb(at) * MB),
      HOUR_MS / 12,
    ),
  ),
]

/** A Saturday night: one over its limit, two that leak, a drain, one that cannot be started, and the rest at work. */
export const saturday = (): Promise<TopModel> =>
  modelOf(
    ['-g', 'worker=100MB', '-p', 'web=300MB', '-a', '500MB', '--group-total', 'worker=380MB'],
    SATURDAY,
    {
      histories: [
        leaking({ namespec: 'web:web' }),
        historyOf({
          namespec: 'worker:worker_02',
          limitBytes: 100 * MB,
          lives: series(at => 40 + at / 2),
          verdict: { ...LEAK, slopeBytesPerHour: 6 * MB, secondsToLimit: 2400 },
        }),
        historyOf({
          namespec: 'worker:worker_00',
          limitBytes: 100 * MB,
          lives: series(at => 60 + (at % 12) * 5),
        }),
        historyOf({ namespec: 'worker:worker_01', limitBytes: 100 * MB, lives: series(at => 50 + (at % 5)) }),
        historyOf({ namespec: 'db:db', limitBytes: 500 * MB, lives: series(() => 280) }),
        historyOf({
          namespec: 'api:api',
          limitBytes: 500 * MB,
          lives: series(at => 60 + 30 * Math.sin(at / 9)),
        }),
      ],
    },
  )

const SATURDAY: readonly Sample[] = [
  { name: 'api', megabytes: 62.9, uptimeSeconds: 93_784 },
  {
    name: 'web',
    megabytes: 240,
    uptimeSeconds: 21_600,
    leak: { limitMs: NOW_MS + 5 * HOUR_MS, leftSeconds: 18_000 },
  },
  { name: 'db', megabytes: 280.4, uptimeSeconds: 2_000_000 },
  { name: 'worker:worker_00', megabytes: 115.3, uptimeSeconds: 40_000 },
  { name: 'worker:worker_01', megabytes: 54, uptimeSeconds: 40_000 },
  { name: 'worker:worker_02', megabytes: 76.2, leak: { limitMs: NOW_MS + 2_400_000, leftSeconds: 2400 } },
  {
    name: 'worker:worker_03',
    megabytes: 90,
    pending: { kind: 'draining', forSeconds: 130, graceSeconds: 300 },
  },
  { name: 'hidden', why: 'hidden' },
  { name: 'mailer', state: 'FATAL' },
  { name: 'off', state: 'STOPPED' },
  { name: 'memmon', megabytes: 31.2, isListener: true, uptimeSeconds: 93_784 },
  { name: 'evil\u001b[31m\u202egnp.exe', megabytes: 12 },
]

/** What several happenings come to, with all effects of theirs, each seen as the terminal shows what was before. */
export function after(
  happenings: readonly Happening[],
  canvas: Canvas,
  from: TopState = initialState(),
): Step & { readonly lines: readonly string[]; readonly view: View } {
  let state = from
  const effects: Effect[] = []
  for (const happening of happenings) {
    const next = step(state, happening, frameOf(state, canvas).view)
    state = next.state
    effects.push(...next.effects)
  }
  return { state, effects, ...frameOf(state, canvas) }
}

export const keys = (...pressed: string[]): Happening[] => pressed.map(key => ({ kind: 'key', key }))
