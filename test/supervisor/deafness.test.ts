// Deafness by a clock of the test's own: when silence is deafness, and when it is not.
import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { DeafnessWatch, LOOK_EVERY_MS } from '../../src/supervisor/deafness.ts'

let now: number
let state: string | SupervisorFault
let asked: number
let deafAt: number | undefined
/** When it was said that no tick has come, for how long, in seconds, and why supervisord could not be asked. */
let unheard: [number, number, SupervisorFault | undefined][]
let watch: DeafnessWatch
beforeEach(() => {
  now = 0
  state = 'RUNNING'
  asked = 0
  deafAt = undefined
  unheard = []
  watch = new DeafnessWatch({
    getState: async () => {
      asked++
      return state
    },
    onDeaf: () => {
      deafAt ??= now
    },
    onUnheard: (silentSeconds, fault) => unheard.push([now / 1000, silentSeconds, fault]),
    monotonicMs: () => now,
  })
})

/** Lets so many seconds go by, with a tick every `tickSeconds`, if any. */
async function pass(seconds: number, tickSeconds = 0): Promise<void> {
  for (const until = now + seconds * 1000; now < until; ) {
    now += 1000
    if (tickSeconds > 0 && now % (tickSeconds * 1000) === 0) watch.onTick(tickSeconds)
    if (now % LOOK_EVERY_MS === 0) await watch.look()
  }
}

test('ticks come: supervisord is not even asked', async () => {
  await pass(3600, 5)
  expect([asked, deafAt]).toEqual([0, undefined])
})

test.each([
  [5, 60, 80],
  [60, 240, 320],
])('TICK_%d: silence of 4 periods, %d s at least, is deafness, within %d s', async (period, least, most) => {
  await pass(period * 3, period)
  const silentSince = now
  await pass(most)
  const after = ((deafAt ?? Number.NaN) - silentSince) / 1000
  expect(after).toBeGreaterThanOrEqual(least)
  expect(after).toBeLessThanOrEqual(most)
})

/** It may be stopped, or have gone. */
const SILENT = new SupervisorFault('timeout', 'no answer in time')
const GONE = new SupervisorFault('unreachable', 'no answer from supervisord at unix:///s: ENOENT')
const ENDING = new SupervisorFault('fault', 'SHUTDOWN_STATE (fault 6)', 6)
const REFUSED = [
  new SupervisorFault('unauthorized', 'refused the user name or password (HTTP 401)'),
  new SupervisorFault('reply', 'HTTP 500'),
  new SupervisorFault('fault', 'UNKNOWN_METHOD (fault 1)', 1),
]

test.each(REFUSED)('while supervisord answers %s, it is there: silence is deafness', async fault => {
  await pass(15, 5)
  state = fault
  await pass(80)
  expect(deafAt).toBeDefined()
})

test.each([SILENT, GONE, ENDING, 'SHUTDOWN', 'RESTARTING'])('not while supervisord is %s', async given => {
  await pass(15, 5)
  state = given
  await pass(3600)
  expect(deafAt).toBeUndefined()
})

test('not when supervisord was stopped by a debugger and has just gone on', async () => {
  await pass(15, 5)
  state = SILENT
  await pass(300)
  state = 'RUNNING'
  await pass(3)
  watch.onTick(5)
  await pass(60, 5)
  expect(deafAt).toBeUndefined()
})

test('not across a suspended memmon: the silence begins anew', async () => {
  await pass(15, 5)
  now += 3_600_000
  await watch.look()
  expect(asked).toBe(0)
  await pass(30, 5)
  expect(deafAt).toBeUndefined()
})

test('no tick from the start: said after 75 s, then each hour, and nothing ends', async () => {
  await pass(70)
  expect(unheard).toEqual([])
  await pass(4 * 3600 + 20)
  const times = [80, 3680, 7280, 10_880, 14_480]
  expect(unheard).toEqual(times.map(at => [at, at, undefined]))
  expect(deafAt).toBeUndefined()
})

test('no tick from the start is not said while supervisord does not answer, or is ending', async () => {
  for (const given of [SILENT, ENDING, 'SHUTDOWN']) {
    state = given
    await pass(3600)
  }
  expect(unheard).toEqual([])
  state = 'RUNNING'
  await pass(90)
  expect(unheard).toHaveLength(1)
})

test.each([...REFUSED, GONE])('no tick from the start, and %s: said with it, then each hour', async fault => {
  state = fault
  await pass(3690)
  expect(unheard).toEqual([80, 3680].map(at => [at, at, fault]))
  expect(deafAt).toBeUndefined()
})

test.each([5, 60])('a first TICK_%d in time: nothing is said', async period => {
  await pass(3600, period)
  expect(unheard).toEqual([])
})

test('a first TICK_3600 that comes within the hour: it is said once that it is waited for', async () => {
  await pass(3500)
  watch.onTick(3600)
  await pass(3 * 3600, 3600)
  expect([unheard.length, deafAt]).toEqual([1, undefined])
})

test('a tick that comes while supervisord is asked: nothing is said', async () => {
  await pass(70)
  now += 10_000
  const look = watch.look()
  watch.onTick(5)
  await look
  expect(unheard).toEqual([])
})
