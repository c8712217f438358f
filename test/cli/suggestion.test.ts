// Which limit is suggested by what was seen, and the words for it.
import { expect, test } from 'vitest'
import { parseSize } from '../../src/base/units.ts'
import { reasonText } from '../../src/cli/suggest-text.ts'
import { suggestionFor } from '../../src/cli/suggestion.ts'
import type { Point, ProcessHistory } from '../../src/history/process-history.ts'
import { HOUR_MS, historyOf, LEAK, lifeOf, MB, MINUTE_MS, NOW_MS, pointsUntil } from '../helpers/histories.ts'

/** By the minute, so many hours, of sizes in MB by the hour. */
const hours = (count: number, sizeMB: (hour: number) => number): readonly Point[] =>
  pointsUntil(
    NOW_MS,
    Array.from({ length: count * 60 }, (_, at) => sizeMB(at / 60) * MB),
  )

const steady = (count: number, sizeMB: (hour: number) => number, more: Partial<ProcessHistory> = {}) =>
  historyOf({ lives: [lifeOf(hours(count, sizeMB))], ...more })

const BLOAT = { kind: 'bloat', fromBytes: 180 * MB, toBytes: 360 * MB } as const

test.each<[what: string, history: ProcessHistory, limit: string | undefined, reason: string]>([
  [
    'steady: a quarter above its peak',
    steady(24, () => 100),
    '130MB',
    'steady; seen for 1d; normally 100MB, at most 100MB; this limit is 30% above the peak',
  ],
  [
    'a sawtooth: as far above its peak as it varies',
    steady(24, hour => 100 + 100 * (hour % 1)),
    '280MB',
    'steady; seen for 1d; normally 148MB, at most 198MB, varies by 80MB; this limit is 41% above the peak',
  ],
  [
    'one spike counts, however short',
    steady(24, hour => (hour === 5 ? 800 : 100)),
    '1000MB',
    'steady; seen for 1d; normally 100MB, at most 800MB; this limit is 25% above the peak',
  ],
  [
    'bloat: a quarter above where it has levelled off',
    steady(24, hour => 180 + 90 * Math.min(2, Math.floor(hour / 2)), { verdict: BLOAT }),
    '450MB',
    'rose and levelled off at 360MB; seen for 1d; normally 360MB, at most 360MB, varies by 90MB; this limit is 25% above the peak',
  ],
  [
    'bloat whose peak was far above that',
    steady(24, hour => (hour === 1 ? 500 : 360), { verdict: BLOAT }),
    '550MB',
    'rose and levelled off at 360MB; seen for 1d; normally 360MB, at most 500MB; this limit is 10% above the peak',
  ],
  [
    'a leak: a day',
    steady(6, hour => 168 + 12 * hour, { verdict: LEAK }),
    '460MB',
    'leaks 12MB an hour, which no limit fixes; seen for 6h; normally 204MB, at most 240MB; with this limit it runs for about 1d at a time',
  ],
  [
    'a fast leak: four times where it began',
    steady(6, () => 168, { verdict: { ...LEAK, slopeBytesPerHour: 1000 * MB } }),
    '680MB',
    'leaks 1000MB an hour, which no limit fixes; seen for 6h; normally 168MB, at most 168MB; with this limit it runs for about 30m at a time',
  ],
  [
    'a slow leak: half as much again as where it began',
    steady(6, () => 168, { verdict: { ...LEAK, slopeBytesPerHour: MB } }),
    '260MB',
    'leaks 1MB an hour, which no limit fixes; seen for 6h; normally 168MB, at most 168MB; with this limit it runs for about 3d 18h at a time',
  ],
  [
    'seen for hours only: a guess, with more room',
    steady(2, () => 100),
    '150MB',
    'seen for 2h only; normally 100MB, at most 100MB; this limit is 50% above the peak; look again when it has run for a day',
  ],
  [
    'seen for seconds: nothing',
    historyOf({ lives: [lifeOf(pointsUntil(NOW_MS, [100 * MB], 20_000))] }),
    undefined,
    'seen for 20s: too short to tell; try again in an hour',
  ],
  [
    'never measured',
    historyOf({ lives: [] }),
    undefined,
    'seen for 0s: too short to tell; try again in an hour',
  ],
])('%s', (_, history, limit, reason) => {
  const suggestion = suggestionFor(history)
  expect(suggestion.limitBytes).toBe(limit === undefined ? undefined : Math.ceil(parseFloat(limit) * MB))
  expect(reasonText(suggestion)).toBe(reason)
  expect(suggestion.isGuess).toBe(reason.includes('look again'))
})

test('restarts are counted, and whose they were; peaks of runs that are over count', () => {
  const ended = (by: 'memmon' | 'other', peakBytes: number) => ({
    ...lifeOf(
      pointsUntil(
        NOW_MS - 10 * HOUR_MS,
        Array.from({ length: 60 }, () => 100 * MB),
        10 * MINUTE_MS,
      ),
      by === 'memmon' ? { by, rule: '-a 300MB' } : { by },
    ),
    peakBytes,
  })
  const now = lifeOf(hours(2, () => 100))
  const reasonOf = (...lives: ProcessHistory['lives']) => reasonText(suggestionFor(historyOf({ lives })))
  expect(reasonOf(ended('memmon', 300 * MB), now)).toContain('at most 300MB; restarted once by memmon')
  expect(reasonOf(ended('other', 100 * MB), ended('memmon', 300 * MB), now)).toMatch(
    /; restarted 2 times, 1 of them by memmon; this/,
  )
  expect(reasonOf(ended('other', 100 * MB), now)).toMatch(/; restarted once; this/)
  expect(suggestionFor(historyOf({ lives: [ended('memmon', 300 * MB), now] })).limitBytes).toBe(
    parseSize('380MB'),
  )
})
