// Counts of restarts, the smallest size, the limit that is too low, and --max-restarts, by a clock of the test's own.
import { expect, test } from 'vitest'
import { RestartHistory } from '../../src/core/history.ts'
import { outcomeText } from '../../src/core/outcome-text.ts'
import { createCapGate } from '../../src/restart/cap.ts'
import { MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const HOUR = 3_600_000
const cap = { count: 3, windowSeconds: 3600, written: '3/1h' }
const breach = (uptimeSeconds: number, sizeMb: number) =>
  requestFor(processNamed('g:n', { nowSeconds: 1_000_000 + uptimeSeconds }), sizeMb * MB, '-a', '50MB')

test('restarts of the last hour are counted, older ones are not', () => {
  const history = new RestartHistory()
  for (const at of [0, HOUR / 2, HOUR]) history.recordRestart('g:n', at)
  expect(history.pastOf('g:n', HOUR + 1).restartsLastHour).toBe(2)
  expect(history.pastOf('g:other', HOUR).restartsLastHour).toBe(0)
})

test('the smallest size since the last start, for what was restarted before', () => {
  const history = new RestartHistory()
  const first = processNamed('g:n')
  history.observe(first, 5 * MB)
  expect(history.pastOf('g:n', 0).smallestBytes).toBeUndefined()
  history.recordRestart('g:n', 0)
  for (const size of [30, 20, 40]) history.observe(first, size * MB)
  expect(history.pastOf('g:n', 0).smallestBytes).toBe(20 * MB)
  history.observe({ ...first, pid: 99 }, 35 * MB)
  expect(history.pastOf('g:n', 0).smallestBytes).toBe(35 * MB)
  history.keepOnly(new Set())
  expect(history.pastOf('g:n', 0).smallestBytes).toBeUndefined()
})

test.each([
  [
    'three times running within minutes',
    [
      [60, 55],
      [120, 60],
      [299, 52],
    ],
    90 * MB,
  ],
  [
    'twice',
    [
      [60, 55],
      [60, 60],
    ],
    undefined,
  ],
  [
    'with a late one between',
    [
      [60, 55],
      [3000, 60],
      [60, 60],
      [60, 60],
    ],
    undefined,
  ],
  [
    'late ones',
    [
      [300, 55],
      [301, 60],
      [9999, 60],
    ],
    undefined,
  ],
])('over its limit %s: a limit that would fit is %s', (_, breaches, fitting) => {
  const history = new RestartHistory()
  for (const [uptime = 0, size = 0] of breaches) history.recordBreach(breach(uptime, size))
  expect(history.pastOf('g:n', 0).fittingLimitBytes).toBe(fitting)
})

test('the line of a loop says what is wrong and what would fit', () => {
  const past = { restartsLastHour: 4, smallestBytes: 48 * MB, fittingLimitBytes: 90 * MB }
  expect(outcomeText(restarted(breach(60, 60), { past }))).toBe(
    'Restarted g:n: pid 4711 is now pid 4712, after 1.2 s. 4 restarts in the last hour, smallest size since its last start 48MB. ' +
      'Three times running it was over -a 50MB within minutes: the limit is below its normal size, 90MB would fit',
  )
})

test('--max-restarts 3/1h: the fourth is held back and told once, and it opens again', () => {
  const history = new RestartHistory()
  const told: number[] = []
  const gate = createCapGate(
    () => cap,
    history,
    capped => void told.push(capped.until),
  )
  const admitted = (now: number) => gate.admit([breach(60, 60)], now).length
  for (const at of [0, 1000, 2000]) {
    expect(admitted(at)).toBe(1)
    history.recordRestart('g:n', at)
  }
  expect([admitted(3000), admitted(4000), admitted(HOUR - 1), told]).toEqual([0, 0, 0, [HOUR]])
  expect(admitted(HOUR)).toBe(1)
  history.recordRestart('g:n', HOUR)
  expect([admitted(HOUR + 1), told]).toEqual([0, [HOUR, HOUR + 1000]])
})
