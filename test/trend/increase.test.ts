// The simpler rule: new maxima are counted.
import { expect, test } from 'vitest'
import { countIncrease, type Increase } from '../../src/trend/increase.ts'
import { MB } from '../helpers/values.ts'

const RUN = { pid: 1, startSeconds: 100 }
const TERMS = { limit: 3, thresholdBytes: 10 * MB }

const countsOf = (megabytes: readonly number[], run = (_at: number) => RUN): number[] => {
  let increase: Increase | undefined
  return megabytes.map((size, at) => {
    increase = countIncrease(increase, run(at), size * MB, at, TERMS)
    return increase.count
  })
}

test.each<[why: string, megabytes: number[], counts: number[]]>([
  ['the first size is no increase', [50], [0]],
  ['more than the threshold above the last maximum', [50, 60, 60.1, 71], [0, 0, 1, 2]],
  ['small steps add up to one', [50, 55, 59, 61, 66, 72], [0, 0, 0, 1, 1, 2]],
  ['what falls and rises again is not new', [50, 70, 61, 70, 75, 81], [0, 1, 1, 1, 1, 2]],
  ['half given back: from the beginning', [50, 70, 90, 70, 75, 81], [0, 1, 2, 0, 0, 1]],
])('%s: %j', (_, megabytes, counts) => expect(countsOf(megabytes)).toEqual(counts))

test('another run begins anew', () => {
  const run = (at: number) => (at < 2 ? RUN : { pid: 2, startSeconds: 200 })
  expect(countsOf([50, 70, 90, 110], run)).toEqual([0, 1, 0, 1])
})

test('it is one object for as long as it goes on', () => {
  const first = countIncrease(undefined, RUN, 50 * MB, 0, TERMS)
  expect(countIncrease(first, RUN, 99 * MB, 1, TERMS)).toBe(first)
})
