// Whatever a history holds: a sentence of plain words, a chart within its width, a page that is whole.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { briefOf, fullOf } from '../../src/history/brief.ts'
import type { Life, ProcessHistory } from '../../src/history/process-history.ts'
import { chartSpan } from '../../src/picture/chart-window.ts'
import { growthSentence } from '../../src/picture/sentence.ts'
import { textChart } from '../../src/picture/text-chart.ts'
import type { Verdict } from '../../src/trend/verdict.ts'
import { NOON } from './histories.ts'

const bytes = fc.oneof(fc.nat(2 ** 40), fc.nat(5000), fc.constant(0))
const seconds = fc.oneof(fc.nat(3_000_000), fc.nat(600))
const point = fc.record({ gap: seconds, long: seconds, low: bytes, more: bytes })
const end = fc.constantFrom(undefined, { by: 'memmon', rule: 'x' } as const, { by: 'other' } as const)
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant({ kind: 'steady' } as const),
  fc.record({ kind: fc.constant('bloat' as const), fromBytes: bytes, toBytes: bytes }),
  fc.record({
    kind: fc.constant('leak' as const),
    forSeconds: seconds,
    fromBytes: bytes,
    toBytes: bytes,
    slopeBytesPerHour: fc.double({ min: 0, max: 1e12, noNaN: true }),
    secondsToLimit: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
    sureness: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
)

/** Lives back to back, the last one up to noon at most. */
const history: fc.Arbitrary<ProcessHistory> = fc
  .record({ lives: fc.array(fc.tuple(fc.array(point, { maxLength: 12 }), end), { maxLength: 4 }), verdict })
  .chain(({ lives, verdict }) =>
    fc.record({ limitBytes: fc.option(bytes, { nil: undefined }), agoMs: fc.nat(1e9) }).map(more => {
      let atMs = NOON - 1e10
      const made = lives.map(([points, ending], pid): Life => {
        const fromMs = atMs
        const placed = points.map(({ gap, long, low, more }) => {
          const pointFromMs = atMs + gap * 1000
          atMs = pointFromMs + long * 1000
          return { fromMs: pointFromMs, untilMs: atMs, lowBytes: low, highBytes: low + more }
        })
        const sizes = { startBytes: 0, endBytes: placed.at(-1)?.highBytes ?? 0, peakBytes: 0 }
        return { pid, fromMs, untilMs: atMs, end: ending, ...sizes, points: placed }
      })
      const base = { namespec: 'a:b', metric: 'rss', cumulative: false, lives: made, verdict } as const
      return { ...base, limitBytes: more.limitBytes, atMs: NOON - more.agoMs }
    }),
  )

test('a sentence of plain words and figures', () => {
  fc.assert(
    fc.property(history, one => {
      const sentence = growthSentence(one, NOON)
      expect(sentence).toMatch(/^[a-z][\w .,:;()-]+$/)
      expect(sentence).not.toMatch(/NaN|Infinity|undefined|null|-\d+[a-z]/)
    }),
  )
})

test('a chart within its width and height, also from what is kept with a message', () => {
  fc.assert(
    fc.property(history, fc.boolean(), fc.integer({ min: 0, max: 100 }), (one, isAscii, width) => {
      const span = chartSpan(one, NOON)
      const kept = fullOf(briefOf(one, span))
      for (const drawn of [one, kept]) {
        const lines = textChart(drawn, { width, height: 12, sinceMs: span.sinceMs, nowMs: NOON, isAscii })
        expect(lines.length).toBeLessThanOrEqual(15)
        expect(lines.join('')).not.toMatch(/NaN|Infinity|undefined/)
        // But for the legend of a narrow one, whose words are whole.
        const fitting = width >= 72 ? lines : lines.slice(0, 14)
        for (const line of fitting) expect([...line].length).toBeLessThanOrEqual(width)
      }
    }),
  )
})
