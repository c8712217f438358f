// Counts of restarts, the smallest size, the limit that is too low, --max-restarts and --restart-backoff, by a clock of
// the test's own.
import { describe, expect, test } from 'vitest'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import { MOST_BACKOFF_STEPS, MOST_COUNTED, RestartHistory } from '../../src/rules/history.ts'
import { MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A breach of a run of its own, so long after its start. */
const breach = (uptimeSeconds: number, sizeMb = 60, pid = nextPid++) =>
  requestFor(processNamed('g:n', { pid, nowSeconds: 1_000_000 + uptimeSeconds }), sizeMb * MB, '-a', '50MB')
let nextPid = 1

describe('what every outcome tells about the past', () => {
  test('restarts of the last hour are counted, older ones are not', () => {
    const history = new RestartHistory()
    for (const tick of [0, HOUR / 2, HOUR]) history.recordRestart('g:n', tick)
    expect(history.pastOf('g:n', HOUR - 1).restartsLastHour).toBe(3)
    expect(history.pastOf('g:n', HOUR).restartsLastHour).toBe(2)
    expect(history.pastOf('g:other', HOUR)).toEqual({
      restartsLastHour: 0,
      smallestBytes: undefined,
    })
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
    history.keepOnly(new Set(['g:n']))
    expect(history.pastOf('g:n', 0).smallestBytes).toBe(35 * MB)
    history.keepOnly(new Set())
    expect(history.pastOf('g:n', 0).smallestBytes).toBeUndefined()
  })

  test.each<[string, [uptimeSeconds: number, sizeMb: number][], number | undefined]>([
    [
      'three times running within minutes',
      [
        [60, 55],
        [120, 60],
        [299, 52],
      ],
      90,
    ],
    [
      'four times: the last three count',
      [
        [60, 90],
        [60, 55],
        [120, 60],
        [299, 52],
      ],
      90,
    ],
    [
      'up to a round number',
      [
        [60, 55],
        [60, 60.1],
        [60, 52],
      ],
      100,
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
        [300, 60],
        [60, 60],
        [60, 60],
      ],
      undefined,
    ],
    [
      'late',
      [
        [300, 55],
        [301, 60],
        [9999, 60],
      ],
      undefined,
    ],
  ])('over its limit %s: a limit that would fit', (_, breaches, fittingMb) => {
    const history = new RestartHistory()
    for (const [uptime, size] of breaches) history.recordBreach(breach(uptime, size))
    expect(history.tooLowFor('g:n')).toBe(fittingMb && fittingMb * MB)
  })

  test('sizes of a budget, and counts, are no limit that would fit', () => {
    const history = new RestartHistory()
    const counts = requestFor(processNamed('g:n'), 60, '-a', 'none', '--threads-limit', '5')
    const { process, breach: own } = breach(60)
    const budget = { id: 'budget total', whom: 'all processes together', victim: 'it has the most' }
    for (let pid = 1; pid <= 3; pid++) {
      history.recordBreach({ ...counts, process: { ...process, pid } })
      history.recordBreach({ process: { ...process, pid: pid + 10 }, breach: { ...own, budget } })
    }
    expect(history.tooLowFor('g:n')).toBeUndefined()
    expect(history.fittingLimitOf('g:n')).toBeUndefined()
  })

  test('nothing is known of a program that was never over, and a size of nothing is no size', () => {
    const history = new RestartHistory()
    expect(history.fittingLimitOf('g:n')).toBeUndefined()
    history.recordRestart('g:n', 0)
    history.observe(processNamed('g:n'), 20 * MB)
    history.observe(processNamed('g:n'), 0) // before its exec, or as a zombie
    expect(history.pastOf('g:n', 0).smallestBytes).toBe(20 * MB)
    expect(history.fittingLimitOf('g:n')).toBeUndefined()
  })

  test('a limit that was raised is judged anew, one that was lowered is not', () => {
    const history = new RestartHistory()
    const under = (limitMb: number, sizeMb: number) => {
      const { process, breach: own } = breach(60, sizeMb)
      history.recordBreach({ process, breach: { ...own, limit: limitMb * MB } })
      return history.tooLowFor('g:n')
    }
    expect([under(50, 60), under(50, 60), under(50, 60)]).toEqual([undefined, undefined, 90 * MB])
    expect([under(80, 85), under(80, 90), under(80, 100)]).toEqual([undefined, undefined, 150 * MB])
    expect(under(70, 100)).toBe(150 * MB)
  })

  test('the line of a restart says how many there were', () => {
    const past = { restartsLastHour: 4, smallestBytes: 48 * MB }
    expect(outcomeText(restarted(breach(60, 60, 4711), { past }))).toBe(
      'Restarted g:n: pid 4711 is now pid 4712, after 1.2 s. 4 restarts in the last hour; pid 4711 used at least 48MB',
    )
  })
})

describe('--max-restarts', () => {
  const cap = { count: 3, windowSeconds: 3600, written: '3/1h' }

  test('the fourth within an hour waits until the first is an hour ago', () => {
    const history = new RestartHistory()
    for (const tick of [0, 1000, 2000]) {
      expect(history.cappedUntil('g:n', cap, tick)).toBeUndefined()
      history.recordRestart('g:n', tick)
    }
    expect(history.cappedUntil('g:n', cap, 3000)).toBe(HOUR)
    expect(history.cappedUntil('g:other', cap, 3000)).toBeUndefined()
    expect(history.cappedUntil('g:n', cap, HOUR - 1)).toBe(HOUR)
    expect(history.cappedUntil('g:n', cap, HOUR)).toBeUndefined()
    history.recordRestart('g:n', HOUR)
    expect(history.cappedUntil('g:n', cap, HOUR)).toBe(HOUR + 1000)
  })

  test('more than the cap, as after a change of it: the last ones count', () => {
    const history = new RestartHistory()
    for (const tick of [0, 1000, 2000]) history.recordRestart('g:n', tick)
    expect(history.cappedUntil('g:n', { ...cap, count: 1 }, 2000)).toBe(2000 + HOUR)
    expect(history.cappedUntil('g:n', { ...cap, count: 2 }, 2000)).toBe(1000 + HOUR)
  })

  test('what is counted is kept for a day, and is bounded', () => {
    const history = new RestartHistory()
    const daily = { count: 1, windowSeconds: DAY / 1000, written: '1/1d' }
    history.recordRestart('g:n', 0)
    history.recordRestart('g:n', DAY - 1)
    expect(history.cappedUntil('g:n', { ...daily, count: 2 }, DAY - 1)).toBe(DAY)
    history.recordRestart('g:n', DAY)
    expect(history.pastOf('g:n', 0).restartsLastHour).toBe(2) // the one of 0 is forgotten
    for (let count = 0; count < MOST_COUNTED + 5; count++) history.recordRestart('g:n', DAY)
    expect(history.pastOf('g:n', DAY).restartsLastHour).toBe(MOST_COUNTED)
  })
})

describe('--restart-backoff', () => {
  /** A restart at `tick`, and a breach of the next run so long after its start. */
  const again = (history: RestartHistory, tick: number, uptimeSeconds: number) => {
    history.recordRestart('g:n', tick)
    history.recordBreach(breach(uptimeSeconds))
  }

  test('once, twice, four times as long after the last restart, ten times at most', () => {
    const history = new RestartHistory()
    const waits = Array.from({ length: 6 }, (_, restart) => {
      const tick = restart * HOUR
      again(history, tick, 60)
      expect(history.soonTimesOf('g:n')).toBe(restart + 1)
      return (history.backoffUntil('g:n', MINUTE, tick) ?? 0) - tick
    })
    expect(waits.map(wait => wait / MINUTE)).toEqual([1, 2, 4, 8, MOST_BACKOFF_STEPS, MOST_BACKOFF_STEPS])
    const until = 5 * HOUR + MOST_BACKOFF_STEPS * MINUTE
    expect(history.backoffUntil('g:n', MINUTE, until - 1)).toBe(until)
    expect(history.backoffUntil('g:n', MINUTE, until)).toBeUndefined()
  })

  test.each<[what: string, uptimeSeconds: number, soonTimes: number]>([
    ['within five minutes of its start', 299, 1],
    ['later', 300, 0],
  ])('a breach %s', (_, uptimeSeconds, soonTimes) => {
    const history = new RestartHistory()
    again(history, 0, uptimeSeconds)
    expect(history.soonTimesOf('g:n')).toBe(soonTimes)
    expect(history.backoffUntil('g:n', MINUTE, 1)).toBe(soonTimes > 0 ? MINUTE : undefined)
  })

  test('a late breach begins from zero again', () => {
    const history = new RestartHistory()
    again(history, 0, 60)
    again(history, HOUR, 60)
    again(history, 2 * HOUR, 301)
    again(history, 3 * HOUR, 60)
    expect(history.soonTimesOf('g:n')).toBe(1)
  })

  test('a program that was never restarted does not wait, however young it is', () => {
    const history = new RestartHistory()
    history.recordBreach(breach(1))
    expect([history.soonTimesOf('g:n'), history.backoffUntil('g:n', MINUTE, 0)]).toEqual([0, undefined])
    expect([history.soonTimesOf('g:x'), history.backoffUntil('g:x', MINUTE, 0)]).toEqual([0, undefined])
  })

  test('what a person asks for soon after a restart is no breach, and makes the next one not wait', () => {
    const history = new RestartHistory()
    history.recordRestart('g:n', 0)
    const { process, breach: own } = breach(60)
    history.recordBreach({ process, breach: { ...own, isByHand: true, limit: Number.POSITIVE_INFINITY } })
    expect([history.soonTimesOf('g:n'), history.backoffUntil('g:n', MINUTE, 1)]).toEqual([0, undefined])
  })

  test('one run counts once, however often it is found over its limit', () => {
    const history = new RestartHistory()
    history.recordRestart('g:n', 0)
    for (const uptime of [60, 120, 400]) history.recordBreach(breach(uptime, 60, 7))
    expect([history.soonTimesOf('g:n'), history.fittingLimitOf('g:n')]).toEqual([1, 90 * MB])
    const { process, breach: own } = breach(60, 60, 7)
    history.recordBreach({ process: { ...process, startSeconds: 1_000_001 }, breach: own }) // the pid again
    expect(history.soonTimesOf('g:n')).toBe(2)
  })

  test('goes on where an earlier memmon had counted', () => {
    const history = new RestartHistory()
    history.recordRestart('g:n', 0, 2)
    history.recordBreach(breach(60))
    expect(history.backoffUntil('g:n', MINUTE, 1)).toBe(4 * MINUTE)
  })
})
