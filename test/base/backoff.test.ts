import { expect, test } from 'vitest'
import { backoffMs, retried } from '../../src/base/backoff.ts'

const TERMS = { firstMs: 1_000, lastMs: 60_000, jitter: 0.5 }

test.each<[failures: number, random: number, ms: number]>([
  [0, 1, 1_000],
  [1, 1, 1_000],
  [1, 0, 500],
  [2, 1, 2_000],
  [6, 1, 32_000],
  [7, 1, 60_000],
  [7, 0.5, 45_000],
  [2_000, 0, 30_000],
])('after %i failures, with chance %d: %i ms', (failures, random, ms) => {
  expect(backoffMs(failures, TERMS, random)).toBe(ms)
})

test.each<[answers: string[], last: string, waits: number[]]>([
  [['good'], 'good', []],
  [['bad', 'good'], 'good', [10]],
  [['bad', 'bad', 'good', 'never asked'], 'good', [10, 20]],
  [['bad', 'bad', 'bad', 'never asked'], 'bad', [10, 20]],
])('%j: %s after waits of %j', async (answers, last, waits) => {
  const slept: number[] = []
  const left = [...answers]
  const result = await retried(
    async () => left.shift(),
    answer => answer === 'bad',
    [10, 20],
    async ms => void slept.push(ms),
  )
  expect(result).toBe(last)
  expect(slept).toEqual(waits)
})
