// Waiting for longer than a timer can.
import { afterEach, expect, test, vi } from 'vitest'
import { sleep } from '../../src/base/sleep.ts'

afterEach(() => void vi.useRealTimers())

const DAY_MS = 86_400_000

test.each([
  0,
  1,
  2 ** 31 - 1,
  2 ** 31,
  25 * DAY_MS,
  100 * DAY_MS,
])('%d ms are neither more nor less', async ms => {
  vi.useFakeTimers()
  let isOver = false
  void sleep(ms).then(() => {
    isOver = true
  })
  if (ms > 0) await vi.advanceTimersByTimeAsync(ms - 1)
  if (ms > 0) expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isOver).toBe(true)
})
