// The detector on recordings that it was not made for: those that test/trend/traces draws from a seed, and the same
// disturbed. What docs/growth.md says that it cannot tell apart is counted on its own.
import { describe, expect, test } from 'vitest'
import { memmon, type NewDetector } from './detector.ts'
import { linearFit } from './peers/linear-fit.ts'
import { memoryLeakGem } from './peers/memory-leak.ts'
import { outcomesOf, type Score, scoreOf } from './score.ts'
import { disturb } from './traces/disturb.ts'
import { generate } from './traces/generate.ts'
import type { Trace } from './traces/trace.ts'

const SEED = 4
const EACH = 8
/** For a while they are what a leak is: a straight line. */
const LIKE_A_LEAK = /lru|nightly|office|humps|steady_days|batches|collector|lazy/

const all = generate(SEED, EACH)
const tellable = all.filter(({ family }) => !LIKE_A_LEAK.test(family))
const scored = (traces: readonly Trace[], way: NewDetector = memmon): Score =>
  scoreOf(outcomesOf(traces, way))

describe('over recordings of all kinds', () => {
  test('leaks are told from what can be told from them', () => {
    const score = scored(tellable)
    expect(score.f1).toBeGreaterThan(0.93)
    expect(score.falseAlarmsAWeek).toBeLessThanOrEqual(0.5)
    expect(score.headroom).toBeLessThanOrEqual(0.25)
    expect(score.timeToLimitError).toBeLessThanOrEqual(0.1)
  })

  test('better than the others, what cannot be told included', () => {
    const score = scored(all)
    const peers = [memoryLeakGem(5), memoryLeakGem(10), memoryLeakGem(20), linearFit(0.8), linearFit(0.95)]
    for (const peer of peers) expect(score.f1).toBeGreaterThan(scored(all, peer).f1 + 0.05)
    expect(score.falseAlarmsAWeek).toBeLessThan(2)
  })

  test.each(['scale', 'shift', 'noise', 'fewer', 'late', 'missed', 'pages'] as const)('%s: holds', kind => {
    const score = scored(tellable.map((trace, at) => disturb(trace, kind, at)))
    expect(score.f1).toBeGreaterThan(0.9)
    expect(score.headroom).toBeLessThanOrEqual(0.28)
    expect(score.timeToLimitError).toBeLessThanOrEqual(0.12)
  })
})

describe('the score', () => {
  const trace = (label: Trace['label'], more: Partial<Trace> = {}): Trace => ({
    ...{ id: label, label, family: label, interval_s: 60 },
    samples: [0, 100, 200, 604_800].map(t => ({ t, rss: 1 })),
    ...more,
  })
  const leak = trace('leak', { onset_t: 100, limit_t: 500 })

  test.each([
    [
      'an alarm after the onset is a hit',
      leak,
      { t: 200, secondsToLimit: 330 },
      { found: 1, headroom: 0.25 },
    ],
    [
      'the forecast is held against the true time',
      leak,
      { t: 200, secondsToLimit: 330 },
      { timeToLimitError: 0.1 },
    ],
    [
      'one before it is false, and the leak missed',
      leak,
      { t: 50 },
      { falseAlarms: 1, missed: 1, recall: 0 },
    ],
    ['none is a miss', leak, undefined, { missed: 1, falseAlarms: 0 }],
    ['one where nothing leaks is false', trace('bloat'), { t: 50 }, { falseAlarms: 1, falseAlarmsAWeek: 1 }],
    [
      'none where nothing leaks is right',
      trace('steady'),
      undefined,
      { falseAlarms: 0, falseAlarmsAWeek: 0 },
    ],
  ])('%s', (_, one, alarm, expected) => {
    expect(scoreOf([{ trace: one, alarm }])).toMatchObject(expected)
  })
})
