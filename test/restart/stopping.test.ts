// A stop that was asked for: each event, what it makes of the job, and what is to be done.
import { describe, expect, test } from 'vitest'
import { FaultCode } from '../../src/base/errors.ts'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent, Sighting } from '../../src/restart/job-events.ts'
import { step } from '../../src/restart/step.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { follows, ignores, type Row } from '../helpers/job-tables.ts'
import {
  AT_MS,
  answered,
  downIn,
  draining,
  effectTexts,
  faultOf,
  finishing,
  HOOKS,
  infoOf,
  LOST,
  looked,
  momentOf,
  NEWER,
  NOW,
  over,
  preparing,
  REQUEST,
  SPARED,
  seen,
  sighted,
  sightedAs,
  starting,
  stopping,
  TIMEOUT,
  TOLD,
  UNTOLD,
} from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const { STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED, FATAL, UNKNOWN } = ProcessState
const GROUP_WAITS_MS = 300_000

const open = stopping({ answer: 'open' })
const taken = stopping()
const refused = stopping({ answer: 'refused' })
const lost = stopping({ answer: 'lost', fault: 'ECONNRESET' })
/** Down since our stop, as the looks at it show. */
const down = (state: number, more: object = {}) =>
  starting({ seen: { processState: state, sinceTick: NOW }, ...more })

describe('the answer to a stop', () => {
  follows([
    ['taken: its group follows', open, answered('stop'), taken, ['bring company', 'look']],
    [
      'removed',
      open,
      answered('stop', faultOf(FaultCode.BAD_NAME, 'BAD_NAME')),
      over,
      ['skip removed: it was removed from supervisord'],
    ],
    [
      'it did not run any more: by another hand',
      open,
      answered('stop', faultOf(FaultCode.NOT_RUNNING, 'NOT_RUNNING')),
      refused,
      ['look'],
    ],
    [
      'it did not run any more at the second try: the first may have stopped it',
      { ...open, tries: 2 },
      answered('stop', faultOf(FaultCode.NOT_RUNNING, 'NOT_RUNNING')),
      stopping({ answer: 'lost', tries: 2 }),
      ['look'],
    ],
    ['a reset', open, answered('stop', LOST), lost, ['look']],
    ['no answer', open, answered('stop', TIMEOUT), { ...lost, fault: TIMEOUT.message }, ['look']],
    [
      'a reload',
      open,
      answered('stop', faultOf(FaultCode.SHUTDOWN_STATE, 'SHUTDOWN_STATE')),
      { ...lost, fault: 'SHUTDOWN_STATE' },
      ['look'],
    ],
    ['another fault', open, answered('stop', faultOf(30, 'FAILED')), { ...lost, fault: 'FAILED' }, ['look']],
    [
      'before another try it is looked at again',
      { ...lost, tries: 2 },
      { kind: 'waited', for: 'stop' },
      { ...lost, tries: 2 },
      ['look again'],
    ],
    [
      'it still exceeds its limit: another try',
      { ...lost, tries: 2 },
      looked(60 * MB, seen(), 'stopping'),
      stopping({ answer: 'open', tries: 3, fault: 'ECONNRESET' }),
      ['stop'],
    ],
    [
      'it has recovered meanwhile',
      { ...lost, tries: 2 },
      looked(1, seen(), 'stopping'),
      over,
      ['skip recovered: it is down to 1B, under -p a=50MB'],
    ],
    [
      'the settings spare it by now',
      { ...lost, tries: 2 },
      looked(60 * MB, seen(), 'stopping'),
      over,
      ['skip spared: a dry run restarts nothing'],
      { terms: SPARED },
    ],
    [
      'it was stopped, after all',
      { ...lost, tries: 2 },
      looked(undefined, seen(downIn(STOPPED)), 'stopping'),
      down(STOPPED),
      ['bring company', 'start'],
    ],
    [
      'the settings changed before it was asked: back to the look before the stop',
      open,
      { kind: 'not asked' },
      preparing({ phase: 'noted', beganTick: NOW - 1000 }),
      ['look again'],
    ],
    [
      'the settings changed before another try',
      { ...lost, tries: 2 },
      { kind: 'not asked' },
      { ...lost, tries: 2 },
      ['look again'],
    ],
  ])
  ignores(open, 'answered stop', 'hook ended restart', 'sighted', 'waited', 'not asked')
})

describe('a look after a stop that was taken', () => {
  follows([
    ['STOPPED: started', taken, sightedAs(downIn(STOPPED)), down(STOPPED), ['start']],
    [
      'STOPPING: looked at again soon',
      taken,
      sightedAs(infoOf({ state: STOPPING })),
      taken,
      ['look in 100 ms'],
    ],
    [
      'STARTING: somebody else was faster',
      { ...taken, faults: 2 },
      sightedAs({ ...NEWER, state: STARTING }),
      taken,
      ['look in 100 ms'],
    ],
    [
      'RUNNING as another pid: somebody else has started it',
      taken,
      sightedAs(NEWER),
      over,
      ['restarted: 4712 by other, 1000 ms, 0 failed'],
    ],
    [
      'RUNNING as the same pid with another start',
      taken,
      sightedAs(infoOf({ startSeconds: 5 })),
      over,
      ['restarted: 4711 by other, 1000 ms, 0 failed'],
    ],
    ['RUNNING as it was', taken, sightedAs(infoOf()), over, ['skip not running: it was never stopped']],
    [
      'EXITED: supervisord has its chance',
      taken,
      sightedAs(downIn(EXITED)),
      down(EXITED),
      ['look in 100 ms'],
    ],
    ['FATAL: started', taken, sightedAs(downIn(FATAL)), down(FATAL), ['start']],
    ['BACKOFF: left to supervisord', taken, sightedAs(downIn(BACKOFF)), down(BACKOFF), ['look in 100 ms']],
    [
      'STOPPED after another start: our stop was late and has hit the newer run',
      taken,
      sightedAs(downIn(STOPPED, { startSeconds: NEWER.startSeconds })),
      down(STOPPED),
      ['start'],
    ],
    [
      'STOPPED after another start, our stop was that of an earlier memmon: by somebody else',
      stopping({ tries: 4 }),
      sightedAs(downIn(STOPPED, { startSeconds: NEWER.startSeconds })),
      over,
      ['skip not running: someone has stopped it again'],
    ],
    [
      'removed: it is down because of us',
      taken,
      sighted({ kind: 'removed' }),
      over,
      ['fail removed: it was removed from supervisord after memmon had stopped it'],
    ],
    ['removed', lost, sighted({ kind: 'removed' }), over, ['skip removed: it was removed from supervisord']],
  ])
})

describe('a look after a stop whose answer was lost', () => {
  const third = { ...lost, tries: 3 }
  const random = { random: 1 }
  follows([
    [
      'STOPPED: by us, as far as anybody knows',
      lost,
      sightedAs(downIn(STOPPED)),
      down(STOPPED),
      ['bring company', 'start'],
    ],
    [
      'STOPPING: by us, as far as anybody knows',
      lost,
      sightedAs(infoOf({ state: STOPPING })),
      { ...lost, answer: 'taken' },
      ['bring company', 'look in 100 ms'],
    ],
    [
      'RUNNING as it was: asked again in a while',
      lost,
      sightedAs(infoOf()),
      lost,
      ['wait 1000 ms for stop'],
      random,
    ],
    [
      'RUNNING as it was, again: later',
      { ...lost, tries: 2 },
      sightedAs(infoOf()),
      { ...lost, tries: 2 },
      ['wait 2000 ms for stop'],
      random,
    ],
    [
      'RUNNING as it was, at the third try: told',
      third,
      sightedAs(infoOf()),
      over,
      ['fail stop: ECONNRESET'],
    ],
    [
      'RUNNING as it was when memmon was started again',
      stopping({ answer: 'lost', tries: 3 }),
      sightedAs(infoOf()),
      over,
      ['skip not running: it was never stopped'],
    ],
    ['RUNNING as another pid', lost, sightedAs(NEWER), over, ['restarted: 4712 by other, 1000 ms, 0 failed']],
    [
      'EXITED: it has ended by itself',
      lost,
      sightedAs(downIn(EXITED)),
      over,
      ['skip not running: it is EXITED by now'],
    ],
    // As a reload of supervisord after our stop leaves what it cannot start.
    ['FATAL: it was to run, so it is ours to start', lost, sightedAs(downIn(FATAL)), down(FATAL), ['start']],
    [
      'BACKOFF: supervisord tries, and memmon after it',
      lost,
      sightedAs(downIn(BACKOFF)),
      down(BACKOFF),
      ['look in 100 ms'],
    ],
    ['UNKNOWN', lost, sightedAs(downIn(UNKNOWN)), over, ['skip not running: it is UNKNOWN by now']],
    [
      'EXITED, and only given time before',
      { ...lost, drained: UNTOLD },
      sightedAs(downIn(EXITED)),
      over,
      ['skip not running: it is EXITED by now'],
    ],
    [
      'EXITED, and asked to finish: ours',
      { ...lost, drained: TOLD },
      sightedAs(downIn(EXITED)),
      down(EXITED, { drained: TOLD, after: 'end' }),
      ['look in 100 ms'],
    ],
    [
      'STOPPED, and asked to finish: by our stop',
      { ...lost, drained: TOLD },
      sightedAs(downIn(STOPPED)),
      down(STOPPED, { drained: TOLD }),
      ['bring company', 'start'],
    ],
    [
      'never stopped, and drained: drained on',
      { ...third, drained: TOLD },
      sightedAs(infoOf()),
      draining(),
      ['fail stop: ECONNRESET'],
    ],
  ])
})

describe('a look after a stop that was refused', () => {
  const text = 'skip not running: it was stopped or has ended just before it could be stopped'
  const drained = { ...refused, drained: TOLD }
  const hooked = { ...refused, plan: HOOKS, owesPost: true }
  const finishes = (more: object = {}) =>
    finishing({
      owesPost: true,
      outcome: {
        kind: 'skipped',
        request: REQUEST,
        occurredAt: AT_MS,
        reason: 'not running',
        detail: text.replace('skip not running: ', ''),
      },
      ...more,
    })
  const rows = (state: number): Row[] => [
    [`${state}`, refused, sightedAs(downIn(state)), over, [text]],
    [
      `${state}: what was taken out comes back`,
      hooked,
      sightedAs(downIn(state)),
      finishes(),
      [text, 'run post: post, pid 4711'],
    ],
  ]
  follows([STOPPED, EXITED, BACKOFF, FATAL, RUNNING].flatMap(rows))
  follows([
    ['drained: STOPPED is an operator’s decision', drained, sightedAs(downIn(STOPPED)), over, [text]],
    ['drained: another run is nobody’s', drained, sightedAs(NEWER), over, [text]],
    [
      'drained: STOPPING, to be seen what becomes of it',
      drained,
      sightedAs(downIn(STOPPING)),
      draining(),
      [text],
    ],
    ['drained: as it was', drained, sightedAs(infoOf()), draining(), [text]],
    ...[EXITED, BACKOFF].map(
      (state): Row => [
        `drained, told: ${state} is ours`,
        drained,
        sightedAs(downIn(state)),
        down(state, { drained: TOLD, after: 'end' }),
        ['look in 100 ms'],
      ],
    ),
    [
      'drained, told: FATAL is ours',
      drained,
      sightedAs(downIn(FATAL)),
      down(FATAL, { drained: TOLD, after: 'end' }),
      ['start'],
    ],
    [
      'drained, not told: EXITED is over',
      { ...refused, drained: UNTOLD },
      sightedAs(downIn(EXITED)),
      over,
      [text],
    ],
    [
      'removed',
      refused,
      sighted({ kind: 'removed' }),
      over,
      ['skip removed: it was removed from supervisord'],
    ],
  ])
})

describe('a stop that takes its time', () => {
  const still = sightedAs(infoOf({ state: STOPPING }))
  const since = (ms: number, more: object = {}) => stopping({ askedTick: NOW - ms, ...more })
  const slow =
    'WARN w:a has been STOPPING for a minute: supervisord sends KILL after its stopwaitsecs; memmon starts it when it has stopped'
  const stuck = 'fail stopping: it has been STOPPING for 5 minutes'
  const told = { said: 'stuck' } as const
  const row = (what: string, job: Job, next: Job, ...effects: string[]): Row => [
    what,
    job,
    still,
    next,
    effects,
  ]
  follows([
    row('up to ten seconds', since(9_999), since(9_999), 'look in 100 ms'),
    row('from then on it is looked at less often', since(10_000), since(10_000), 'look in 500 ms'),
    row('up to a minute nothing is said', since(59_999), since(59_999), 'look in 500 ms'),
    row('a minute: said', since(60_000), since(60_000, { said: 'slow' }), slow, 'look in 500 ms'),
    row('once', since(61_000, { said: 'slow' }), since(61_000, { said: 'slow' }), 'look in 500 ms'),
    row(
      'up to five minutes',
      since(GROUP_WAITS_MS - 1, { said: 'slow' }),
      since(GROUP_WAITS_MS - 1, { said: 'slow' }),
      'look in 500 ms',
    ),
    row(
      'five minutes: told',
      since(GROUP_WAITS_MS, { said: 'slow' }),
      since(GROUP_WAITS_MS, told),
      stuck,
      'look in 500 ms',
    ),
    row(
      'five minutes at the first look: told at once',
      since(GROUP_WAITS_MS),
      since(GROUP_WAITS_MS, told),
      stuck,
      'look in 500 ms',
    ),
    row('told once', since(GROUP_WAITS_MS, told), since(GROUP_WAITS_MS, told), 'look in 500 ms'),
    row(
      'with a lost answer its group follows first',
      since(60_000, { answer: 'lost' }),
      since(60_000, { said: 'slow' }),
      'bring company',
      slow,
      'look in 500 ms',
    ),
    row(
      'with a lost answer, after five minutes, too',
      since(GROUP_WAITS_MS, { answer: 'lost' }),
      since(GROUP_WAITS_MS, told),
      'bring company',
      stuck,
      'look in 500 ms',
    ),
  ])
})

describe('supervisord does not answer', () => {
  const fault = sighted({ kind: 'fault', text: 'ECONNREFUSED' })
  const shutdown = sighted({ kind: 'shutdown' })
  const random = { random: 1 }
  follows([
    ['once: asked again', taken, fault, { ...taken, faults: 1 }, ['look in 1000 ms'], random],
    [
      'again and again: less often, and nothing is told: it may not be down',
      { ...taken, faults: 6 },
      fault,
      { ...taken, faults: 7 },
      ['look in 60000 ms'],
      random,
    ],
    [
      'a look that works begins from zero',
      { ...taken, faults: 6 },
      sightedAs(infoOf({ state: STOPPING })),
      taken,
      ['look in 100 ms'],
    ],
    ['a reload is waited for', taken, shutdown, taken, ['look in 500 ms']],
    [
      'a shutdown while memmon ends, too: for the next one',
      taken,
      shutdown,
      taken,
      ['adjourn'],
      { isEnding: true },
    ],
    [
      'no answer while memmon ends: asked again',
      taken,
      fault,
      { ...taken, faults: 1 },
      ['look in 750 ms'],
      { isEnding: true },
    ],
  ])
})

test.each<[what: string, sighting: Sighting]>([
  ['removed', { kind: 'removed' }],
  ['behind a supervisord that shuts down', { kind: 'shutdown' }],
  ['not shown', { kind: 'fault', text: 'ECONNRESET' }],
  ['STOPPED', seen(downIn(STOPPED))],
  ['STOPPING with its pid', seen(infoOf({ state: STOPPING }))],
  ['EXITED', seen(downIn(EXITED))],
  ['RUNNING as another pid', seen(NEWER)],
])('the look before another try of a stop finds it %s: that counts as at any look', (_, sighting) => {
  const job = stopping({ answer: 'lost', tries: 1 })
  const tried = step(job, { ...looked(60 * MB, seen(), 'stopping'), sighting } as JobEvent, momentOf())
  expect(tried).toEqual(step(job, sighted(sighting), momentOf()))
  expect(effectTexts(tried.effects)).not.toContain('stop')
})
