// The listener's history: how often sizes come is what the shortest of its ticks says.
import { expect, test } from 'vitest'
import { HistoryKeeper } from '../../src/history/keeper.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { EPOCH_MS, MB, run } from './tracking.ts'

const WEB = { group: 'web', name: 'web', namespec: 'web:web', state: ProcessState.RUNNING, nowSeconds: 0 }

test.each([
  [[60], 60],
  [[5], 30],
  [[5, 60, 3600], 30],
  [[3600, 5], 30],
])('after ticks of %j seconds a new process has buckets of %d', (ticks, bucketSeconds) => {
  const sleep = () => new Promise<void>(() => {})
  const keeper = new HistoryKeeper({ run: 'run', nowMs: () => EPOCH_MS, tick: () => 1, sleep, log: () => {} })
  for (const seconds of ticks) keeper.onTick(seconds)
  const process = { ...WEB, spawnError: '', ...run(7).run }
  const tracked = keeper.record(process, 100 * MB, 200 * MB, false, 1)
  expect(tracked.series.bucketSeconds).toBe(bucketSeconds)
})
