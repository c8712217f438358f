// A process that is down because of us: each event, what it makes of the job, and what is to be done.
import { describe } from 'vitest'
import { FaultCode } from '../../src/base/errors.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { follows, ignores, type Row } from '../helpers/job-tables.ts'
import {
  AT_MS,
  answered,
  downIn,
  draining,
  faultOf,
  finishing,
  HOOKS,
  infoOf,
  LOST,
  NEWER,
  NOW,
  over,
  PROCESS,
  REQUEST,
  sighted,
  sightedAs,
  starting,
  TIMEOUT,
  TOLD,
} from '../helpers/jobs.ts'

const { STOPPED, STARTING, BACKOFF, STOPPING, EXITED, FATAL, UNKNOWN } = ProcessState
const GROUP_WAITS_MS = 300_000
const NEXT = { startSeconds: NEWER.startSeconds }

/** Seen in that state for so long by now. */
const since = (processState: number, ms = 0, more: object = {}) =>
  starting({ seen: { processState, sinceTick: NOW - ms }, ...more })
const started = { isStarted: true, isTried: true } as const
const random = { random: 1 }

describe('the answer to a start', () => {
  follows([
    ['taken', starting(), answered('start'), starting(started), ['look']],
    [
      'taken: what it was seen as before counts no more',
      since(EXITED, 3_000),
      answered('start'),
      starting(started),
      ['look'],
    ],
    [
      'removed: it is down because of us',
      since(STOPPED),
      answered('start', faultOf(FaultCode.BAD_NAME, 'BAD_NAME')),
      over,
      ['fail removed: it was removed from supervisord after memmon had stopped it'],
    ],
    [
      'somebody else was faster',
      since(STOPPED),
      answered('start', faultOf(FaultCode.ALREADY_STARTED, 'ALREADY_STARTED')),
      since(STOPPED),
      ['look in 100 ms'],
    ],
    [
      'a reload is waited for',
      since(STOPPED),
      answered('start', faultOf(FaultCode.SHUTDOWN_STATE, 'SHUTDOWN_STATE')),
      since(STOPPED),
      ['look in 100 ms'],
    ],
    [
      'a fault: told, and tried again',
      since(STOPPED, 0, { isStarted: true }),
      answered('start', faultOf(20, 'NO_FILE')),
      since(STOPPED, 0, { failures: 1, said: 'failed' }),
      ['fail start: NO_FILE', 'look in 1000 ms'],
      random,
    ],
    [
      'told once, tried less often',
      since(STOPPED, 0, { failures: 1, said: 'failed' }),
      answered('start', faultOf(20, 'NO_FILE')),
      since(STOPPED, 0, { failures: 2, said: 'failed' }),
      ['look in 2000 ms'],
      random,
    ],
    [
      'a reset: it may have worked',
      since(STOPPED),
      answered('start', LOST),
      since(STOPPED, 0, { failures: 1, said: 'failed', isTried: true }),
      ['fail start: ECONNRESET', 'look in 750 ms'],
    ],
    [
      'no answer: it may have worked',
      since(STOPPED),
      answered('start', TIMEOUT),
      since(STOPPED, 0, { failures: 1, said: 'failed', isTried: true }),
      ['fail start: no answer in 10 s', 'look in 750 ms'],
    ],
    [
      'a fault after a start that may have worked',
      since(STOPPED, 0, { isTried: true }),
      answered('start', faultOf(50, 'SPAWN_ERROR')),
      since(STOPPED, 0, { isTried: true, failures: 1, said: 'failed' }),
      ['fail start: SPAWN_ERROR', 'look in 750 ms'],
    ],
  ])
  ignores(since(STOPPED), 'answered start', 'sighted')
})

describe('RUNNING', () => {
  const restarted = (by: string, failed = 0) => `restarted: 4712 by ${by}, 1000 ms, ${failed} failed`
  const outcome = {
    kind: 'restarted',
    request: REQUEST,
    occurredAt: AT_MS,
    newPid: 4712,
    durationMs: 1000,
    startedBy: 'other',
    failedStarts: 0,
  } as const
  follows([
    ['by our start', since(STARTING, 9, started), sightedAs(NEWER), over, [restarted('memmon')]],
    ['by somebody else', since(STOPPED), sightedAs(NEWER), over, [restarted('other')]],
    [
      'after starts that failed',
      since(STOPPED, 0, { isTried: true, failures: 3, said: 'failed' }),
      sightedAs(NEWER),
      over,
      [restarted('memmon', 3)],
    ],
    [
      'after starts that failed, by somebody else',
      since(STOPPED, 0, { failures: 3, said: 'failed' }),
      sightedAs(NEWER),
      over,
      [restarted('other', 3)],
    ],
    [
      'post_restart_command follows',
      since(STOPPED, 0, { plan: HOOKS, drained: TOLD }),
      sightedAs(NEWER),
      finishing({ outcome, drained: TOLD }),
      [restarted('other'), 'run post: post, pid 4712'],
    ],
    [
      'post_restart_command that is owed follows, or it is said why not',
      since(STOPPED, 0, { owesPost: true }),
      sightedAs(NEWER),
      over,
      [restarted('other'), 'WARN post_restart_command for w:a is not run: the settings no longer name one'],
    ],
    [
      'the same run: it was never stopped',
      since(STOPPED),
      sightedAs(PROCESS),
      over,
      ['skip not running: it was never stopped'],
    ],
    [
      'the same run, and drained: drained on',
      since(EXITED, 0, { drained: TOLD }),
      sightedAs(PROCESS),
      draining(),
      ['skip not running: it was never stopped'],
    ],
  ])
})

describe('STOPPED', () => {
  follows([
    ['by us: started', starting(), sightedAs(downIn(STOPPED)), since(STOPPED), ['start']],
    [
      'by us, with looks that failed before',
      starting({ faults: 2 }),
      sightedAs(downIn(STOPPED)),
      since(STOPPED),
      ['start'],
    ],
    [
      'seen as such before: since then',
      since(STOPPED, 500),
      sightedAs(downIn(STOPPED)),
      since(STOPPED, 500),
      ['start'],
    ],
    [
      'never started since supervisord began',
      starting(),
      sightedAs(downIn(STOPPED, { startSeconds: 0 })),
      since(STOPPED),
      ['start'],
    ],
    [
      'after our start: by somebody else',
      starting(started),
      sightedAs(downIn(STOPPED)),
      over,
      ['skip not running: someone has stopped it again'],
    ],
    [
      'after another start: by somebody else',
      starting({ drained: TOLD }),
      sightedAs(downIn(STOPPED, NEXT)),
      over,
      ['skip not running: someone has stopped it again'],
    ],
  ])
})

describe('FATAL', () => {
  follows([
    ['before our start: started', starting(), sightedAs(downIn(FATAL, NEXT)), since(FATAL), ['start']],
    [
      'after our start: told, with what supervisord says',
      starting(started),
      sightedAs(downIn(FATAL, { spawnError: 'no such file' })),
      since(FATAL, 0, { isTried: true, failures: 1, said: 'failed' }),
      ['fail start: it ended up FATAL (no such file)', 'look in 750 ms'],
    ],
    [
      'after our start, without a reason',
      starting(started),
      sightedAs(downIn(FATAL)),
      since(FATAL, 0, { isTried: true, failures: 1, said: 'failed' }),
      ['fail start: it ended up FATAL (no reason given)', 'look in 750 ms'],
    ],
    [
      'again: told once',
      starting({ ...started, failures: 1, said: 'failed' }),
      sightedAs(downIn(FATAL)),
      since(FATAL, 0, { isTried: true, failures: 2, said: 'failed' }),
      ['look in 2000 ms'],
      random,
    ],
  ])
})

describe('EXITED', () => {
  const chance = (ms: number, more: object = {}) => since(EXITED, ms, more)
  follows([
    ['supervisord may start it again', starting(), sightedAs(downIn(EXITED)), chance(0), ['look in 100 ms']],
    [
      'for three seconds',
      starting({ askedTick: NOW - 2_999 }),
      sightedAs(downIn(EXITED)),
      chance(0, { askedTick: NOW - 2_999 }),
      ['look in 100 ms'],
    ],
    [
      'then memmon does, though it has not seen it for so long itself',
      starting({ askedTick: NOW - 3_000 }),
      sightedAs(downIn(EXITED)),
      chance(0, { askedTick: NOW - 3_000 }),
      ['start'],
    ],
    [
      'another run has ended after a BACKOFF: counted from when it was first seen so',
      since(BACKOFF, 9_000),
      sightedAs(downIn(EXITED, NEXT)),
      chance(0),
      ['look in 100 ms'],
    ],
    [
      'another run has ended: that is not ours',
      chance(3_000),
      sightedAs(downIn(EXITED, NEXT)),
      over,
      ['skip not running: it has ended by itself'],
    ],
    [
      'another run has its three seconds, too',
      chance(2_999, started),
      sightedAs(downIn(EXITED, NEXT)),
      chance(2_999, started),
      ['look in 100 ms'],
    ],
    [
      'after our start: told, and nobody starts it',
      chance(3_000, { ...started, drained: TOLD }),
      sightedAs(downIn(EXITED)),
      over,
      ['fail start: it has ended by itself (EXITED), and autorestart does not apply'],
    ],
  ])
})

describe('BACKOFF is supervisord’s to try', () => {
  const told = 'fail start: it exits too soon after each start (BACKOFF)'
  follows([
    [
      'at first',
      starting(started),
      sightedAs(downIn(BACKOFF, NEXT)),
      since(BACKOFF, 0, started),
      ['look in 100 ms'],
    ],
    [
      'up to a minute',
      since(BACKOFF, 59_999),
      sightedAs(downIn(BACKOFF)),
      since(BACKOFF, 59_999),
      ['look in 100 ms'],
    ],
    [
      'after a minute: told',
      since(BACKOFF, 60_000),
      sightedAs(downIn(BACKOFF)),
      since(BACKOFF, 60_000, { said: 'failed' }),
      [told, 'look in 100 ms'],
    ],
    [
      'told once',
      since(BACKOFF, 60_000, { said: 'failed' }),
      sightedAs(downIn(BACKOFF)),
      since(BACKOFF, 60_000, { said: 'failed' }),
      ['look in 100 ms'],
    ],
  ])
})

describe('on its way', () => {
  const row = (what: string, state: number): Row => [
    what,
    starting(started),
    sightedAs(infoOf({ state, ...NEXT })),
    since(state, 0, started),
    ['look in 100 ms'],
  ]
  follows([row('STARTING', STARTING), row('STOPPING', STOPPING), row('UNKNOWN', UNKNOWN)])
})

describe('still down', () => {
  const poll = sightedAs(infoOf({ state: STARTING }))
  const for_ = (ms: number, more: object = {}) => since(STARTING, 0, { askedTick: NOW - ms, ...more })
  follows([
    ['looked at often', for_(9_999), poll, for_(9_999), ['look in 100 ms']],
    ['after ten seconds less often', for_(10_000), poll, for_(10_000), ['look in 500 ms']],
    [
      'up to five minutes its group waits',
      for_(GROUP_WAITS_MS - 1),
      poll,
      for_(GROUP_WAITS_MS - 1),
      ['look in 500 ms'],
    ],
    [
      'then it goes on',
      for_(GROUP_WAITS_MS),
      poll,
      for_(GROUP_WAITS_MS, { said: 'released' }),
      ['release', 'look in 500 ms'],
    ],
    [
      'once',
      for_(GROUP_WAITS_MS, { said: 'released' }),
      poll,
      for_(GROUP_WAITS_MS, { said: 'released' }),
      ['look in 500 ms'],
    ],
    [
      'with starts that fail, too',
      for_(GROUP_WAITS_MS, { failures: 9, said: 'failed' }),
      answered('start', faultOf(20, 'NO_FILE')),
      for_(GROUP_WAITS_MS, { failures: 10, said: 'both' }),
      ['release', 'look in 60000 ms'],
      random,
    ],
    [
      'a failure after that is not told again',
      for_(GROUP_WAITS_MS, { failures: 9, said: 'both' }),
      answered('start', faultOf(20, 'NO_FILE')),
      for_(GROUP_WAITS_MS, { failures: 10, said: 'both' }),
      ['look in 60000 ms'],
      random,
    ],
    [
      'the first failure comes after that: told all the same',
      for_(GROUP_WAITS_MS, { failures: 0, said: 'released' }),
      answered('start', faultOf(20, 'NO_FILE')),
      for_(GROUP_WAITS_MS, { failures: 1, said: 'both' }),
      ['fail start: NO_FILE', 'look in 1000 ms'],
      random,
    ],
  ])
})

describe('supervisord does not answer', () => {
  const fault = sighted({ kind: 'fault', text: 'ECONNREFUSED' })
  const shutdown = sighted({ kind: 'shutdown' })
  follows([
    ['twice', starting({ faults: 1 }), fault, starting({ faults: 2 }), ['look in 2000 ms'], random],
    [
      'three times: told',
      starting({ faults: 2 }),
      fault,
      starting({ faults: 3, said: 'failed' }),
      ['fail start: ECONNREFUSED', 'look in 4000 ms'],
      random,
    ],
    [
      'told once',
      starting({ faults: 3, said: 'failed' }),
      fault,
      starting({ faults: 4, said: 'failed' }),
      ['look in 8000 ms'],
      random,
    ],
    ['a reload is waited for', starting(), shutdown, starting(), ['look in 500 ms']],
    [
      'a shutdown while memmon ends, too: for the next one',
      starting(),
      shutdown,
      starting(),
      ['adjourn'],
      { isEnding: true },
    ],
    [
      'removed: it is down because of us',
      starting(),
      sighted({ kind: 'removed' }),
      over,
      ['fail removed: it was removed from supervisord after memmon had stopped it'],
    ],
    [
      'removed, after it has ended by itself',
      starting({ after: 'end' }),
      sighted({ kind: 'removed' }),
      over,
      ['skip removed: it was removed from supervisord'],
    ],
    [
      'removed, after our start',
      starting(started),
      sighted({ kind: 'removed' }),
      over,
      ['skip removed: it was removed from supervisord'],
    ],
  ])
})
