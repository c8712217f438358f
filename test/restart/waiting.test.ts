// A process that waits for its turn: each event, what it makes of the job, and what is to be done.
import { describe, expect, test } from 'vitest'
import { timestamp } from '../../src/base/text.ts'
import { waitingJob } from '../../src/restart/waiting.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { expectStep, follows, ignores, NEW_PID, NEW_START, shownRows } from '../helpers/job-tables.ts'
import {
  AT_MS,
  breached,
  DRAIN,
  downIn,
  draining,
  HARD,
  HOOKS,
  infoOf,
  NEWER,
  NOW,
  over,
  PROCESS,
  postponedFor,
  preparing,
  REQUEST,
  SOFT,
  SPARED,
  STANDS,
  TOGETHER,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'

const { STOPPED, STARTING, STOPPING, EXITED } = ProcessState
const GRACE_MS = 900_000
const UNTIL = timestamp(new Date(AT_MS + GRACE_MS))

test('a job for what is over its limit', () => {
  expect(waitingJob(REQUEST, HOOKS)).toEqual(waiting({ plan: HOOKS }))
})

describe('waiting', () => {
  const begins = `INFO Restarting w:a (pid 4711, up 1h 2m): 60MB RSS (62914560 bytes), over -p a=50MB by 10MB`
  const postponed = waiting({ isPostponed: true, ...postponedFor(2), due: 'finished', drained: TOLD })
  const newer = { ...REQUEST, process: NEWER }
  const spared = { terms: SPARED }
  follows([
    [
      'its turn: it is looked at',
      waiting({ ...postponedFor(2), due: 'grace', drained: TOLD }),
      { kind: 'turn' },
      preparing({ plan: HOOKS, ...postponedFor(2), due: 'grace', drained: TOLD, beganTick: NOW }),
      [begins, 'look again'],
      { terms: { ...STANDS, plan: HOOKS } },
    ],
    [
      'its turn, spared: with the commands that it came with',
      waiting({ plan: HOOKS }),
      { kind: 'turn' },
      preparing({ plan: HOOKS, beganTick: NOW }),
      [begins, 'look again'],
      { terms: { ...SPARED, plan: { group: true } } },
    ],
    [
      'over its limit again',
      postponed,
      { kind: 'breached', request: { ...REQUEST }, plan: HOOKS },
      postponed,
      [],
    ],
    [
      'over its hard limit: that counts from now on',
      postponed,
      { kind: 'breached', request: HARD, plan: HOOKS },
      { ...postponed, request: HARD, plan: HOOKS },
      [],
    ],
    [
      'the settings changed before it was asked to finish: it only waits',
      waiting({ drained: TOLD }),
      { kind: 'not asked' },
      waiting(),
      [],
    ],
    [
      'over its hard limit still: by its newest figures',
      waiting({ request: HARD }),
      { kind: 'breached', request: breached({ isHard: true, value: 1 }), plan: HOOKS },
      waiting({ request: breached({ isHard: true, value: 1 }), plan: HOOKS }),
      [],
    ],
    [
      'its group is restarted: it goes with it',
      postponed,
      { kind: 'breached', request: TOGETHER, plan: HOOKS },
      { ...postponed, request: TOGETHER, plan: HOOKS },
      [],
    ],
    [
      'its group is restarted: that counts, whatever limit it exceeds itself',
      waiting({ request: TOGETHER }),
      { kind: 'breached', request: HARD, plan: HOOKS },
      waiting({ request: TOGETHER }),
      [],
    ],
    [
      'its group is restarted, and another run is over its limit',
      waiting({ request: TOGETHER }),
      { kind: 'breached', request: newer, plan: HOOKS },
      waiting({ request: newer, plan: HOOKS }),
      [],
    ],
    [
      'another run over its limit: from the beginning',
      postponed,
      { kind: 'breached', request: newer, plan: HOOKS },
      waiting({ request: newer, plan: HOOKS }),
      [],
    ],
    [
      'over its soft limit: told, and it waits on',
      waiting({ due: 'limit' }),
      { kind: 'soft', request: SOFT, drain: { ...DRAIN, command: 'bye' } },
      waiting({ drained: { ...TOLD, sinceTick: NOW } }),
      [
        `draining: Asked to finish by SIGTSTP and drain_command; restarts at ${UNTIL}`,
        'signal TSTP',
        'run drain: bye',
      ],
    ],
    ['told once', postponed, { kind: 'soft', request: SOFT, drain: DRAIN }, postponed, []],
    [
      'the next check ends the postponing',
      postponed,
      { kind: 'checked' },
      { ...postponed, isPostponed: false },
      [],
    ],
    ['other settings that still ask for it', waiting(), { kind: 'settings' }, waiting(), []],
    [
      'settings that spare it',
      waiting(),
      { kind: 'settings' },
      over,
      ['skip spared: a dry run restarts nothing'],
      spared,
    ],
    [
      'settings that spare it, drained but not told',
      waiting({ drained: UNTOLD }),
      { kind: 'settings' },
      over,
      ['skip spared: a dry run restarts nothing'],
      spared,
    ],
    [
      'settings that spare it, asked to finish: drained on',
      waiting({ drained: TOLD, request: HARD, plan: HOOKS }),
      { kind: 'settings' },
      draining({ plan: HOOKS }),
      ['skip spared: a dry run restarts nothing'],
      spared,
    ],
    ['not let go on by the cap', waiting(), { kind: 'dropped' }, over, []],
    [
      'memmon ends',
      waiting(),
      { kind: 'ending' },
      over,
      ['skip ending: memmon is shutting down and had not started on it'],
    ],
    ['memmon ends, and it was drained: for the next one', postponed, { kind: 'ending' }, postponed, []],
    [
      'memmon ends, and its group was stopped: for the next one',
      waiting({ request: TOGETHER }),
      { kind: 'ending' },
      waiting({ request: TOGETHER }),
      [],
    ],
  ])
  ignores(waiting(), 'turn', 'breached', 'soft', 'table', 'settings', 'dropped', 'ending')

  describe('as the table shows it', () => {
    test.each<[what: string, info: ProcessInfo | undefined, told: string]>([
      ['removed', undefined, 'skip removed: it was removed from supervisord'],
      ['another run', NEWER, `skip replaced: ${NEW_PID}`],
      ['another run of the same pid', infoOf({ startSeconds: 5 }), `skip replaced: ${NEW_START}`],
      ['STARTING', infoOf({ state: STARTING }), 'skip not running: it is STARTING by now'],
      ['STOPPING', infoOf({ state: STOPPING }), 'skip not running: it is STOPPING by now'],
      ['EXITED', downIn(EXITED), 'skip not running: it is EXITED by now'],
      ['STOPPED', downIn(STOPPED), 'skip not running: it is STOPPED by now'],
    ])('%s', (_, info, told) => expectStep(waiting(), { kind: 'table', info }, over, [told]))

    test('as it was found', () => expectStep(waiting(), { kind: 'table', info: PROCESS }, waiting(), []))
    follows(shownRows('waiting', more => waiting({ request: SOFT, ...(more as object) })))
  })
})
