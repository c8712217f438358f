// Which restarts of the past still count: by which clock, and for how long.
import { describe, expect, test } from 'vitest'
import type { PastRestart } from '../../src/restart/journal-lines.ts'
import { onThisClock, recent, withLastReasons } from '../../src/restart/past-restarts.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_800_000_000_000
const TICK = 10 * DAY_MS

/** A restart so long ago, by both clocks. */
const restartOf = (ageMs: number, more: Partial<PastRestart> = {}): PastRestart => ({
  namespec: 'a:x',
  at: NOW_MS - ageMs,
  tick: TICK - ageMs,
  soonTimes: 1,
  ...more,
})

describe('the clock that they are counted by', () => {
  const BY_TICK = restartOf(1_000, { at: NOW_MS + DAY_MS })
  const BY_DATE = restartOf(1_000, { tick: 5 })
  const LATER = restartOf(0, { namespec: 'a:y' })
  test.each<[what: string, boot: string, own: string, restarts: PastRestart[], agesMs: number[]]>([
    ['of this boot: the one that nobody sets', 'B1', 'B1', [BY_TICK], [1_000]],
    ['of another boot: the date', 'B2', 'B1', [BY_DATE], [1_000]],
    ['of nobody knows which boot: the date', '', 'B1', [BY_DATE], [1_000]],
    ['where nobody knows the boot: the date', '', '', [BY_DATE], [1_000]],
    ['one to come is none', 'B1', 'B1', [restartOf(-1), LATER], [0]],
    ['one to come by the date is none', 'B2', 'B1', [restartOf(-1), LATER], [0]],
    ['in their order', 'B1', 'B1', [restartOf(5), restartOf(9), restartOf(7)], [9, 7, 5]],
    [
      'in their order by the date',
      'B2',
      'B1',
      [restartOf(5, { tick: 1 }), restartOf(9, { tick: 3 }), restartOf(7, { tick: 2 })],
      [9, 7, 5],
    ],
  ])('%s', (_, boot, own, restarts, agesMs) => {
    const found = onThisClock({ boot, restarts }, { boot: own, tick: TICK, nowMs: NOW_MS })
    expect(found.map(({ tick }) => TICK - tick)).toEqual(agesMs)
  })

  test('nothing else about them changes', () => {
    const found = onThisClock({ boot: 'B2', restarts: [BY_DATE] }, { boot: 'B1', tick: TICK, nowMs: NOW_MS })
    expect(found).toEqual([restartOf(1_000)])
  })
})

describe('what is kept', () => {
  test('those of the last day', () => {
    const young = restartOf(DAY_MS - 1)
    expect(recent([restartOf(DAY_MS), young], TICK)).toEqual([young])
  })

  test('2,000 at most, the latest ones', () => {
    const restarts = Array.from({ length: 2_001 }, (_, count) => restartOf(2_001 - count))
    expect(recent(restarts, TICK)).toEqual(restarts.slice(1))
  })
})

test('of many restarts the last twenty keep their reasons: the journal stays small', () => {
  const many = Array.from({ length: 30 }, (_, at) => ({
    namespec: 'w:w',
    at,
    tick: at,
    soonTimes: 0,
    reason: `reason ${at}`,
  }))
  const kept = withLastReasons(many)
  expect(kept.map(({ at }) => at)).toEqual(many.map(({ at }) => at))
  expect(kept.flatMap(({ reason }) => reason ?? [])).toEqual(many.slice(10).map(({ reason }) => reason))
})
