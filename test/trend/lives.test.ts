// What happens to a series: ticks that are missing or late, suspended machines, clocks, new runs, other figures, limits.
import { describe, expect, test } from 'vitest'
import { HIGHEST, LOWEST } from '../../src/trend/levels.ts'
import type { Leak, Verdict } from '../../src/trend/verdict.ts'
import { begin, MB, see, seeTicks, type Watched, watch } from './watching.ts'

const line = (hour: number): number => 100 + 30 * hour
const asLeak = (verdict: Verdict): Leak => {
  expect(verdict.kind).toBe('leak')
  return verdict as Leak
}
const slopeMB = ({ verdict }: Watched): number => asLeak(verdict).slopeBytesPerHour / MB
const LATE_SECONDS = [0, 9, 25, 3]
const TICKS = { hours: 5, limitMB: 1000 }

describe('time', () => {
  test('every fourth tick missing, and all of them late by turns', () => {
    const watched = begin(60)
    for (let tick = 0; tick < 300; tick++) {
      const hour = (tick * 60 + (LATE_SECONDS[tick % 4] ?? 0)) / 3600
      if (tick % 4 !== 1) see(watched, hour, line(hour), { limitBytes: 1000 * MB })
    }
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
  })

  test('ticks that are missing for minutes are the last size again', () => {
    const watched = begin(60)
    seeTicks(watched, TICKS, line)
    seeTicks(watched, { ...TICKS, fromHour: 5.5 }, line)
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
    expect(asLeak(watched.verdict).forSeconds / 3600).toBeGreaterThan(9.5)
  })

  test('a spike before ticks that are missing is none of what was missed', () => {
    const watched = begin(60)
    for (const [tick, sizeMB] of [100, 900, 100].entries()) see(watched, tick / 180, sizeMB)
    see(watched, 10 / 60, 100)
    const { levels } = watched.series
    expect([...levels.slice(LOWEST, LOWEST + 10)].map(low => low / 1024)).toEqual(Array(10).fill(100))
    expect([...levels.slice(HIGHEST, HIGHEST + 10)].map(high => high / 1024)).toEqual([
      900,
      ...Array(9).fill(100),
    ])
  })

  test('a machine that was suspended overnight: no time has passed, the leak goes on', () => {
    const watched = seeTicks(begin(60), TICKS, line)
    seeTicks(watched, { ...TICKS, fromHour: 15 }, hour => line(hour - 10))
    expect(watched.changes).toHaveLength(1)
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
    expect(asLeak(watched.verdict).forSeconds / 3600).toBeLessThan(11)
  })

  test('a jump while nothing was seen is one step, not a leak', () => {
    const watched = seeTicks(begin(60), TICKS, () => 100)
    seeTicks(watched, { ...TICKS, fromHour: 15, hours: 20 }, () => 400)
    expect(watched.changes).toEqual([])
  })

  test('a clock that is set back, by years', () => {
    const watched = seeTicks(begin(60), { ...TICKS, fromHour: 100_000 }, hour => line(hour - 100_000))
    seeTicks(watched, TICKS, hour => line(hour + 5))
    expect(watched.changes).toHaveLength(1)
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
    expect(asLeak(watched.verdict).forSeconds / 3600).toBeGreaterThan(9.5)
  })

  test.each([
    ['not a number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['negative', -1],
    ['more than any machine has', 2 ** 60],
  ])('a size that is %s is left out', (_, bytes) => {
    const watched = begin(60)
    for (let hour = 0; hour < 5; hour += 1 / 60) {
      see(watched, hour, line(hour), { limitBytes: 1000 * MB })
      see(watched, hour, 0, { bytes })
    }
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
  })

  test.each([0, Number.NaN])('an interval that is not known (%d) is a short one', interval => {
    expect(slopeMB(seeTicks(begin(interval), TICKS, line))).toBeCloseTo(30, 0)
  })

  test('a tick of an hour: the window is a day and more', () => {
    const watched = watch({ everySeconds: 3600, hours: 60, limitMB: 1000 }, hour => 100 + 5 * hour)
    expect(slopeMB(watched)).toBeCloseTo(5, 1)
  })
})

describe('another life', () => {
  const NEXT = { ...TICKS, fromHour: 5, hours: 0.25 }

  test.each([
    ['pid', { run: { pid: 101, startSeconds: 1000 } }],
    ['start of the same pid', { run: { pid: 100, startSeconds: 2000 } }],
    ['metric', { metric: 'pss' }],
    ['scope', { cumulative: true }],
  ] as const)('another %s: nothing is known, and nothing is compared', (_, more) => {
    const watched = seeTicks(begin(60), TICKS, line)
    seeTicks(watched, NEXT, hour => 2 * line(hour), more)
    expect(watched.changes.map(({ to }) => to)).toEqual(['leak', 'steady'])
    expect(watched.changes[1]?.hour).toBe(5)
    expect(watched.series.clockSeconds).toBeLessThan(900)
  })

  test('a new run that leaks, too, is seen anew: the old sizes are no record that it has to exceed', () => {
    const watched = seeTicks(begin(60), TICKS, hour => 10 * line(hour))
    const more = { run: { pid: 101, startSeconds: 1000 } }
    seeTicks(watched, { ...TICKS, fromHour: 5 }, hour => line(hour - 5), more)
    expect(watched.changes.map(({ to }) => to)).toEqual(['leak', 'steady', 'leak'])
    expect(slopeMB(watched)).toBeCloseTo(30, 0)
  })
})

describe('an alarm', () => {
  test('ends when the growth does', () => {
    const watched = watch({ hours: 20, limitMB: 1000 }, hour => line(Math.min(hour, 5)))
    expect(watched.changes.map(({ to }) => to)).toEqual(['leak', 'bloat'])
    expect(watched.changes[1]?.hour).toBeGreaterThan(5)
    expect(watched.changes[1]?.hour).toBeLessThan(12)
  })

  test('ends at once when most of what had grown is given back', () => {
    const watched = watch({ hours: 8, limitMB: 1000 }, hour => (hour < 5 ? line(hour) : 110))
    expect(watched.changes.map(({ to }) => to)).toEqual(['leak', 'steady'])
    expect(watched.changes[1]?.hour).toBeCloseTo(5, 1)
  })

  test('goes on while teeth fall below where they were', () => {
    const watched = watch({ hours: 30, limitMB: 2000 }, hour => line(hour) + 80 * ((hour % 0.5) / 0.5))
    expect(watched.changes).toHaveLength(1)
  })

  test('is one object until there is something new to say', () => {
    const watched = watch(TICKS, line)
    const { verdict } = watched
    expect(see(watched, 4.99, line(5), { limitBytes: 1000 * MB })).toBe(verdict)
    expect(seeTicks(watched, { ...TICKS, fromHour: 5.01, hours: 0.1 }, line).verdict).not.toBe(verdict)
  })

  test('foretells by the limit that holds now, and none without one', () => {
    const watched = watch(TICKS, line)
    const before = asLeak(watched.verdict).secondsToLimit ?? 0
    seeTicks(watched, { hours: 0.1, fromHour: 5, limitMB: 2000 }, line)
    expect(asLeak(watched.verdict).secondsToLimit).toBeGreaterThan(before + 30 * 3600)
    seeTicks(watched, { hours: 0.1, fromHour: 5.1 }, line)
    expect(asLeak(watched.verdict).secondsToLimit).toBeUndefined()
    seeTicks(watched, { hours: 0.1, fromHour: 5.2, limitMB: 150 }, line)
    expect(asLeak(watched.verdict).secondsToLimit).toBe(0)
  })
})

test('what is kept of a process fits in 8 KB, and stays where it is', () => {
  const watched = begin(5)
  const { levels } = watched.series
  expect(levels.buffer.byteLength).toBeLessThanOrEqual(8192)
  seeTicks(watched, { everySeconds: 30, hours: 24 * 60, limitMB: 900 }, hour => 100 + (hour % 400) / 2)
  expect(watched.series.levels).toBe(levels)
  expect(Object.values(watched.series).filter(Array.isArray)).toEqual([])
})
