// What each outcome counts as.
import { expect, test } from 'vitest'
import { CHANNELS, Counts } from '../../src/metrics/counts.ts'
import type { FailurePhase, RestartOutcome } from '../../src/rules/outcome.ts'
import { processNamed, requestFor } from '../helpers/values.ts'

const request = requestFor(processNamed('web'), 2, '-a', '1KB')
/** What is not 0 after these. */
function counted(...outcomes: readonly object[]): object {
  const counts = new Counts()
  for (const outcome of outcomes)
    counts.onOutcome({ request, occurredAt: 0, detail: '', ...outcome } as RestartOutcome)
  const { restarts, restartFailures, drains, caps } = counts
  const all = Object.entries({ ...restarts, restartFailures, drains, caps })
  return Object.fromEntries(all.filter(([, count]) => count > 0))
}

const failed = (phase: FailurePhase) => ({ kind: 'failed', phase, fault: 'x' })

test('outcomes are counted by their kind', () => {
  expect(counted({ kind: 'restarted' }, { kind: 'restarted' })).toEqual({ limit: 2 })
  expect(counted({ kind: 'capped' })).toEqual({ caps: 1 })
  expect(counted({ kind: 'noticed', what: 'draining' })).toEqual({ drains: 1 })
  expect(counted(failed('start'), failed('stop'), failed('removed'))).toEqual({ restartFailures: 3 })
  expect(counted(failed('signal'), failed('exec'), failed('drain'))).toEqual({})
  expect(counted({ kind: 'skipped', reason: 'recovered' }, { kind: 'noticed', what: 'warned' })).toEqual({})
})

test('tries that fail are counted by the beginning of the key of their channel', () => {
  const counts = new Counts()
  for (const key of ['smtp', 'webhook 0011', 'webhook 2233', 'pigeon']) counts.onUndelivered(key)
  expect(counts.notifyFailures).toEqual({ sendmail: 0, smtp: 1, webhook: 2, alertmanager: 0 })
  expect(CHANNELS).toContain('sendmail')
})

test('only a check that could measure moves the time of the last one', () => {
  const counts = new Counts()
  counts.onCheck(true, 7, 1_000)
  counts.onCheck(false, 9, 2_000)
  expect(counts).toMatchObject({ checks: 2, checkFailures: 1, checkMs: 9, lastCheckAtMs: 1_000 })
})
