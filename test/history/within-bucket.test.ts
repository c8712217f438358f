// The quick way for a sample: whenever it is taken, it has done just what the other one does.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTracked, sample, type TrackedSample } from '../../src/history/tracked.ts'
import { takeWithinBucket } from '../../src/history/within-bucket.ts'

const KB = 1024
/** Steps of time by both clocks, sizes, runs: mostly as usual, sometimes not. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others))

const step = fc.record({
  seconds: mostly(5, 0, 1, 29, 30, 31, 61, 5000, -7, 2.5, Number.NaN),
  skewMs: mostly(0, 400, -400, 40_000, -40_000, 1e9, -1e9),
  bytes: fc.oneof(fc.integer({ min: 0, max: 9e6 }), mostly(50 * KB, 50 * KB - 1, -1, 1e16, Number.NaN)),
  pid: mostly(7, 8),
  limitBytes: fc.constantFrom(undefined, 9e6),
  metric: mostly<'rss' | 'pss'>('rss', 'pss'),
  cumulative: mostly(false, true),
})

test('it changes nothing that the other one would not', () => {
  let quick = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 60 }), steps => {
      const [one, other] = [createTracked(5), createTracked(5)]
      let [atSeconds, atMs] = [1000, 1.7e12]
      for (const { seconds, skewMs, pid, ...more } of steps) {
        if (!Number.isNaN(seconds)) atSeconds += seconds
        atMs += (Number.isNaN(seconds) ? 0 : seconds) * 1000 + skewMs
        const run = { pid, startSeconds: 100 }
        const at = Number.isNaN(seconds) ? Number.NaN : atSeconds
        const taken: TrackedSample = { ...more, run, atSeconds: at, atMs }
        sample(other, taken)
        if (takeWithinBucket(one, taken)) quick++
        else sample(one, taken)
      }
      expect(one).toEqual(other)
    }),
    { numRuns: 300 },
  )
  expect(quick).toBeGreaterThan(300)
})
