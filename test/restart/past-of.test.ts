// What the state of a running memmon means now: what it has begun, and what holds a restart back.
import { expect, test } from 'vitest'
import type { ChecksFound } from '../../src/restart/checks-lines.ts'
import type { Job } from '../../src/restart/job.ts'
import { pastOf } from '../../src/restart/past-of.ts'
import { waitingJob } from '../../src/restart/waiting.ts'
import type { Wait } from '../../src/restart/waits.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import type { KnownLeak, Pending, RememberedLeak } from '../../src/rules/past.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed, requestFor, restarted, rulesFrom, settingsFrom } from '../helpers/values.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 10, 21, 12)
const clocks = { boot: 'boot', tick: 10 * HOUR, nowMs: NOW }
const ARGV = ['-p', 'web=1GB', '--soft-limit', '50MB', '--drain-signal', 'USR1', '--grace', '5m']
const WEB = processNamed('web:web', { nowSeconds: 1_000_100 })
const [, soft] = rulesFrom(...ARGV)
  .map(({ action, id }) => ({ action, id }))
  .sort(a => (a.action.kind === 'drain' ? 1 : -1))
const REQUEST = requestFor(WEB, 60 * MB, '-a', '50MB')
const SOFT: RestartRequest = { ...REQUEST, breach: { ...REQUEST.breach, ruleId: soft?.id ?? '' } }
const head = { request: SOFT, plan: { group: false }, owesPost: false }
const drained = { request: SOFT, sinceTick: clocks.tick - 120_000, isTold: true }
const down = { ...WEB, pid: 0, state: ProcessState.STOPPED }
const other = { ...WEB, pid: 9 }

const DB = processNamed('db:db')
const LEAKS: RememberedLeak[] = [
  { namespec: 'web:web', run: WEB, limitTick: 11 * HOUR },
  { namespec: 'db:db', run: DB },
]

const past = (
  jobs: readonly Job[],
  waits: readonly Wait[] = [],
  restarts: readonly { at: number; soonTimes?: number }[] = [],
  ...flags: string[]
) =>
  pastOf(
    {
      kind: 'running',
      run: 'run',
      pid: 1,
      asOfMs: NOW,
      problems: [],
      journal: {
        version: 3,
        supervisord: 's',
        boot: 'boot',
        damagedLines: 0,
        mutes: new Map(),
        jobs: new Map(jobs.map(job => [job.request.process.namespec, job])),
        restarts: restarts.map(({ at, soonTimes = 0 }) => ({
          namespec: 'web:web',
          at: NOW + at,
          tick: clocks.tick + at,
          soonTimes,
        })),
      },
      checks: {
        run: 'r',
        atMs: NOW,
        leftOut: 0,
        windows: new Map(),
        budgets: new Map(),
        waits,
        leaks: LEAKS,
      } as ChecksFound,
    },
    { ...settingsFrom(...ARGV, ...flags), rules: rulesFrom(...ARGV) },
    clocks,
  )

const starting: Job = {
  ...head,
  state: 'starting',
  after: 'stop',
  askedTick: 0,
  isStarted: false,
  isTried: false,
  failures: 0,
  faults: 0,
  said: 'nothing',
}
const stopping: Job = {
  ...head,
  state: 'stopping',
  by: 'supervisord',
  due: 'limit',
  answer: 'taken',
  askedTick: 0,
  tries: 1,
  faults: 0,
  said: 'nothing',
}
const draining: Job = { ...head, drained, state: 'draining', phase: 'grace', isAsking: false }
const finishing: Job = { ...head, state: 'finishing', outcome: restarted(SOFT), isDrainedOn: false }
const waiting: Job = { ...waitingJob(SOFT, { group: false }), drained }

test.each<[what: string, job: Job, process: ProcessInfo, pending: Pending | undefined]>([
  ['is drained', draining, WEB, { kind: 'draining', forSeconds: 120, graceSeconds: 300 }],
  ['is watched', { ...draining, phase: 'watched' }, WEB, { kind: 'watched' }],
  ['was drained, and has been replaced', draining, other, undefined],
  ['was drained, and has ended', draining, down, undefined],
  ['waits for its turn', waiting, WEB, { kind: 'queued' }],
  ['waited, and has been replaced', waiting, other, undefined],
  ['is being stopped', stopping, WEB, { kind: 'restarting' }],
  ['is being stopped, and is down', stopping, down, { kind: 'restarting' }],
  ['is being stopped, and runs anew', stopping, other, undefined],
  ['is to be started', starting, down, { kind: 'restarting' }],
  ['could not be started', { ...starting, failures: 2 }, down, { kind: 'restarting', hasFailed: true }],
  ['is to be started, and runs', starting, other, undefined],
  ['has its post_restart_command running', finishing, other, undefined],
])('a process that %s', (_, job, process, pending) => {
  expect(past([job]).pendingOf(process)).toEqual(pending)
})

test.each<[what: string, process: ProcessInfo, leak: KnownLeak | undefined]>([
  ['that leaks', WEB, { limitMs: NOW + HOUR, leftSeconds: 3_600 }],
  ['that leaks, with no forecast', DB, {}],
  ['that has been replaced since', other, undefined],
  ['that is down', down, undefined],
  ['of which nothing is known', processNamed('api:api'), undefined],
])('a process %s', (_, process, leak) => expect(past([]).leakOf(process)).toEqual(leak))

const wait = (more: Partial<Wait> = {}): Wait => ({
  namespec: 'web:web',
  run: { pid: WEB.pid, startSeconds: WEB.startSeconds },
  isPreparing: false,
  postponed: 0,
  hold: undefined,
  ...more,
})
const inAnHour = { untilMs: NOW + HOUR, leftSeconds: 3_600 }

test.each<[what: string, wait: Wait, process: ProcessInfo, pending: Pending | undefined]>([
  ['for its turn', wait(), WEB, { kind: 'queued' }],
  ['no longer: its turn has come', wait({ isPreparing: true }), WEB, { kind: 'restarting' }],
  ['postponed', wait({ postponed: 3 }), WEB, { kind: 'postponed', times: 3 }],
  [
    'postponed, and its hook runs again',
    wait({ postponed: 3, isPreparing: true }),
    WEB,
    { kind: 'postponed', times: 3 },
  ],
  [
    'for the cap',
    wait({ hold: { by: 'cap', untilTick: 11 * HOUR } }),
    WEB,
    { kind: 'capped', cap: '2/1h', ...inAnHour },
  ],
  [
    'for the backoff',
    wait({ hold: { by: 'backoff', untilTick: 11 * HOUR } }),
    WEB,
    { kind: 'held', ...inAnHour },
  ],
  ['for what is over', wait({ hold: { by: 'cap', untilTick: 9 * HOUR } }), WEB, { kind: 'queued' }],
  ['as another run', wait(), other, undefined],
  ['and has ended', wait(), down, undefined],
])('a process that waits %s', (_, one, process, pending) => {
  expect(past([], [one], [], '--max-restarts', '2/1h').pendingOf(process)).toEqual(pending)
})

test('what the journal knows to follow a wait counts more; a wait says more than its job', () => {
  const held = wait({ hold: { by: 'cap', untilTick: 11 * HOUR } })
  expect(past([stopping], [held]).pendingOf(WEB)).toEqual({ kind: 'restarting' })
  expect(past([waiting], [held], [], '--max-restarts', '2/1h').pendingOf(WEB)?.kind).toBe('capped')
})

test.each<[what: string, restarts: Parameters<typeof past>[2], flags: string[], hold: string | undefined]>([
  ['never restarted', [], ['--max-restarts', '1/1h'], undefined],
  [
    'restarted as often as it may be',
    [{ at: -HOUR / 2 }],
    ['--max-restarts', '1/1h'],
    `capped ${NOW + HOUR / 2}`,
  ],
  ['restarted longer ago than counts', [{ at: -2 * HOUR }], ['--max-restarts', '1/1h'], undefined],
  ['restarted a moment ago', [{ at: -10_000 }], [], `held ${NOW + 50_000}`],
  [
    'restarted a moment ago, for the third time',
    [{ at: -10_000, soonTimes: 2 }],
    [],
    `held ${NOW + 230_000}`,
  ],
  ['restarted a moment ago, without backoff', [{ at: -10_000 }], ['--restart-backoff', '0'], undefined],
])('a process that was %s', (_, restarts, flags, expected) => {
  const hold = past([], [], restarts, ...flags).holdOf(REQUEST)
  // For a budget no breach of its own counts as the next one.
  const isBackedOff = restarts?.some(({ soonTimes = 0 }) => soonTimes > 0) ?? false
  expect(past([], [], restarts, ...flags).mayRestart('web:web')).toBe(
    !expected?.startsWith('capped') && !isBackedOff,
  )
  expect(hold && `${hold.kind} ${hold.untilMs}`).toBe(expected)
  const isHard = { ...REQUEST, breach: { ...REQUEST.breach, isHard: true } }
  // A hard limit waits for the cap alone.
  expect(past([], [], restarts, ...flags).holdOf(isHard)?.kind).toBe(
    expected?.startsWith('capped') ? 'capped' : undefined,
  )
})

test('one that has run for long is not held back', () => {
  const old = { ...REQUEST, process: { ...WEB, nowSeconds: WEB.startSeconds + 400 } }
  expect(past([], [], [{ at: -10_000 }]).holdOf(old)).toBeUndefined()
})

test('without a journal or checks nothing is known, and nothing fails', () => {
  const none = pastOf(
    { kind: 'running', run: 'run', pid: 1, asOfMs: 0, problems: [], journal: undefined, checks: undefined },
    { ...settingsFrom(...ARGV), rules: [] },
    clocks,
  )
  const [rule] = rulesFrom('-a', '1GB')
  expect([none.pendingOf(WEB), none.holdOf(REQUEST), rule && none.windowOf(WEB, rule)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
