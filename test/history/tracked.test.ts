// What is kept of one process, and what begins or ends one of its lives.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { historyOf } from '../../src/history/history-of.ts'
import type { Life, ProcessHistory } from '../../src/history/process-history.ts'
import { createTracked, endLife, noteEnd, sample, type Tracked } from '../../src/history/tracked.ts'
import { anySample, at, EPOCH_MS, MB, run, track, tracked, withPast } from './tracking.ts'

const of = (one: Tracked): ProcessHistory => {
  const history = historyOf('web:web', one)
  if (!history) throw new Error('nothing is known of it')
  return history
}
const lastLife = (one: Tracked): Life => of(one).lives.at(-1) as Life

test('nothing is known before the first sample, nor of one that is not a size', () => {
  const one = createTracked(60)
  expect(historyOf('web:web', one)).toBeUndefined()
  for (const bytes of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60]) sample(one, anySample({ bytes }))
  sample(one, anySample({ atSeconds: Number.NaN }))
  sample(one, anySample({ atMs: Number.NaN }))
  expect(historyOf('web:web', one)).toBeUndefined()
})

test('the life that runs: since when, its size at start and now, its peak', () => {
  const one = tracked({ hours: 1 }, hour => 100 + (hour === 0.5 ? 70 : 10 * hour), { limitBytes: 200 * MB })
  const { lives, ...rest } = of(one)
  expect(rest).toEqual({
    namespec: 'web:web',
    metric: 'rss',
    cumulative: false,
    limitBytes: 200 * MB,
    verdict: { kind: 'steady' },
    atMs: EPOCH_MS + 59 * 60_000,
  })
  expect(lives).toHaveLength(1)
  expect({ ...lives[0], points: [] }).toEqual({
    pid: 100,
    fromMs: EPOCH_MS,
    untilMs: EPOCH_MS + 59 * 60_000,
    end: undefined,
    startBytes: 100 * MB,
    endBytes: Math.round((100 + 590 / 60) * MB),
    peakBytes: 170 * MB,
    points: [],
  })
})

test('a new pid, or a new start of the same one, begins a life and closes the one before', () => {
  const one = tracked({ hours: 1 }, hour => 100 + 60 * hour)
  track(one, { fromSeconds: 3600, hours: 0.5 }, () => 50, run(7))
  track(one, { fromSeconds: 5400, hours: 0.5 }, () => 60, { run: { pid: 7, startSeconds: 1 } })
  const [first, second, third] = of(one).lives
  expect(of(one).lives).toHaveLength(3)
  expect(first).toMatchObject({
    pid: 100,
    fromMs: EPOCH_MS,
    untilMs: EPOCH_MS + 59 * 60_000,
    end: { by: 'other' },
    startBytes: 100 * MB,
    endBytes: 159 * MB,
    peakBytes: 159 * MB,
  })
  expect(second).toMatchObject({ pid: 7, end: { by: 'other' }, startBytes: 50 * MB, peakBytes: 50 * MB })
  expect(third).toMatchObject({ pid: 7, end: undefined, startBytes: 60 * MB, fromMs: EPOCH_MS + 5_400_000 })
})

test('why a life is over: memmon restarted it, said before or after the next one was seen', () => {
  const end = { by: 'memmon', rule: '-a 200MB' } as const
  const one = tracked({ hours: 0.1 }, () => 100)
  noteEnd(one, 100, end)
  expect(lastLife(one).end).toBeUndefined()
  sample(one, at(600, 50, run(7)))
  sample(one, at(660, 50, run(8)))
  noteEnd(one, 7, end)
  noteEnd(one, 6, end)
  expect(of(one).lives.map(life => life.end)).toEqual([end, end, undefined])
  noteEnd(one, 7, { by: 'memmon', rule: 'another' })
  expect(of(one).lives[1]?.end).toEqual(end)
  sample(one, at(720, 50, run(9)))
  expect(of(one).lives.map(life => life.end)).toEqual([end, end, { by: 'other' }, undefined])
})

test('a start that failed is known at once, and how often it failed when it runs again', () => {
  const one = tracked({ hours: 0.1 }, () => 100)
  const end = (failedStarts: number) => ({ by: 'memmon', rule: '-a 200MB', failedStarts }) as const
  noteEnd(one, 100, end(1))
  endLife(one)
  expect(lastLife(one).end).toEqual(end(1))
  noteEnd(one, 100, end(3))
  expect(lastLife(one).end).toEqual(end(3))
  noteEnd(one, 100, { by: 'memmon', rule: '-a 200MB' })
  expect(lastLife(one).end).toEqual(end(3))
})

test('a life that is known to be over is the last one, and its verdict stays', () => {
  const one = tracked({ hours: 5 }, hour => 100 + 30 * hour, { limitBytes: 400 * MB })
  endLife(one)
  endLife(one)
  expect(of(one).lives.map(life => life.end)).toEqual([{ by: 'other' }])
  expect(of(one).verdict.kind).toBe('leak')
  sample(one, at(6 * 3600, 50, run(7)))
  expect(of(one).lives.map(life => life.end)).toEqual([{ by: 'other' }, undefined])
  expect(of(one).verdict.kind).toBe('steady')
})

test('a life that was taken for over and is not is another one from then on', () => {
  const one = tracked({ hours: 1 }, () => 100)
  endLife(one)
  track(one, { fromSeconds: 3600, hours: 1 }, () => 200)
  const life = lastLife(one)
  expect(of(one).lives).toHaveLength(2)
  expect(life).toMatchObject({ fromMs: EPOCH_MS + 3_600_000, startBytes: 200 * MB, peakBytes: 200 * MB })
  expect(life.points[0]?.fromMs).toBe(life.fromMs)
  expect(life.points.every(point => point.fromMs <= point.untilMs)).toBe(true)
})

test('the last ten that are over, with at most 24 points each within their time and size', () => {
  const { lives } = of(withPast(13))
  expect(lives.map(life => life.pid)).toEqual(Array.from({ length: 11 }, (_, life) => 103 + life))
  for (const { points, fromMs, untilMs, peakBytes } of lives.slice(0, -1)) {
    expect(points.length).toBeGreaterThan(16)
    expect(points.length).toBeLessThanOrEqual(24)
    expect(points[0]?.fromMs).toBe(fromMs)
    expect(points.at(-1)?.untilMs).toBe(untilMs)
    expect(Math.max(...points.map(point => point.highBytes))).toBe(peakBytes)
    for (const { lowBytes } of points) expect(lowBytes).toBeGreaterThan(99.9 * MB)
  }
})

test('another metric of the same run: the life goes on, sizes of different kinds are not compared', () => {
  const one = tracked({ hours: 1 }, () => 300)
  track(one, { fromSeconds: 3600, hours: 1 }, () => 100, { metric: 'pss' })
  expect(of(one)).toMatchObject({ metric: 'pss' })
  const [life, ...others] = of(one).lives
  expect(others).toEqual([])
  expect(life).toMatchObject({ fromMs: EPOCH_MS, startBytes: 100 * MB, peakBytes: 100 * MB })
  expect(life?.points[0]?.fromMs).toBe(EPOCH_MS + 3_600_000)
  expect(life?.points.every(point => point.highBytes === 100 * MB)).toBe(true)
})

test('lives of another metric are kept, and shown beside those of the same', () => {
  const one = tracked({ hours: 1 }, () => 300)
  track(one, { fromSeconds: 3600, hours: 1 }, () => 100, { ...run(7), metric: 'pss' })
  expect(of(one).lives.map(life => life.pid)).toEqual([7])
  track(one, { fromSeconds: 7200, hours: 1 }, () => 300, run(8))
  expect(of(one).lives.map(life => life.pid)).toEqual([100, 8])
})

test('a date that is set back moves the life with it: it never begins after its end', () => {
  const one = tracked({ hours: 1 }, () => 100)
  for (let tick = 0; tick < 60; tick++)
    sample(one, at(3600 + tick * 60, 100, { atMs: EPOCH_MS - 7_200_000 + tick * 60_000 }))
  const life = lastLife(one)
  expect(life.untilMs).toBe(EPOCH_MS - 7_200_000 + 59 * 60_000)
  expect(life.untilMs - life.fromMs).toBe(119 * 60_000)
  expect(life.points[0]?.fromMs).toBe(life.fromMs)
})

test('nor when it is set back by two seconds after the first sample', () => {
  const one = tracked({ hours: 0.01 }, () => 100)
  sample(one, at(5, 100, { atMs: EPOCH_MS - 2000 }))
  expect(lastLife(one)).toMatchObject({ fromMs: EPOCH_MS - 2000, untilMs: EPOCH_MS - 2000 })
})

test('what is kept of a process takes at most 5.5 KB, with ten lives 8 KB', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = () => {
    collect()
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  /** The median of some batches: V8's own memory for the code that runs here comes with one of the first. */
  const bytesEach = (lives: number, count: number): number => {
    const batches = Array.from({ length: 3 }, () => {
      const before = used()
      const kept = Array.from({ length: count }, () => withPast(lives))
      const bytes = (used() - before) / kept.length
      expect(kept).toHaveLength(count)
      return bytes
    })
    return batches.sort((a, b) => a - b)[1] as number
  }
  expect(bytesEach(0, 600)).toBeLessThan(5.5 * 1024)
  expect(bytesEach(12, 250)).toBeLessThan(8 * 1024)
})
