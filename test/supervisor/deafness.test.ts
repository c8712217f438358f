// Deafness by a clock of the test's own: when silence is deafness, and when it is not.
import { beforeEach, expect, test } from 'vitest'
import { DeafnessWatch, LOOK_EVERY_MS } from '../../src/supervisor/deafness.ts'

let now: number
let state: string | undefined
let asked: number
let deafAt: number | undefined
let watch: DeafnessWatch
beforeEach(() => {
  now = 0
  state = 'RUNNING'
  asked = 0
  deafAt = undefined
  watch = new DeafnessWatch({
    getState: async () => {
      asked++
      return state
    },
    onDeaf: () => {
      deafAt ??= now
    },
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

test.each([undefined, 'SHUTDOWN', 'RESTARTING'])('not while supervisord is %s', async given => {
  await pass(15, 5)
  state = given
  await pass(3600)
  expect(deafAt).toBeUndefined()
})

test('not when supervisord was stopped by a debugger and has just gone on', async () => {
  await pass(15, 5)
  state = undefined
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

test('not before the first tick has told the period', async () => {
  await pass(7200)
  expect([asked, deafAt]).toEqual([0, undefined])
})
