// What a person reads first: one sentence for each kind of history.
import { describe, expect, test } from 'vitest'
import { historyOf as recorded } from '../../src/history/history-of.ts'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { growthSentence } from '../../src/picture/sentence.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { tracked } from '../history/tracking.ts'
import { endedLife, HOUR, historyOf, leak, lifeOf, MB, MINUTE, NOON, type Sizes } from './histories.ts'

inUtc()

/** One life that runs, up to noon. */
const running = (hours: number, sizes: Sizes, more: Partial<ProcessHistory> = {}): ProcessHistory =>
  historyOf([lifeOf(NOON - hours * HOUR, NOON, sizes)], more)
const bloat = { kind: 'bloat', fromBytes: 300 * MB, toBytes: 480 * MB } as const
const stairs: Sizes = minute => Math.min(480, 300 + Math.floor(minute / 60) * 60)
const growing: Sizes = minute => 120 + minute / 5
const jumping: Sizes = minute => (minute < 477 ? 120 : 120 + (minute - 477) * 43)

describe('a leak: how fast, for how long, how sure, and when it meets its limit', () => {
  const grew = 'grew by 12MB an hour for 6h without levelling off: a leak'
  const until = (seconds: number) => ({ verdict: leak({ secondsToLimit: seconds }) })
  const unlimited = { verdict: leak({ secondsToLimit: undefined }), limitBytes: undefined }
  test.each<[what: string, more: Partial<ProcessHistory>, sentence: string]>([
    ['fairly sure', { ...unlimited, verdict: leak({ sureness: 0.85 }) }, `${grew} (fairly sure)`],
    ['sure, without a limit', unlimited, `${grew} (sure)`],
    ['very sure', { ...unlimited, verdict: leak({ sureness: 0.98 }) }, `${grew} (very sure)`],
    ['hours', until(7500), `${grew} (sure); at this rate it reaches its limit of 500MB in 2h, about 14:05`],
    [
      'minutes',
      until(1234),
      `${grew} (sure); at this rate it reaches its limit of 500MB in 20m, about 12:21`,
    ],
    ['seconds', until(50), `${grew} (sure); at this rate it reaches its limit of 500MB any minute`],
    [
      'days',
      until(200_000),
      `${grew} (sure); at this rate it reaches its limit of 500MB in 2d 6h, about 11-23 20:00`,
    ],
    [
      'weeks',
      until(1.3e6),
      `${grew} (sure); at this rate it reaches its limit of 500MB in 15d, about 2026-12-06`,
    ],
    ['a year', until(3.2e7), `${grew} (sure); at this rate it reaches its limit of 500MB in months`],
    [
      'never',
      until(Number.POSITIVE_INFINITY),
      `${grew} (sure); at this rate it reaches its limit of 500MB in months`,
    ],
    ['reached', { ...until(0), limitBytes: 215 * MB }, `${grew} (sure); it has reached its limit of 215MB`],
  ])('%s', (_, more, sentence) => {
    expect(growthSentence(running(8, growing, more), NOON)).toBe(sentence)
  })

  test('of a life that is over there is no forecast', () => {
    const history = historyOf([endedLife(NOON - 8 * HOUR, NOON, growing)], { verdict: leak() })
    expect(growthSentence(history, NOON)).toBe(`${grew} (sure)`)
  })

  test('what was forecast a while ago is told as of now', () => {
    const history = running(8, growing, { ...until(7500), atMs: NOON - HOUR })
    expect(growthSentence(history, NOON)).toContain(' in 1h, about 13:05')
  })
})

test.each<[what: string, history: ProcessHistory, sentence: string]>([
  ['nothing', historyOf([]), 'not measured yet'],
  ['a life without a size', historyOf([lifeOf(NOON, NOON, () => 1)]), 'not measured yet'],
  [
    'a short life that jumped',
    running(5 / 60, minute => (minute < 4 ? 120 : 480)),
    'steady at about 120MB until a jump to 480MB 1m ago',
  ],
  ['a short life', running(4 / 60, () => 120), 'seen for 4m: too short to tell'],
  [
    'bloat',
    running(8, stairs, { verdict: bloat }),
    'grew and levelled off at 480MB: bloat; a limit of 520MB would fit',
  ],
  [
    'bloat that swings',
    running(8, minute => [Number(stairs(minute)), Number(stairs(minute)) + 50], { verdict: bloat }),
    'grew and levelled off at 480MB: bloat; a limit of 560MB would fit',
  ],
  [
    'bloat under a limit that fits',
    running(8, stairs, { verdict: bloat, limitBytes: 600 * MB }),
    'grew and levelled off at 480MB: bloat; its limit of 600MB fits',
  ],
  [
    'bloat without a limit',
    running(8, stairs, { verdict: bloat, limitBytes: undefined }),
    'grew and levelled off at 480MB: bloat; a limit of 520MB would fit',
  ],
  [
    'bloat, and then a jump',
    running(8, minute => (minute < 477 ? 480 : 900), { verdict: bloat }),
    'steady at about 480MB until a jump to 900MB 3m ago',
  ],
  ['a jump', running(8, jumping), 'steady at about 120MB until a jump to 236MB 2m 30s ago'],
  [
    'a jump that ended in a restart',
    historyOf([endedLife(NOON - 9 * HOUR, NOON - HOUR, jumping)]),
    'steady at about 120MB until a jump to 236MB 2m 30s before its restart',
  ],
  [
    'a jump that ended in a crash',
    historyOf([lifeOf(NOON - 9 * HOUR, NOON - HOUR, jumping, { end: { by: 'other' } })]),
    'steady at about 120MB until a jump to 236MB 2m 30s before it ended',
  ],
  [
    'one that has lasted',
    running(8, minute => (minute < 288 ? 120 : 480)),
    'steady at about 120MB until a jump to 480MB 3h ago',
  ],
  ['too small to be one', running(8, minute => (minute < 477 ? 120 : 145)), 'steady at about 120MB'],
  [
    'too soon to be one',
    running(4.6 / 60, minute => (minute < 2.4 ? 120 : 480)),
    'grew from 120MB to 480MB in 5m: too short to tell',
  ],
  [
    'up and down since it began',
    running(5 / 60, () => [13, 90]),
    'between 13MB and 90MB for 5m: too short to tell',
  ],
  [
    'too slow to be one',
    running(8, minute => 120 + Math.max(0, minute - 300)),
    'grew from 120MB to 239MB in 4h: too early to tell a leak from bloat',
  ],
  [
    'one of many',
    running(8, minute => ((480 - minute) % 100 < 4 ? 300 : 120)),
    'steady at about 120MB, with peaks of up to 300MB',
  ],
  ['one long ago', running(48, minute => (minute < 1000 ? 120 : 480)), 'steady at about 480MB'],
  ['steady', running(8, minute => 120 + (minute % 7)), 'steady at about 123MB'],
  ['after a warm-up', running(2, minute => Math.min(120, 40 + minute * 8)), 'steady at about 120MB'],
  ['teeth within a point', running(8, () => [118, 170]), 'steady at about 144MB'],
  [
    'spikes',
    running(8, minute => [120, minute % 100 < 4 ? 300 : 124]),
    'steady at about 122MB, with peaks of up to 300MB',
  ],
  ['long teeth', running(8, minute => 100 + (minute % 90)), 'varies between 108MB and 182MB without growing'],
  [
    'growth that is too young',
    running(1, minute => 100 + minute),
    'grew from 130MB to 153MB in 30m: too early to tell a leak from bloat',
  ],
  [
    'growth that only comes back',
    running(4, minute => (minute < 100 ? 300 : minute)),
    'varies between 131MB and 228MB without growing',
  ],
  ['falling', running(8, minute => 400 - minute / 10), 'steady at about 364MB'],
])('%s', (_, history, sentence) => {
  expect(growthSentence(history, NOON)).toBe(sentence)
})

describe('lives that end in the same way', () => {
  const hours = (...ends: readonly number[]) =>
    ends.map(end => endedLife(NOON - (end + 2) * HOUR, NOON - end * HOUR, minute => 100 + minute * 3.34))
  const fresh = lifeOf(NOON - 10 * MINUTE, NOON, () => 100)
  test.each<[what: string, history: ProcessHistory, sentence: string]>([
    [
      'three',
      historyOf([...hours(6, 4, 2), fresh]),
      'restarted 3 times in the last day, each time after about 2h at 500MB',
    ],
    [
      'two',
      historyOf([...hours(4, 2), fresh]),
      'restarted twice in the last day, each time after about 2h at 500MB',
    ],
    ['one', historyOf([...hours(2), fresh]), 'seen for 10m: too short to tell'],
    ['two, long ago', historyOf([...hours(40, 38), fresh]), 'seen for 10m: too short to tell'],
    [
      'as many as are kept',
      historyOf([...hours(20, 18, 16, 14, 12, 10, 8, 6, 4, 2), fresh]),
      'restarted at least 10 times in the last day, each time after about 2h at 500MB',
    ],
    [
      'by another hand',
      historyOf([...hours(4), { ...hours(2)[0], end: { by: 'other' } } as typeof fresh, fresh]),
      'ended twice in the last day, each time after about 2h at 500MB',
    ],
    [
      'unseen',
      historyOf([...hours(4), { ...hours(2)[0], end: { by: 'unseen' } } as typeof fresh, fresh]),
      'seen for 10m: too short to tell',
    ],
    [
      'after very different times',
      historyOf([endedLife(NOON - 9 * HOUR, NOON - 4 * HOUR, () => 500), ...hours(2), fresh]),
      'seen for 10m: too short to tell',
    ],
    [
      'at different sizes',
      historyOf([endedLife(NOON - 6 * HOUR, NOON - 4 * HOUR, () => 300), ...hours(2), fresh]),
      'restarted twice in the last day, each time after about 2h at 300MB to 500MB',
    ],
  ])('%s', (_, history, sentence) => {
    expect(growthSentence(history, NOON)).toBe(sentence)
  })
})

describe('by the detector: a rise is called neither straight nor steps, which sizes alone do not tell', () => {
  const levelled = 'grew and levelled off at 400MB: bloat; a limit of 440MB would fit'
  test.each<[what: string, sizeMB: (hour: number) => number, sentence: string | RegExp]>([
    ['a straight line', hour => 100 + 12 * hour, /^grew by 12MB an hour for .*: a leak/],
    ['steps', hour => 100 + 100 * Math.min(3, Math.floor(hour / 2)), levelled],
    ['a straight fill', hour => 100 + Math.min(300, 60 * hour), levelled],
    ['a fill that slows down', hour => 400 - 300 * Math.exp(-hour / 1.5), levelled],
  ])('%s', (_, sizeMB, sentence) => {
    const history = recorded('shop:web', tracked({ hours: 20 }, sizeMB))
    if (!history) throw new Error('nothing was recorded')
    const said = growthSentence(history, history.atMs)
    expect(said).toMatch(sentence)
    expect(said).not.toContain('step')
  })
})
