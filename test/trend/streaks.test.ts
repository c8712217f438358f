// One growth that a level sees again and again, with rests.
import { expect, test } from 'vitest'
import { found } from '../../src/trend/growth.ts'
import { addBucket, createLevels } from '../../src/trend/levels.ts'
import { see, streakFromKiB, streakSinceSeconds } from '../../src/trend/streaks.ts'

const BUCKET_SECONDS = 60

test.each([
  ['sixteen buckets later it is the same growth', 16, { fromKiB: 100, sinceSeconds: 0 }],
  ['seventeen later it is a new one', 17, { fromKiB: 500, sinceSeconds: 18 * BUCKET_SECONDS }],
])('%s', (_, rest, expected) => {
  const levels = createLevels()
  const add = (count: number) => {
    for (let at = 0; at < count; at++) addBucket(levels, 1, 1)
  }
  const seeAt = (clockBuckets: number, fromKiB: number) =>
    see(levels, 0, { ...found, fromKiB }, clockBuckets * BUCKET_SECONDS, BUCKET_SECONDS)
  add(32)
  seeAt(32, 100)
  add(rest + 1)
  seeAt(32 + rest + 1, 500)
  expect({ fromKiB: streakFromKiB(levels, 0), sinceSeconds: streakSinceSeconds(levels, 0) }).toEqual(expected)
})
