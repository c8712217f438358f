// A job that the journal of an earlier memmon holds, in each state that memmon may have been killed in.
import { describe, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import type { Moment } from '../../src/restart/job-events.ts'
import { expectStep, follows, type Row } from '../helpers/job-tables.ts'
import {
  AT_MS,
  draining,
  finishing,
  HARD,
  HOOKS,
  NOW,
  over,
  postponedFor,
  preparing,
  REQUEST,
  STANDS,
  starting,
  stopping,
  TOGETHER,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'
import { restarted } from '../helpers/values.ts'

const resumed = { kind: 'resumed', isNewer: false } as const
/** The settings name its commands: the journal holds none. */
const terms = { terms: { ...STANDS, plan: HOOKS } } satisfies Partial<Moment>
const PREPARED = 'memmon ended while pre_restart_command ran; the next check decides'
const post = 'run post: post, pid 4711'
const RESTARTED = restarted(REQUEST)
const toldRestarted = 'restarted: 4712 by memmon, 1234 ms, 0 failed'
const prepared = (more: object) =>
  finishing({
    owesPost: true,
    outcome: { kind: 'skipped', request: REQUEST, occurredAt: AT_MS, reason: 'ending', detail: PREPARED },
    ...more,
  })

describe('memmon was started again: it goes on', () => {
  const row = (what: string, job: Job, next: Job | undefined, ...effects: string[]): Row => [
    what,
    job,
    resumed,
    next,
    effects,
    terms,
  ]
  follows([
    row('draining', draining({ isAsking: true }), draining({ plan: HOOKS })),
    row('watched', draining({ phase: 'watched' }), draining({ phase: 'watched', plan: HOOKS })),
    row(
      'waiting',
      waiting({ due: 'finished', isPostponed: true, drained: TOLD }),
      waiting({ due: 'finished', drained: TOLD, plan: HOOKS }),
    ),
    row(
      'looked at: it waits again',
      preparing({ due: 'grace', drained: TOLD, ...postponedFor(2) }),
      waiting({ due: 'grace', drained: TOLD, plan: HOOKS }),
    ),
    row('prepared, with nothing to undo', preparing({ phase: 'hook' }), over),
    row(
      'prepared, with nothing to undo, drained',
      preparing({ phase: 'looking again', drained: TOLD, request: HARD }),
      draining({ plan: HOOKS }),
    ),
    ...(
      [
        ['its hook may still run', NOW - 10, 31_990],
        ['its hook has ended by now', NOW - 40_000, 0],
        ['its hook began by another clock', NOW + 5_000, 32_000],
      ] as const
    ).map(([what, beganTick, ms]) => {
      const job = preparing({ phase: 'hook', owesPost: true, beganTick, plan: HOOKS })
      return row(what, job, job, `wait ${ms} ms for hook`)
    }),
    ...(['hook', 'looking again'] as const).map(phase =>
      row(
        `${phase}, one whose group was stopped: it waits again`,
        preparing({ phase, request: TOGETHER, due: 'limit' }),
        waiting({ request: TOGETHER, plan: HOOKS }),
      ),
    ),
    row(
      'a stop was asked for just now: as if the call had broken off',
      stopping({ answer: 'open', tries: 1, faults: 2, owesPost: true, askedTick: NOW - 299_999 }),
      stopping({ answer: 'lost', tries: 1, owesPost: true, askedTick: NOW - 299_999, plan: HOOKS }),
      'look',
    ),
    row(
      'a stop was asked for five minutes ago: looked at, and not asked for again',
      stopping({ answer: 'open', tries: 1, askedTick: NOW - 300_000 }),
      stopping({ answer: 'lost', tries: 4, askedTick: NOW - 300_000, plan: HOOKS }),
      'look',
    ),
    row(
      'restart_command ran: looked at, and not run again',
      stopping({ by: 'command', answer: 'open', tries: 1 }),
      stopping({ by: 'command', answer: 'lost', tries: 4, plan: HOOKS }),
      'look',
    ),
    row('a stop was taken', stopping(), stopping({ tries: 4, plan: HOOKS }), 'look'),
    row(
      'down: seen for the first time, and started by another memmon',
      starting({
        isStarted: true,
        isTried: true,
        failures: 3,
        faults: 2,
        said: 'failed',
        seen: { processState: 100, sinceTick: 5 },
      }),
      starting({ isTried: true, failures: 3, said: 'failed', plan: HOOKS }),
      'look',
    ),
    row(
      'restarted, and post_restart_command has not ended',
      finishing({ outcome: RESTARTED, plan: { group: false } }),
      finishing({ outcome: RESTARTED }),
      toldRestarted,
      'run post: post, pid 4712',
    ),
  ])

  test('without a rule in force: with the commands that it has, which are none after a journal', () => {
    const spared = { terms: { kind: 'spared', why: 'its rule was removed from the settings' } } as const
    expectStep(waiting({ plan: HOOKS }), resumed, waiting({ plan: HOOKS }), [], spared)
  })
})

test.each<[what: string, more: object, next: object]>([
  ['undone', {}, {}],
  ['undone, and drained on', { drained: TOLD }, { drained: TOLD, isDrainedOn: true }],
])('the hook of a memmon that was killed has had its time: what it did is %s', (_, more, next) => {
  const job = preparing({ phase: 'hook', owesPost: true, plan: HOOKS, ...more })
  const waited = { kind: 'waited', for: 'hook' } as const
  expectStep(job, waited, prepared(next), [`skip ending: ${PREPARED}`, post], terms)
})

describe('another supervisord has started since: left alone, and what was prepared is undone', () => {
  const why = 'another supervisord has started since, and decides what runs'
  const newer = { kind: 'resumed', isNewer: true } as const
  const states: readonly Job[] = [
    draining({ request: REQUEST }),
    draining({ request: REQUEST, drained: UNTOLD }),
    waiting(),
    waiting({ drained: TOLD }),
    preparing(),
    preparing({ phase: 'hook', drained: TOLD }),
    stopping(),
    stopping({ answer: 'open', drained: TOLD }),
    starting(),
    starting({ after: 'end', drained: TOLD }),
  ]
  test.each(states.map(job => [job.state, job] as const))('%s', (_, job) => {
    expectStep(job, newer, over, [`skip shutdown: ${why}`], terms)
    const outcome = {
      kind: 'skipped',
      request: REQUEST,
      occurredAt: AT_MS,
      reason: 'shutdown',
      detail: why,
    } as const
    const { drained } = job
    expectStep(
      { ...job, owesPost: true },
      newer,
      finishing({ owesPost: true, outcome, ...(drained && { drained }) }),
      [`skip shutdown: ${why}`, post],
      terms,
    )
  })

  test.each([
    true,
    false,
  ])('restarted, and post_restart_command has not ended: drained %s, it runs', isDrainedOn => {
    const job = finishing({ outcome: RESTARTED, drained: TOLD, isDrainedOn })
    const next = finishing({ outcome: RESTARTED, drained: TOLD })
    expectStep(job, newer, next, [toldRestarted, 'run post: post, pid 4712'], terms)
  })
})
