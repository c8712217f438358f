// A recorded series says what the listener would have said: the very alarms that `npm run leak-score` scores.
import { expect, test } from 'vitest'
import { type Recorded, replay } from '../../src/trend/replay.ts'
import { firstAlarm, memmon } from './detector.ts'
import { generate } from './traces/generate.ts'
import type { Trace } from './traces/trace.ts'
import { MB } from './watching.ts'

const recorded = ({ interval_s, limit_bytes, samples }: Trace): Recorded => ({
  intervalSeconds: interval_s,
  limitBytes: limit_bytes,
  samples: samples.map(({ t, rss }) => ({ t, bytes: rss, pid: 1 })),
})

test('the first alarm, and the forecast with it, are those that are scored', () => {
  const traces = generate(3, 1)
  const scored = traces.map(trace => firstAlarm(trace, memmon))
  const replayed = traces.map(trace => replay(recorded(trace)).alarms[0])
  expect(replayed.map(alarm => alarm && { t: alarm.t, secondsToLimit: alarm.secondsToLimit })).toEqual(scored)
  expect(scored.filter(alarm => alarm?.secondsToLimit !== undefined).length).toBeGreaterThan(3)
  expect(scored.filter(alarm => !alarm).length).toBeGreaterThan(3)
})

/** By the minute: `sizeMB` of the hour, by the pid of the hour. */
const minutes = (hours: number, sizeMB: (hour: number) => number, pidOf = (_: number) => 1) =>
  replay({
    intervalSeconds: 60,
    limitBytes: 1000 * MB,
    samples: Array.from({ length: hours * 60 }, (_, at) => ({
      t: at * 60,
      bytes: sizeMB(at / 60) * MB,
      pid: pidOf(at / 60),
    })),
  })

test('a leak that goes on: its alarm has no end, and the verdict is a leak', () => {
  const { verdict, alarms } = minutes(8, hour => 100 + 50 * hour)
  expect(verdict.kind).toBe('leak')
  expect(alarms).toEqual([{ t: expect.any(Number), untilT: undefined, secondsToLimit: expect.any(Number) }])
})

test('one that ends is told with its end, and the verdict is what it has come to', () => {
  const { verdict, alarms } = minutes(24, hour => 100 + 50 * Math.min(hour, 8))
  expect(verdict.kind).toBe('bloat')
  const [alarm] = alarms
  expect(alarms).toHaveLength(1)
  expect(alarm?.t).toBeLessThan(8 * 3600)
  expect(alarm?.untilT).toBeGreaterThan(8 * 3600)
})

test('another pid ends it at its first sample, and what that one does is an alarm of its own', () => {
  const { verdict, alarms } = minutes(
    16,
    hour => 100 + 50 * (hour % 8),
    hour => (hour < 8 ? 1 : 2),
  )
  expect(verdict.kind).toBe('leak')
  expect(alarms.map(({ untilT }) => untilT)).toEqual([8 * 3600, undefined])
})

test('without samples there is nothing to say', () => {
  expect(replay({ intervalSeconds: Number.NaN, limitBytes: undefined, samples: [] })).toEqual({
    verdict: { kind: 'steady' },
    alarms: [],
  })
})
