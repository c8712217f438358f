// The listener's history: how often sizes come is what the shortest of its ticks says; what ended a life.
import { expect, test } from 'vitest'
import { HistoryKeeper } from '../../src/history/keeper.ts'
import type { LifeEnd } from '../../src/history/process-history.ts'
import type { RestartOutcome } from '../../src/rules/outcome.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { REQUEST } from '../helpers/jobs.ts'
import { EPOCH_MS, MB, run } from './tracking.ts'

const keeperOf = () =>
  new HistoryKeeper({
    run: 'run',
    nowMs: () => EPOCH_MS,
    tick: () => 1,
    sleep: () => new Promise<void>(() => {}),
    log: () => {},
  })

const WEB = { group: 'web', name: 'web', namespec: 'web:web', state: ProcessState.RUNNING, nowSeconds: 0 }

test.each([
  [[60], 60],
  [[5], 30],
  [[5, 60, 3600], 30],
  [[3600, 5], 30],
])('after ticks of %j seconds a new process has buckets of %d', (ticks, bucketSeconds) => {
  const keeper = keeperOf()
  for (const seconds of ticks) keeper.onTick(seconds)
  const process = { ...WEB, spawnError: '', ...run(7).run }
  const tracked = keeper.record(process, 100 * MB, 200 * MB, false, 1)
  expect(tracked.series.bucketSeconds).toBe(bucketSeconds)
})

test.each<[outcome: Partial<RestartOutcome>, end: LifeEnd]>([
  [
    { kind: 'restarted', failedStarts: 0 },
    { by: 'memmon', rule: '-a 1MB' },
  ],
  [
    { kind: 'restarted', failedStarts: 2 },
    { by: 'memmon', rule: '-a 1MB', failedStarts: 2 },
  ],
  [
    { kind: 'failed', phase: 'start' },
    { by: 'memmon', rule: '-a 1MB', failedStarts: 1 },
  ],
  [
    { kind: 'failed', phase: 'stopping' },
    { by: 'memmon', rule: '-a 1MB' },
  ],
  [
    { kind: 'failed', phase: 'removed' },
    { by: 'memmon', rule: '-a 1MB' },
  ],
  [{ kind: 'failed', phase: 'check' }, { by: 'other' }],
  [{ kind: 'failed', phase: 'stop' }, { by: 'other' }],
  [{ kind: 'skipped', reason: 'replaced' }, { by: 'other' }],
])('after %j its life ended by %j', (outcome, end) => {
  const keeper = keeperOf()
  const process = { ...WEB, spawnError: '', ...run(7).run }
  keeper.record(process, 100 * MB, 200 * MB, false, 1)
  const breach = { ...REQUEST.breach, rule: '-a 1MB' }
  keeper.onOutcome({ ...outcome, request: { process, breach } } as RestartOutcome)
  keeper.onTable([{ ...process, pid: 0, state: ProcessState.BACKOFF }])
  expect(keeper.historyOf('web:web')?.lives.map(life => life.end)).toEqual([end])
})
