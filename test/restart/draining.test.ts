// A process over its soft limit, asked to finish: each event, what it makes of the job, and what is to be done.
import { describe, expect, test } from 'vitest'
import { FaultCode } from '../../src/base/errors.ts'
import { timestamp } from '../../src/base/text.ts'
import { beginDrain } from '../../src/restart/begin-drain.ts'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent, Measured } from '../../src/restart/job-events.ts'
import type { Drain } from '../../src/rules/action.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { bringsBack, ENDED, expectStep, follows, ignores, NEW_PID, shownRows } from '../helpers/job-tables.ts'
import {
  AT_MS,
  answered,
  DRAIN,
  DRAINS,
  downIn,
  draining,
  effectTexts,
  ended,
  faultOf,
  finishing,
  HARD,
  HOOKS,
  infoOf,
  LOST,
  looked,
  momentOf,
  NEWER,
  NOW,
  over,
  postponedFor,
  preparing,
  SOFT,
  SPARED,
  STANDS,
  seen,
  softRequestFor,
  starting,
  stopping,
  TIMEOUT,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const { STARTING, STOPPING, EXITED } = ProcessState
const GRACE_MS = 900_000
const UNTIL = timestamp(new Date(AT_MS + GRACE_MS))
/** A look that was asked for when its grace was over. */
const measured = (value: Measured | number | undefined, sighting = seen()): JobEvent =>
  looked(value, sighting, 'draining')

describe('what a process over its soft limit is told', () => {
  const drained = { request: SOFT, sinceTick: NOW, isTold: true }
  test.each<[drain: Partial<Drain>, isTold: boolean, effects: string[]]>([
    [{ signal: 'TSTP' }, true, [`draining: Asked to finish by SIGTSTP; restarts at ${UNTIL}`, 'signal TSTP']],
    [
      { command: 'bye' },
      true,
      [`draining: Asked to finish by drain_command; restarts at ${UNTIL}`, 'run drain: bye'],
    ],
    [
      { signal: 'TSTP', command: 'bye' },
      true,
      [
        `draining: Asked to finish by SIGTSTP and drain_command; restarts at ${UNTIL}`,
        'signal TSTP',
        'run drain: bye',
      ],
    ],
    [
      { check: 'idle' },
      false,
      [
        `draining: It has time to recover; restarts as soon as drain_check succeeds, at ${UNTIL} at the latest`,
      ],
    ],
    [{}, false, [`draining: It has time to recover; restarts at ${UNTIL}`]],
  ])('%j', (how, isTold, effects) => {
    const begun = beginDrain(SOFT, { kind: 'drain', graceSeconds: 900, ...how }, momentOf())
    expect(effectTexts(begun.effects)).toEqual(effects)
    expect(begun.job).toEqual(draining({ drained: { ...drained, isTold } }))
  })

  test('a job that waits already waits on', () => {
    const before = waiting({
      request: HARD,
      plan: HOOKS,
      due: 'grace',
      ...postponedFor(1),
      isPostponed: true,
    })
    expect(beginDrain(SOFT, DRAIN, momentOf(), before).job).toEqual({ ...before, drained })
  })
})

describe('draining', () => {
  const asking = draining({ isAsking: true })
  const pastGrace = { terms: DRAINS, tick: GRACE_MS }
  const due = (reason: string, more: Partial<Job> = {}) =>
    waiting({
      request: { ...SOFT, breach: { ...SOFT.breach, reason } },
      due: 'grace',
      drained: TOLD,
      ...(more as object),
    })
  const dueByGrace = due('its grace of 15m is over')
  const CHECKS = { ...STANDS, drain: { ...DRAIN, check: 'idle' } }

  follows([
    [
      'over its limit: it waits for its turn',
      draining({ phase: 'watched', isAsking: true }),
      { kind: 'breached', request: HARD, plan: HOOKS },
      waiting({ request: HARD, plan: HOOKS, drained: TOLD }),
      [],
    ],
    ['over its soft limit again', asking, { kind: 'soft', request: SOFT, drain: DRAIN }, asking, []],
    [
      'another run over its soft limit: told, too',
      draining({ phase: 'watched' }),
      { kind: 'soft', request: softRequestFor(NEWER, 70 * MB), drain: DRAIN },
      draining({
        request: softRequestFor(NEWER, 70 * MB),
        drained: { request: softRequestFor(NEWER, 70 * MB), sinceTick: NOW, isTold: true },
      }),
      [`draining: Asked to finish by SIGTSTP; restarts at ${UNTIL}`, 'signal TSTP'],
    ],
    [
      'back under its soft limit, told: watched on',
      draining(),
      { kind: 'relieved', ruleId: SOFT.breach.ruleId },
      draining(),
      [],
    ],
    [
      'back under its soft limit, not told: over',
      draining({ drained: UNTOLD }),
      { kind: 'relieved', ruleId: SOFT.breach.ruleId },
      over,
      ['undrained: it is back under its soft limit'],
    ],
    [
      'other settings that still hold',
      draining({ drained: UNTOLD }),
      { kind: 'settings' },
      draining({ drained: UNTOLD }),
      [],
    ],
    [
      'settings that spare it, told: watched on',
      draining(),
      { kind: 'settings' },
      draining(),
      [],
      { terms: SPARED },
    ],
    [
      'settings that spare it, not told: over',
      draining({ drained: UNTOLD }),
      { kind: 'settings' },
      over,
      ['undrained: a dry run restarts nothing'],
      { terms: SPARED },
    ],
  ])

  describe('at each check', () => {
    const checked = { kind: 'checked' } as const
    follows([
      ['in its grace', draining(), checked, draining(), [], { terms: DRAINS, tick: GRACE_MS - 1 }],
      ['past its grace it is measured', draining(), checked, asking, ['look again'], pastGrace],
      [
        'its grace is counted from when it was told',
        draining({ drained: { ...TOLD, sinceTick: 5 } }),
        checked,
        draining({ drained: { ...TOLD, sinceTick: 5 } }),
        [],
        { terms: DRAINS, tick: GRACE_MS + 4 },
      ],
      ['while it is measured it is not measured again', asking, checked, asking, [], pastGrace],
      ['drain_check is asked', draining(), checked, asking, ['run drain_check: idle'], { terms: CHECKS }],
      ['drain_check is asked once at a time', asking, checked, asking, [], { terms: CHECKS }],
      ['spared: watched, no more', draining(), checked, draining(), [], { terms: SPARED, tick: GRACE_MS }],
      ['its rule drains no more', draining(), checked, draining(), [], { terms: STANDS, tick: GRACE_MS }],
    ])
  })

  describe('drain_check', () => {
    follows([
      [
        'exit 0: it is due whatever its size is',
        draining({ isAsking: true, drained: { ...TOLD, sinceTick: NOW - 120_000 } }),
        ended('drain_check'),
        due('it has finished, after 2m', {
          due: 'finished',
          drained: { ...TOLD, sinceTick: NOW - 120_000 },
        } as Partial<Job>),
        [],
        { terms: DRAINS },
      ],
      ['exit 0, but spared by now', asking, ended('drain_check'), draining(), [], { terms: SPARED }],
      [
        'exit 1 in its grace',
        asking,
        ended('drain_check', 1),
        draining(),
        [],
        { terms: DRAINS, tick: GRACE_MS - 1 },
      ],
      [
        'exit 1 past its grace: it is measured',
        asking,
        ended('drain_check', 1),
        asking,
        ['look again'],
        pastGrace,
      ],
      ['exit 0 of drain_command says nothing', asking, ended('drain'), asking, [], pastGrace],
    ])
  })

  describe('as a monitor asks for it', () => {
    const breach = {
      ...SOFT.breach,
      rule: 'monitor own',
      reason: 'it spins',
      limit: Number.POSITIVE_INFINITY,
      isOfMonitor: true as const,
    }
    const request = { ...SOFT, breach }
    const told = { ...TOLD, request }
    const terms = { ...DRAINS, limit: breach.limit }
    follows([
      [
        'past its grace it is due whatever its size is, and both reasons are told',
        draining({ request, drained: told, isAsking: true }),
        measured(1),
        due('', {
          request: { ...request, breach: { ...breach, reason: 'it spins; its grace of 15m is over' } },
          drained: told,
        }),
        [],
        { ...pastGrace, terms },
      ],
      [
        'no longer asked for, not told: over',
        draining({ request, drained: { ...told, isTold: false } }),
        { kind: 'relieved', ruleId: breach.ruleId },
        over,
        ['undrained: monitor own no longer asks for it'],
        { terms },
      ],
    ])
  })

  describe('measured past its grace', () => {
    const watched = draining({ phase: 'watched' })
    follows([
      ['over its soft limit: it is due', asking, measured(50 * MB + 1), dueByGrace, [], pastGrace],
      ['no longer over: watched, told once', asking, measured(50 * MB), watched, ['recovered'], pastGrace],
      ['still not over', { ...watched, isAsking: true }, measured(1), watched, [], pastGrace],
      ['over again', { ...watched, isAsking: true }, measured(51 * MB), dueByGrace, [], pastGrace],
      [
        'no longer over, and not told: over',
        draining({ drained: UNTOLD, isAsking: true }),
        measured(50 * MB),
        over,
        ['undrained: it is back under its soft limit'],
        pastGrace,
      ],
      [
        'by the limit of the settings in force',
        asking,
        measured(70 * MB),
        watched,
        ['recovered'],
        { ...pastGrace, terms: { ...DRAINS, limit: 70 * MB } },
      ],
      ['nothing to measure is no recovery', asking, measured(undefined), draining(), [], pastGrace],
      ['unreadable', asking, measured({ kind: 'fault', text: 'denied' }), draining(), [], pastGrace],
      ['spared by now', asking, measured(99 * MB), draining(), [], { ...pastGrace, terms: SPARED }],
      [
        'its grace is longer by now',
        asking,
        measured(99 * MB),
        draining(),
        [],
        { ...pastGrace, tick: GRACE_MS - 1 },
      ],
      ['no answer', asking, measured(99 * MB, { kind: 'fault', text: 'x' }), draining(), [], pastGrace],
      ['a shutdown', asking, measured(99 * MB, { kind: 'shutdown' }), draining(), [], pastGrace],
      [
        'removed',
        asking,
        measured(99 * MB, { kind: 'removed' }),
        over,
        ['undrained: it was removed from supervisord'],
        pastGrace,
      ],
      [
        'ended',
        asking,
        measured(undefined, seen(downIn(EXITED))),
        bringsBack({ askedTick: GRACE_MS } as Partial<Job>),
        [ENDED, 'look'],
        pastGrace,
      ],
      ['stopping', asking, measured(99 * MB, seen(infoOf({ state: STOPPING }))), draining(), [], pastGrace],
      ['another run', asking, measured(99 * MB, seen(NEWER)), over, [`undrained: ${NEW_PID}`], pastGrace],
      [
        'the same run not RUNNING',
        asking,
        measured(99 * MB, seen(infoOf({ state: STARTING }))),
        draining(),
        [],
        pastGrace,
      ],
    ])
  })

  describe('as the table shows it', () => {
    follows(shownRows('draining', more => draining(more as object)))
  })
  ignores(draining(), 'breached', 'soft', 'looked', 'table', 'hook ended drain_check')
})

describe('what could not be told to a drained process', () => {
  test.each<[what: string, event: JobEvent, told: string[]]>([
    ['a signal that was taken', answered('signal'), []],
    [
      'a bad signal',
      answered('signal', faultOf(11, 'BAD_SIGNAL (fault 11)')),
      ['fail drain: BAD_SIGNAL (fault 11)'],
    ],
    ['no answer', answered('signal', TIMEOUT), ['fail drain: no answer in 10 s']],
    ['a signal to what does not run', answered('signal', faultOf(FaultCode.NOT_RUNNING, 'x')), []],
    ['a signal to what was removed', answered('signal', faultOf(FaultCode.BAD_NAME, 'x')), []],
    ['a command that worked', ended('drain'), []],
    ['a command that failed', ended('drain', 1), ['fail drain: drain_command: exit code 1']],
  ])('%s, wherever the job is by then', (_, event, told) => {
    const drained = { drained: TOLD }
    const jobs = [draining(), waiting(drained), preparing(drained), stopping(drained), starting(drained)]
    for (const job of [...jobs, finishing(drained)]) expectStep(job, event, job, told)
  })

  test('a stop or start, or another command, that failed is not about draining', () => {
    for (const event of [answered('start', LOST), answered('stop', LOST), ended('drain_check', 1)])
      expectStep(draining(), event, draining(), [])
  })
})

describe('another soft limit of the same process', () => {
  const other = { ...SOFT, breach: { ...SOFT.breach, ruleId: 'another rule', limit: 40 * MB } }
  const soft = { kind: 'soft', request: other, drain: DRAIN } as const
  const taken = draining({ request: other, drained: { ...TOLD, request: other } })
  const watched = draining({ phase: 'watched' })
  follows([
    ['its grace is not over: the first rule goes on', draining(), soft, draining(), [], { terms: DRAINS }],
    ['the first rule is met again: the other takes over', watched, soft, taken, [], { terms: DRAINS }],
    ['the settings spare it by now: the other takes over', draining(), soft, taken, [], { terms: SPARED }],
    [
      'the same rule, while it is watched',
      watched,
      { ...soft, request: SOFT },
      watched,
      [],
      { terms: DRAINS },
    ],
    [
      'the same rule, which counts something else by now: its new figures count',
      watched,
      { ...soft, request: SOFT },
      draining({ request: SOFT }),
      [],
      { terms: SPARED },
    ],
    [
      'the other limit is met, which nobody drains for',
      draining({ drained: UNTOLD }),
      { kind: 'relieved', ruleId: 'another rule' },
      draining({ drained: UNTOLD }),
      [],
    ],
  ])
})

test('what was not told to the process after all, for the settings have changed, is forgotten without a word', () => {
  expectStep(draining(), { kind: 'not asked' }, over, [])
})
