// restart_command in place of a stop and a start: each event, what it makes of the job, and what is to be done.
import { describe } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { follows, ignores } from '../helpers/job-tables.ts'
import {
  AT_MS,
  downIn,
  ended,
  finishing,
  infoOf,
  NEWER,
  NOW,
  over,
  REQUEST,
  sighted,
  sightedAs,
  starting,
  stopping,
} from '../helpers/jobs.ts'

const { STOPPED, STARTING, STOPPING, FATAL } = ProcessState

/** Down since our stop, as the looks at it show. */
const down = (state: number, more: object = {}) =>
  starting({ seen: { processState: state, sinceTick: NOW }, ...more })

describe('restart_command', () => {
  const plan = { group: false, restartCommand: 'again' }
  const run = stopping({ by: 'command', answer: 'open', plan })
  const done = stopping({ by: 'command', plan })
  const bad = { ...done, fault: 'restart_command: exit code 1; ' }
  const late = { ...done, askedTick: NOW - 60_000 }
  const isDown = (state: number, more: object = {}) => down(state, { plan, ...more })
  follows([
    ['has ended well', run, ended('restart'), done, ['look']],
    ['has failed', run, ended('restart', 1), bad, ['look']],
    [
      'RUNNING as another pid: it has worked, and its group follows',
      done,
      sightedAs(NEWER),
      over,
      ['bring company', 'restarted: 4712 by memmon, 1000 ms, 0 failed'],
    ],
    [
      'RUNNING as another pid though it failed',
      bad,
      sightedAs(NEWER),
      over,
      ['bring company', 'restarted: 4712 by memmon, 1000 ms, 0 failed'],
    ],
    [
      'with a post_restart_command',
      { ...done, plan: { ...plan, postCommand: 'post' } },
      sightedAs(NEWER),
      finishing({
        plan: { ...plan, postCommand: 'post' },
        outcome: {
          kind: 'restarted',
          request: REQUEST,
          occurredAt: AT_MS,
          newPid: 4712,
          durationMs: 1000,
          startedBy: 'memmon',
          failedStarts: 0,
        },
      }),
      ['bring company', 'restarted: 4712 by memmon, 1000 ms, 0 failed', 'run post: post, pid 4712'],
    ],
    ['the same pid: it has a minute', { ...done, faults: 1 }, sightedAs(infoOf()), done, ['look in 100 ms']],
    ['STOPPED: it has a minute', done, sightedAs(downIn(STOPPED)), done, ['look in 100 ms']],
    [
      'up to a minute',
      { ...late, askedTick: NOW - 59_999 },
      sightedAs(infoOf()),
      { ...late, askedTick: NOW - 59_999 },
      ['look in 500 ms'],
    ],
    ['the same pid after a minute', late, sightedAs(infoOf()), over, ['fail command: its pid is still 4711']],
    [
      'STARTING after a minute',
      late,
      sightedAs({ ...NEWER, state: STARTING }),
      over,
      ['fail command: it is STARTING'],
    ],
    [
      'the same pid after a failure: told at once',
      bad,
      sightedAs(infoOf()),
      over,
      ['fail command: restart_command: exit code 1; its pid is still 4711'],
    ],
    [
      'STOPPED after a failure: started',
      bad,
      sightedAs(downIn(STOPPED)),
      isDown(STOPPED),
      ['fail command: restart_command: exit code 1; it is STOPPED', 'start'],
    ],
    [
      'FATAL after a minute: started',
      late,
      sightedAs(downIn(FATAL)),
      isDown(FATAL, { askedTick: NOW - 60_000 }),
      ['fail command: it is FATAL', 'start'],
    ],
    [
      'STOPPING after a failure: to be seen',
      bad,
      sightedAs(infoOf({ state: STOPPING })),
      bad,
      ['look in 100 ms'],
    ],
    [
      'STOPPING after a minute: to be seen',
      late,
      sightedAs(infoOf({ state: STOPPING })),
      { ...late, said: 'slow' },
      [
        'WARN w:a has been STOPPING for a minute: supervisord sends KILL after its stopwaitsecs; memmon starts it when it has stopped',
        'look in 500 ms',
      ],
    ],
    ['removed', done, sighted({ kind: 'removed' }), over, ['skip removed: it was removed from supervisord']],
  ])
  ignores(run, 'hook ended restart', 'sighted', 'answered stop', 'waited')
})
