// What is kept of all processes: what a restart of memmon changes, and what is forgotten.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histories, MOST_PROCESSES } from '../../src/history/histories.ts'
import { parseHistory } from '../../src/history/history-lines.ts'
import type { Tracked, TrackedSample } from '../../src/history/tracked.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { at, EPOCH_MS, fileOf, MB, run, track } from './tracking.ts'

const WEB = 'web:web'
const DAY_MS = 86_400_000
const LEAK = (hour: number) => 100 + 30 * hour
const LIMIT = { limitBytes: 400 * MB }

const create = (intervalSeconds = 60) => new Histories(() => intervalSeconds)
/** What a file of it would give, as a memmon finds it after a reboot: its clock has begun anew. */
const saved = (histories: Histories) => parseHistory(fileOf(Object.fromEntries(histories.toWrite()))).tracked
const info = (namespec: string, pid: number, more: Partial<ProcessInfo> = {}): ProcessInfo => ({
  group: namespec.split(':')[0] ?? '',
  name: namespec.split(':')[1] ?? '',
  namespec,
  state: ProcessState.RUNNING,
  nowSeconds: 1,
  spawnError: '',
  ...run(pid).run,
  ...more,
})
const livesOf = (histories: Histories, namespec = WEB) => histories.historyOf(namespec)?.lives ?? []

/** Another memmon, so many seconds after the first sample, whose clock began when it did. */
const restarted = (histories: Histories, afterSeconds: number, intervalSeconds = 60): Histories => {
  const next = create(intervalSeconds)
  next.restore(saved(histories), { atMs: EPOCH_MS + afterSeconds * 1000, atSeconds: 50 })
  return next
}
/** As its clock has it. */
const since = (seconds: number, restartedAt: number, sizeMB: number, more: Partial<TrackedSample> = {}) =>
  at(seconds, sizeMB, { atSeconds: 50 + seconds - restartedAt, ...more })

const verdictOf = (histories: Histories, namespec: string) => histories.historyOf(namespec)?.verdict

describe('a restart of memmon', () => {
  test('forgets nothing: a leak that was told is still the same leak', () => {
    const first = create()
    const told = track({ histories: first, namespec: WEB }, { hours: 5 }, LEAK, LIMIT)
    expect(told.kind).toBe('leak')
    const second = restarted(first, 5 * 3600)
    expect(verdictOf(second, WEB)).toEqual(told)
    expect(second.historyOf(WEB)).toEqual(first.historyOf(WEB))
    const { verdict } = second.sample(WEB, since(5 * 3600, 5 * 3600, LEAK(5), LIMIT)).series
    expect(verdict).toEqual(first.sample(WEB, at(5 * 3600, LEAK(5), LIMIT)).series.verdict)
    expect(livesOf(second)).toEqual(livesOf(first))
  })

  test('anywhere, within a tick: the verdicts of a series that was never interrupted', () => {
    const trace = fc.record({
      base: fc.integer({ min: 20, max: 500 }),
      perTick: fc.double({ min: -0.05, max: 0.8, noNaN: true }),
      teeth: fc.integer({ min: 1, max: 30 }),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: 299 }), { maxLength: 3 }),
    })
    let leaks = 0
    fc.assert(
      fc.property(trace, ({ base, perTick, teeth, cuts }) => {
        const whole = create()
        let parts = create()
        let restartedAt = -1
        for (let tick = 0; tick < 300; tick++) {
          const seconds = tick * 60
          if (cuts.includes(tick)) {
            restartedAt = seconds
            parts = restarted(parts, seconds)
          }
          const sizeMB = Math.max(1, base + perTick * tick + (tick % teeth))
          const own = restartedAt < 0 ? {} : { atSeconds: 50 + seconds - restartedAt }
          const { verdict } = whole.sample(WEB, at(seconds, sizeMB, LIMIT)).series
          expect(parts.sample(WEB, at(seconds, sizeMB, { ...LIMIT, ...own })).series.verdict).toEqual(verdict)
          if (verdict.kind === 'leak') leaks++
        }
        expect(parts.historyOf(WEB)).toEqual(whole.historyOf(WEB))
      }),
      { numRuns: 25, examples: [[{ base: 100, perTick: 0.5, teeth: 1, cuts: [120, 220] }]] },
    )
    expect(leaks).toBeGreaterThan(0)
  })

  test('of minutes is time that has passed; of hours is none, and a gap in the picture', () => {
    for (const [goneSeconds, passedSeconds] of [
      [600, 600],
      [30_000, 60],
    ] as const) {
      const first = create()
      track({ histories: first, namespec: WEB }, { hours: 5 }, LEAK, LIMIT)
      const clock = clockOf(first)
      const back = 299 * 60 + goneSeconds
      const second = restarted(first, back - 7)
      second.sample(WEB, since(back, back - 7, LEAK(5), LIMIT))
      expect(clockOf(second) - clock).toBe(passedSeconds)
      const { fromMs, points = [] } = livesOf(second)[0] ?? {}
      expect(fromMs).toBe(EPOCH_MS)
      expect(points[0]?.fromMs).toBe(EPOCH_MS)
      expect(points.at(-1)?.untilMs).toBe(EPOCH_MS + back * 1000)
      const gaps = points.filter((point, at) => point.fromMs > (points[at - 1]?.untilMs ?? point.fromMs))
      expect(gaps).toHaveLength(goneSeconds === 600 ? 0 : 1)
    }
  })

  test('with the date set back: no time has passed', () => {
    const first = create()
    track({ histories: first, namespec: WEB }, { hours: 5 }, LEAK, LIMIT)
    const clock = clockOf(first)
    const second = restarted(first, -DAY_MS / 1000)
    second.sample(WEB, since(-DAY_MS / 1000 + 5, -DAY_MS / 1000, LEAK(5), LIMIT))
    expect(clockOf(second) - clock).toBe(5)
    const life = livesOf(second)[0]
    expect(life?.fromMs).toBeLessThanOrEqual(life?.untilMs ?? 0)
  })

  test('beside a restart of the process: nobody saw how that life ended', () => {
    const first = create()
    track({ histories: first, namespec: WEB }, { hours: 1 }, LEAK)
    const second = restarted(first, 3600)
    second.sample(WEB, since(3660, 3600, 50, run(7)))
    expect(livesOf(second).map(({ pid, end }) => ({ pid, end }))).toEqual([
      { pid: 100, end: { by: 'unseen' } },
      { pid: 7, end: undefined },
    ])
    expect(livesOf(second)[0]).toMatchObject({ startBytes: 100 * MB, untilMs: EPOCH_MS + 3540_000 })
  })

  test('and then of the process, which memmon saw: that life ended by another hand', () => {
    const first = create()
    track({ histories: first, namespec: WEB }, { hours: 1 }, LEAK)
    const second = restarted(first, 3600)
    second.sample(WEB, since(3600, 3600, LEAK(1)))
    second.sample(WEB, since(3660, 3600, 50, run(7)))
    expect(livesOf(second).map(({ end }) => end)).toEqual([{ by: 'other' }, undefined])
  })

  test('after it had noted why it restarts the process: that is known', () => {
    const first = create()
    track({ histories: first, namespec: WEB }, { hours: 1 }, LEAK)
    first.noteEnd(WEB, 100, { by: 'memmon', rule: '-a 1MB' })
    const second = restarted(first, 3600)
    second.keepOnly([info(WEB, 7)], EPOCH_MS)
    expect(livesOf(second).map(({ end }) => end)).toEqual([{ by: 'memmon', rule: '-a 1MB' }])
  })

  test('whose file is read beside its first checks: the same run goes on, another is the next life', () => {
    const first = create()
    for (const namespec of [WEB, 'b:b']) track({ histories: first, namespec }, { hours: 5 }, LEAK, LIMIT)
    const second = create()
    second.sample(WEB, since(5 * 3600, 5 * 3600, LEAK(5), LIMIT))
    second.sample('b:b', since(5 * 3600, 5 * 3600, 50, run(7)))
    expect(verdictOf(second, WEB)?.kind).toBe('steady')
    second.restore(saved(first), { atMs: EPOCH_MS + 18_010_000, atSeconds: 60 })
    expect(verdictOf(second, WEB)?.kind).toBe('leak')
    expect(second.sample(WEB, since(18_060, 18_000, LEAK(5.02), LIMIT)).series.verdict.kind).toBe('leak')
    expect(livesOf(second)).toHaveLength(1)
    expect(verdictOf(second, 'b:b')?.kind).toBe('steady')
    expect(livesOf(second, 'b:b').map(({ pid, end }) => ({ pid, end }))).toEqual([
      { pid: 100, end: { by: 'unseen' } },
      { pid: 7, end: undefined },
    ])
  })

  test('with ticks that are much longer: its buckets are too short for them, the process is watched anew', () => {
    const first = create(5)
    track({ histories: first, namespec: WEB }, { everySeconds: 30, hours: 5 }, LEAK, LIMIT)
    const second = restarted(first, 5 * 3600, 3600)
    for (let tick = 5; tick < 15; tick++) second.sample(WEB, since(tick * 3600, 5 * 3600, LEAK(tick), LIMIT))
    expect(verdictOf(second, WEB)?.kind).toBe('steady')
    expect(clockOf(second)).toBe(9 * 3600)
    expect(livesOf(second)).toHaveLength(2)
    expect(verdictOf(restarted(first, 5 * 3600, 60), WEB)?.kind).toBe('leak')
  })
})

test('the same if it does not know its ticks yet when it reads the file', () => {
  const first = create(5)
  track({ histories: first, namespec: WEB }, { everySeconds: 30, hours: 5 }, LEAK, LIMIT)
  for (const [tickSeconds, lives] of [
    [60, 1],
    [3600, 2],
  ] as const) {
    let known = 0
    const second = new Histories(() => known)
    second.restore(saved(first), { atMs: EPOCH_MS + 18_000_000, atSeconds: 50 })
    known = tickSeconds
    second.onInterval()
    second.sample(WEB, since(18_000, 18_000, LEAK(5), LIMIT))
    expect(livesOf(second)).toHaveLength(lives)
  }
})

const clockOf = (histories: Histories): number => (histories.toWrite()[0]?.[1] as Tracked).series.clockSeconds

describe('what supervisord knows', () => {
  test('ends the lives of what has stopped, has another pid, or is gone; a life that runs goes on', () => {
    const histories = create()
    for (const namespec of ['a:a', 'b:b', 'c:c', 'd:d']) histories.sample(namespec, at(0, 100, run(1)))
    const stopped = info('b:b', 0, { state: ProcessState.STOPPED, startSeconds: 1_700_000_001 })
    histories.keepOnly([info('a:a', 1), stopped, info('c:c', 2)], EPOCH_MS)
    histories.keepOnly([info('a:a', 1), stopped, info('c:c', 2)], EPOCH_MS)
    expect(['a:a', 'b:b', 'c:c', 'd:d'].map(one => livesOf(histories, one).map(({ end }) => end))).toEqual([
      [undefined],
      [{ by: 'other' }],
      [{ by: 'other' }],
      [{ by: 'other' }],
    ])
  })

  test('is kept; what it no longer knows is forgotten after 30 days', () => {
    const histories = create()
    for (const namespec of ['a:a', 'b:b']) histories.sample(namespec, at(0, 100))
    histories.keepOnly([info('a:a', 1)], EPOCH_MS + 30 * DAY_MS)
    expect(histories.all().map(({ namespec }) => namespec)).toEqual(['a:a', 'b:b'])
    histories.keepOnly([info('a:a', 1)], EPOCH_MS + 30 * DAY_MS + 1)
    expect(histories.all().map(({ namespec }) => namespec)).toEqual(['a:a'])
  })

  test('and 2,000 in all: those that it no longer knows make room first, the longest unseen before others', () => {
    const histories = create()
    const names = Array.from({ length: MOST_PROCESSES + 20 }, (_, at) => `p:${at}`)
    for (const [number, namespec] of names.entries()) histories.sample(namespec, at(number, 100))
    histories.keepOnly([info('p:0', 100), info('p:3', 100), info('new:new', 1)], EPOCH_MS)
    const kept = histories.all().map(({ namespec }) => namespec)
    expect(kept).toHaveLength(MOST_PROCESSES - 1)
    expect(kept).toEqual(['p:0', 'p:3', ...names.slice(23)])
    histories.keepOnly(
      names.map(name => info(name, 100)),
      EPOCH_MS,
    )
    expect(histories.all()).toHaveLength(MOST_PROCESSES - 1)
  })

  test('more than 2,000: all are watched, and those seen last are written', () => {
    const histories = create()
    const names = Array.from({ length: MOST_PROCESSES + 20 }, (_, at) => `p:${at}`)
    for (const [number, namespec] of names.entries()) histories.sample(namespec, at(number, 100))
    histories.keepOnly(
      names.map(name => info(name, 100)),
      EPOCH_MS,
    )
    expect(histories.all()).toHaveLength(MOST_PROCESSES + 20)
    const written = histories.toWrite().map(([namespec]) => namespec)
    expect(written).toHaveLength(MOST_PROCESSES)
    expect(written).not.toContain('p:19')
  })
})

test('what has changed since it was written, and what is news', () => {
  const histories = create()
  expect([histories.hasChanged, histories.hasNews]).toEqual([false, false])
  histories.sample(WEB, at(0, 100))
  expect([histories.hasChanged, histories.hasNews]).toEqual([true, false])
  histories.toWrite()
  expect([histories.hasChanged, histories.hasNews]).toEqual([false, false])
  track({ histories, namespec: WEB }, { hours: 5 }, LEAK, LIMIT)
  expect([histories.hasChanged, histories.hasNews]).toEqual([true, true])
  histories.toWrite()
  histories.noteEnd('no:one', 1, { by: 'other' })
  histories.keepOnly([info(WEB, 100)], EPOCH_MS)
  expect([histories.hasChanged, histories.hasNews]).toEqual([false, false])
  histories.sample(WEB, at(6 * 3600, 50, run(7)))
  expect([histories.hasChanged, histories.hasNews]).toEqual([true, true])
})

test('nothing is known of what was never seen', () => {
  const histories = create()
  expect(histories.historyOf(WEB)).toBeUndefined()
  expect(histories.all()).toEqual([])
})
