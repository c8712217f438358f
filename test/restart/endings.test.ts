// How a job ends or goes back to where it was: what is told in full, what is run, what is left of it.
import { describe, expect, test } from 'vitest'
import {
  conclude,
  done,
  drainedOn,
  failed,
  finish,
  leave,
  noticed,
  removed,
  retryDelayMs,
  skipped,
  strayText,
} from '../../src/restart/endings.ts'
import { headOf, type Job } from '../../src/restart/job.ts'
import type { Failed, Restarted, Skipped } from '../../src/rules/outcome.ts'
import { follows, ignores } from '../helpers/job-tables.ts'
import {
  AT_MS,
  draining,
  ended,
  finishing,
  HARD,
  HOOKS,
  infoOf,
  momentOf,
  NEWER,
  PROCESS,
  preparing,
  REQUEST,
  SOFT,
  starting,
  stopping,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'
import { restarted } from '../helpers/values.ts'

const at = { request: REQUEST, occurredAt: AT_MS }
const SKIPPED: Skipped = { kind: 'skipped', ...at, reason: 'recovered', detail: 'x' }
const FAILED: Failed = { kind: 'failed', ...at, phase: 'stop', fault: 'y' }
const RESTARTED: Restarted = restarted(REQUEST)
const POST = { do: 'run', hook: 'post', command: 'post' } as const
const tell = (outcome: Restarted | Skipped | Failed) => ({ do: 'tell', outcome }) as const

describe('what is told names the request and the moment', () => {
  test('left alone, and failed', () => {
    expect(skipped(stopping(), momentOf(), 'recovered', 'x')).toEqual(SKIPPED)
    expect(failed(stopping(), momentOf(), 'stop', 'y')).toEqual(FAILED)
  })

  test('a drain is told by its soft limit, wherever the job is by then', () => {
    const outcome = { kind: 'noticed', what: 'undrained', occurredAt: AT_MS, detail: 'x' }
    const effect = (job: Job) => noticed(job, momentOf(), 'undrained', 'x')
    expect(effect(waiting({ request: HARD, drained: TOLD }))).toEqual({
      do: 'tell',
      outcome: { ...outcome, request: SOFT },
    })
    expect(effect(waiting({ request: HARD }))).toEqual({ do: 'tell', outcome: { ...outcome, request: HARD } })
  })

  test('removed: over, drained or not', () => {
    const told = tell({
      kind: 'skipped',
      ...at,
      reason: 'removed',
      detail: 'it was removed from supervisord',
    })
    for (const more of [{}, { drained: TOLD }])
      expect(removed(stopping(more), momentOf())).toEqual({ job: undefined, effects: [told] })
  })
})

test.each<[string, Parameters<typeof infoOf>[0], readonly [string, string]]>([
  ['another pid', NEWER, ['replaced', 'it was restarted meanwhile and is pid 4712 now']],
  [
    'STARTING as another pid',
    { ...NEWER, state: 10 },
    ['replaced', 'it was restarted meanwhile and is pid 4712 now'],
  ],
  [
    'the same pid with another start time',
    { startSeconds: 1 },
    ['replaced', 'supervisord gives another start time for it now; the next check looks at it anew'],
  ],
  ['the same run STARTING', { state: 10 }, ['not running', 'it is STARTING by now']],
  ['another run STOPPING', { ...NEWER, state: 40 }, ['not running', 'it is STOPPING by now']],
  ['another run EXITED', { ...NEWER, state: 100 }, ['not running', 'it is EXITED by now']],
])('no longer what was found: %s', (_, info, text) => {
  expect(strayText(PROCESS, infoOf(info))).toEqual(text)
})

describe('it runs again', () => {
  test('told', () => {
    expect(finish(starting({ drained: TOLD }), RESTARTED)).toEqual({
      job: undefined,
      effects: [tell(RESTARTED)],
    })
  })

  test('post_restart_command runs, for the pid that runs now', () => {
    for (const owesPost of [true, false])
      expect(finish(starting({ plan: HOOKS, owesPost, drained: TOLD }), RESTARTED)).toEqual({
        job: finishing({ owesPost, outcome: RESTARTED, drained: TOLD }),
        effects: [tell(RESTARTED), { ...POST, pid: RESTARTED.newPid }],
      })
  })
})

describe('it was not restarted', () => {
  const owed = { plan: HOOKS, owesPost: true }
  test.each([SKIPPED, FAILED])('$kind: told', outcome => {
    expect(leave(preparing(), outcome)).toEqual({ job: undefined, effects: [tell(outcome)] })
    expect(leave(preparing({ plan: HOOKS }), outcome)).toEqual({ job: undefined, effects: [tell(outcome)] })
  })

  test('what pre_restart_command has done is undone, for the pid that was found', () => {
    expect(leave(preparing(owed), SKIPPED)).toEqual({
      job: finishing({ owesPost: true, outcome: SKIPPED }),
      effects: [tell(SKIPPED), { ...POST, pid: PROCESS.pid }],
    })
  })

  test('one that is drained is drained on, unless it is over for it, too', () => {
    for (const drained of [TOLD, UNTOLD]) {
      const job = preparing({ drained, request: HARD })
      expect(leave(job, SKIPPED).job).toEqual(draining({ drained }))
      expect(leave(job, SKIPPED, true).job).toBeUndefined()
      const hooked = { ...job, ...owed }
      expect(leave(hooked, SKIPPED).job).toMatchObject({ state: 'finishing', isDrainedOn: true })
      expect(leave(hooked, SKIPPED, true).job).toMatchObject({ state: 'finishing', isDrainedOn: false })
    }
    expect(leave(preparing(owed), SKIPPED).job).toMatchObject({ isDrainedOn: false })
  })
})

describe('post_restart_command', () => {
  const drained = finishing({ drained: TOLD, owesPost: true, request: HARD, isDrainedOn: true })
  const warn = 'WARN post_restart_command for w:a: exit code 1'
  follows([
    ['has ended well: over', finishing(), ended('post'), undefined, []],
    ['has failed: said', finishing(), ended('post', 1), undefined, [warn]],
    ['has ended, and it is drained on', drained, ended('post'), draining({ plan: HOOKS }), []],
    ['has failed, and it is drained on', drained, ended('post', 1), draining({ plan: HOOKS }), [warn]],
    [
      'runs again when memmon was killed meanwhile',
      finishing({ outcome: RESTARTED }),
      { kind: 'resumed', isNewer: false },
      finishing({ outcome: RESTARTED }),
      ['restarted: 4712 by memmon, 1234 ms, 0 failed', 'run post: post, pid 4712'],
      { terms: { kind: 'spared', why: 'x', plan: HOOKS } },
    ],
  ])
  ignores(finishing(), 'hook ended post')

  test('the settings no longer name one: said, and over', () => {
    const job = finishing({ plan: { group: false }, outcome: SKIPPED, drained: TOLD, isDrainedOn: true })
    const text = 'post_restart_command for w:a is not run: the settings no longer name one'
    expect(conclude(job)).toEqual({
      job: draining(),
      effects: [tell(SKIPPED), { do: 'log', event: 'hook_failed', level: 'WARN', text }],
    })
    expect(done({ ...job, isDrainedOn: false })).toEqual({ job: undefined, effects: [] })
  })
})

test('drained on: as in the beginning, by its soft limit, in the grace that it had', () => {
  expect(drainedOn(stopping({ plan: HOOKS, owesPost: true, drained: TOLD, request: HARD }))).toEqual(
    draining({ plan: HOOKS }),
  )
  expect(drainedOn(stopping())).toBeUndefined()
})

test('what is kept from state to state', () => {
  const head = { request: HARD, plan: HOOKS, owesPost: true }
  expect(headOf(stopping({ ...head, drained: TOLD }))).toEqual({ ...head, drained: TOLD })
  expect(Object.keys(headOf(stopping(head)))).toEqual(Object.keys(head))
})

test('the waits between tries: 1 s doubling to 60 s, between half and the whole', () => {
  expect([0, 1, 2, 3, 6, 7, 50].map(failures => retryDelayMs(failures, 1))).toEqual([
    1000, 1000, 2000, 4000, 32_000, 60_000, 60_000,
  ])
  expect(retryDelayMs(1, 0)).toBe(500)
  expect(retryDelayMs(3, 0.5)).toBe(3000)
})
