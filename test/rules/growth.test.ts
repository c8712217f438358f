// When a leak is acted upon: how close to the limit, and at which time of day.
import { expect, test } from 'vitest'
import {
  type GrowthTerms,
  growthText,
  isGrowthDue,
  parseDayWindow,
  parseGrowth,
  parseIncreaseLimit,
  secondsUntil,
} from '../../src/rules/growth.ts'
import { MB } from '../helpers/values.ts'

const HOUR = 3600
const at = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}

test.each([
  ['02:00-05:00', '01:00', HOUR],
  ['02:00-05:00', '02:00', 0],
  ['02:00-05:00', '04:59', 0],
  ['02:00-05:00', '05:00', 21 * HOUR],
  ['22:00-04:00', '23:59', 0],
  ['22:00-04:00', '00:00', 0],
  ['22:00-04:00', '04:00', 18 * HOUR],
  ['22:00-24:00', '23:59', 0],
  ['22:00-24:00', '00:00', 22 * HOUR],
  ['0:00-24:00', '12:00', 'empty'],
  ['9:00-9:00', '12:00', 'empty'],
  ['25:00-26:00', '12:00', 'not a time of day'],
  ['02:60-03:00', '12:00', 'not a time of day'],
  ['02:00', '12:00', 'not a time of day'],
  ['2-5', '12:00', 'not a time of day'],
])('the window %s, seen at %s, opens in %s', (text, now, seconds) => {
  if (typeof seconds === 'string') expect(() => parseDayWindow(text)).toThrow(seconds)
  else expect(secondsUntil(parseDayWindow(text), at(now))).toBe(seconds)
})

test('a growth, and a count of maxima, as they are written', () => {
  expect(['off', 'Alert', 'RESTART'].map(parseGrowth)).toEqual(['off', 'alert', 'restart'])
  expect(() => parseGrowth('on')).toThrow('use one of off, alert, restart')
  expect(parseIncreaseLimit('20')).toBe(20)
  for (const wrong of ['0', '-1', '1.5', '1001', '', 'many', '1e3'])
    expect(() => parseIncreaseLimit(wrong), wrong).toThrow('use 1 to 1000')
})

const RESTART: GrowthTerms = { kind: 'restart', leadSeconds: 900 }
const AT_NIGHT: GrowthTerms = { ...RESTART, window: parseDayWindow('02:00-05:00') }

test.each<
  [terms: GrowthTerms, secondsToLimit: number | undefined, megabytes: number, now: string, due: boolean]
>([
  [RESTART, 900, 50, '12:00', false],
  [RESTART, 899, 50, '12:00', true],
  [RESTART, 1e6, 84.9, '12:00', false],
  [RESTART, 1e6, 85, '12:00', true],
  [RESTART, undefined, 84.9, '12:00', false],
  [RESTART, undefined, 85, '12:00', true],
  [{ ...RESTART, kind: 'would' }, 899, 50, '12:00', true],
  [{ ...RESTART, kind: 'alert' }, 1, 99, '12:00', false],
  [{ ...RESTART, kind: 'off' }, 1, 99, '12:00', false],
  [AT_NIGHT, 800, 86, '12:00', true], // the limit comes first
  [AT_NIGHT, 13 * HOUR, 50, '03:00', false],
  [AT_NIGHT, 15 * HOUR, 86, '12:00', false], // it can wait for 14 hours
  [AT_NIGHT, 13 * HOUR, 86, '12:00', true],
  [AT_NIGHT, 15 * HOUR, 86, '02:00', true],
  [AT_NIGHT, undefined, 86, '12:00', true],
])('%j, the limit in %s s, %s of 100 MB used, at %s', (terms, secondsToLimit, megabytes, now, due) => {
  const growth = secondsToLimit === undefined ? {} : { secondsToLimit }
  expect(isGrowthDue(terms, growth, megabytes * MB, 100 * MB, at(now))).toBe(due)
})

test('without a limit nothing is ever close to it', () => {
  expect(isGrowthDue(RESTART, {}, 1e15, Number.POSITIVE_INFINITY, 0)).toBe(false)
})

test.each<[GrowthTerms, string | undefined]>([
  [{ ...RESTART, kind: 'alert' }, undefined],
  [{ ...RESTART, kind: 'off' }, 'growth is not judged'],
  [RESTART, 'restarts a leak 15m before the limit'],
  [{ ...RESTART, kind: 'would' }, 'would restart a leak 15m before the limit'],
  [AT_NIGHT, 'restarts a leak 15m before the limit, between 02:00-05:00 where that is in time'],
  [
    { ...RESTART, kind: 'alert', increase: { limit: 20, thresholdBytes: 10 * MB } },
    'a leak is 20 new maxima, each more than 10MB above the last',
  ],
  [
    { ...RESTART, increase: { limit: 20, thresholdBytes: 10 * MB } },
    'a leak is 20 new maxima, each more than 10MB above the last, restarts a leak at 85% of the limit',
  ],
])('%j in the log', (terms, text) => expect(growthText(terms)).toBe(text))
