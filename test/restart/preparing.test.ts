// A process whose turn has come, up to its stop: each event, what it makes of the job, and what is to be done.
import { describe, expect, test } from 'vitest'
import { timestamp } from '../../src/base/text.ts'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent, Moment } from '../../src/restart/job-events.ts'
import { jobLine } from '../../src/restart/journal-lines.ts'
import { step } from '../../src/restart/step.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import {
  bringsBack,
  ENDED,
  expectEffects,
  expectStep,
  follows,
  ignores,
  NEW_PID,
} from '../helpers/job-tables.ts'
import {
  AT_MS,
  breached,
  downIn,
  draining,
  ended,
  finishing,
  HARD,
  HOOKS,
  infoOf,
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
  stopping,
  TOGETHER,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const { STOPPED, STARTING, STOPPING, EXITED, FATAL } = ProcessState

type Left = [what: string, event: JobEvent, told: string, moment?: Partial<Moment>]

describe('preparing', () => {
  const stops = stopping({ answer: 'open', askedTick: NOW })
  const again = preparing({ phase: 'looking again' })
  const hooked = preparing({ plan: HOOKS, phase: 'hook', owesPost: true })

  describe('the look before the stop', () => {
    const { preCommand, postCommand } = HOOKS
    follows([
      ['still over its limit: stopped', preparing(), looked(50 * MB + 1), stops, ['stop']],
      [
        'with a pre_restart_command: that first, and what it owes is known',
        preparing({ plan: HOOKS, ...postponedFor(1) }),
        looked(60 * MB),
        { ...hooked, ...postponedFor(1) },
        ['run pre: pre'],
      ],
      [
        'without a post_restart_command nothing is owed',
        preparing({ plan: { group: false, preCommand } }),
        looked(60 * MB),
        preparing({ plan: { group: false, preCommand }, phase: 'hook' }),
        ['run pre: pre'],
      ],
      [
        'after a post_restart_command alone nothing is owed yet',
        preparing({ plan: { group: false, postCommand } }),
        looked(60 * MB),
        { ...stops, plan: { group: false, postCommand } },
        ['stop'],
      ],
      [
        'the second look: stopped',
        { ...hooked, phase: 'looking again', drained: TOLD, request: HARD },
        looked(60 * MB),
        { ...stops, plan: HOOKS, owesPost: true, drained: TOLD, request: HARD },
        ['stop'],
      ],
      [
        'with a restart_command: that in place of a stop',
        preparing({ plan: { group: false, restartCommand: 'again' } }),
        looked(60 * MB),
        { ...stops, plan: { group: false, restartCommand: 'again' }, by: 'command' },
        ['run restart: again'],
      ],
      [
        'one that has finished goes whatever its size is',
        preparing({ due: 'finished', drained: TOLD, request: SOFT }),
        looked(undefined),
        { ...stops, due: 'finished', drained: TOLD, request: SOFT },
        ['stop'],
      ],
      [
        'one of a group that is restarted together goes whatever its size is',
        preparing({ request: TOGETHER }),
        looked({ kind: 'fault', text: 'denied' }),
        { ...stops, request: TOGETHER },
        ['stop'],
      ],
    ])
  })

  const LEFT: readonly Left[] = [
    [
      'no answer',
      looked(60 * MB, { kind: 'fault', text: 'no answer in 10 s' }),
      'fail check: no answer in 10 s',
    ],
    [
      'a shutdown',
      looked(60 * MB, { kind: 'shutdown' }),
      'skip shutdown: supervisord is shutting down or reloading',
    ],
    [
      'stopping',
      looked(60 * MB, seen(infoOf({ state: STOPPING }))),
      'skip not running: it is STOPPING by now',
    ],
    [
      'starting',
      looked(60 * MB, seen(infoOf({ state: STARTING }))),
      'skip not running: it is STARTING by now',
    ],
    [
      'memmon ends',
      looked(60 * MB),
      'skip ending: memmon is shutting down and had not stopped it',
      { isEnding: true },
    ],
    [
      'unreadable',
      looked({ kind: 'fault', text: 'denied' }),
      'fail check: its memory could not be read again: denied',
    ],
    ['nothing to measure', looked(undefined), 'skip not running: it is ending by itself'],
    ['recovered', looked(50 * MB), 'skip recovered: it is down to 50MB, under -p a=50MB'],
    [
      'within a limit that is higher by now',
      looked(60 * MB),
      'skip recovered: it uses 60MB, within its limit of 60MB by now',
      { terms: { ...STANDS, limit: 60 * MB } },
    ],
  ]
  const SPARES: Left = [
    'spared',
    looked(60 * MB),
    'skip spared: a dry run restarts nothing',
    { terms: SPARED },
  ]
  const GONE: Left = [
    'removed',
    looked(60 * MB, { kind: 'removed' }),
    'skip removed: it was removed from supervisord',
  ]
  const STRAY: readonly Left[] = [
    ['another run', looked(60 * MB, seen(NEWER)), `skip replaced: ${NEW_PID}`],
    ['exited', looked(undefined, seen(downIn(EXITED))), 'skip not running: it is EXITED by now'],
    ['stopped', looked(undefined, seen(downIn(STOPPED))), 'skip not running: it is STOPPED by now'],
  ]

  describe('left alone: nothing is stopped, and what was taken out comes back', () => {
    const owed = { ...hooked, phase: 'looking again' } as const
    const finishes = (told: string) => [told, 'run post: post, pid 4711']
    test.each([...LEFT, SPARES, GONE, ...STRAY])('%s', (_, event, told, moment) => {
      expectStep(preparing(), event, over, [told], moment)
      expectStep(again, event, over, [told], moment)
      const next = expectEffects(owed, event, finishes(told), moment)
      expect(next).toMatchObject({ state: 'finishing', isDrainedOn: false, owesPost: true, plan: HOOKS })
    })

    test.each([
      ...LEFT,
      SPARES,
    ])('%s: one that was asked to finish is drained on', (_, event, told, moment) => {
      expectStep(preparing({ drained: TOLD }), event, draining(), [told], moment)
      const next = expectEffects({ ...owed, drained: TOLD }, event, finishes(told), moment)
      expect(next).toMatchObject({ state: 'finishing', isDrainedOn: true, drained: TOLD })
    })

    test('spared: one that was only given time is over', () => {
      expectStep(preparing({ drained: UNTOLD }), looked(60 * MB), over, [SPARES[2]], { terms: SPARED })
    })

    test('removed: over for a drained process, too', () => {
      const [, event, told] = GONE
      expectStep(preparing({ drained: TOLD }), event, over, [told])
    })
  })

  describe('drained, and no longer the process that was found', () => {
    const ofSoft = { request: SOFT, drained: TOLD }
    const owed = { ...hooked, ...ofSoft, phase: 'looking again' } as const
    const gone = (info: ProcessInfo) => looked(undefined, seen(info))
    const post = 'run post: post, pid 4711'
    follows([
      ['ended: ours', preparing(ofSoft), gone(downIn(EXITED)), bringsBack(), [ENDED, 'look']],
      [
        'ended: ours, and post_restart_command still follows',
        owed,
        gone(downIn(FATAL)),
        bringsBack({ plan: HOOKS, owesPost: true } as Partial<Job>),
        [ENDED, 'look'],
      ],
      [
        'ended, and was never told',
        preparing({ ...ofSoft, drained: UNTOLD }),
        gone(downIn(EXITED)),
        over,
        ['undrained: it is EXITED by now'],
      ],
      [
        'stopped by hand',
        preparing(ofSoft),
        gone(downIn(STOPPED)),
        over,
        ['undrained: it is STOPPED by now'],
      ],
      ['restarted by hand', preparing(ofSoft), gone(NEWER), over, [`undrained: ${NEW_PID}`]],
      [
        'restarted by hand: post_restart_command follows',
        owed,
        gone(NEWER),
        finishing({
          ...ofSoft,
          owesPost: true,
          outcome: {
            kind: 'skipped',
            request: SOFT,
            occurredAt: AT_MS,
            reason: 'not running',
            detail: NEW_PID,
          },
        }),
        [`skip not running: ${NEW_PID}`, post],
      ],
    ])
  })

  describe('what speaks for it is heard in this order', () => {
    const everything = looked(1, seen(downIn(EXITED)))
    const ending = { isEnding: true, terms: SPARED }
    test.each<[event: JobEvent, moment: Partial<Moment>, told: string]>([
      [everything, ending, 'skip not running: it is EXITED by now'],
      [looked(1), ending, 'skip spared: a dry run restarts nothing'],
      [looked(1), { isEnding: true }, 'skip ending: memmon is shutting down and had not stopped it'],
    ])('%#', (event, moment, told) => expectStep(preparing(), event, over, [told], moment))

    test('the settings spare one of a group, and one that has finished, too', () => {
      for (const more of [{ request: TOGETHER }, { due: 'finished' }] as const)
        expectStep(preparing(more), looked(60 * MB), over, [SPARES[2]], { terms: SPARED })
    })
  })

  describe('free memory: less is worse', () => {
    const budget = { id: 'budget free', whom: 'free memory', victim: 'with 9MB USS it has the most of 3' }
    const free = breached({ rule: '--min-free 50MB', value: 40 * MB, limit: 50 * MB, budget })
    test('still less than its limit: stopped', () =>
      expectStep(preparing({ request: free }), looked(50 * MB - 1), { ...stops, request: free }, ['stop']))
    test('enough again', () =>
      expectStep(preparing({ request: free }), looked(50 * MB), over, [
        'skip recovered: 50MB are free again, as --min-free 50MB asks',
      ]))
  })

  describe('pre_restart_command', () => {
    const POSTPONED = 'skip postponed: pre_restart_command postponed it to a later check (exit code 75)'
    const waits = waiting({ plan: HOOKS, isPostponed: true })
    follows([
      [
        'exit 0: looked at again, and the count begins anew',
        { ...hooked, ...postponedFor(3) },
        ended('pre'),
        { ...hooked, phase: 'looking again' },
        ['look again'],
      ],
      [
        'exit 1: said, and it goes on',
        { ...hooked, ...postponedFor(3) },
        ended('pre', 1),
        { ...hooked, phase: 'looking again', hookFault: 'exit code 1' },
        ['WARN pre_restart_command for w:a: exit code 1. The restart continues', 'look again'],
      ],
      [
        'no exit code, as after a timeout',
        hooked,
        { kind: 'hook ended', hook: 'pre', result: { ok: false, why: 'ended by SIGTERM' } },
        { ...hooked, phase: 'looking again', hookFault: 'ended by SIGTERM' },
        ['WARN pre_restart_command for w:a: ended by SIGTERM. The restart continues', 'look again'],
      ],
      [
        'exit 75: postponed, and nothing is owed',
        hooked,
        ended('pre', 75),
        { ...waits, ...postponedFor(1, { sinceTick: NOW }) },
        [`${POSTPONED}, once so far`],
      ],
      [
        'exit 75 again',
        { ...hooked, ...postponedFor(1), due: 'grace', drained: TOLD },
        ended('pre', 75),
        { ...waits, ...postponedFor(2), due: 'grace', drained: TOLD },
        [`${POSTPONED}, 2 times in a row`],
      ],
      [
        'not run, for something is lacking: it waits, and nothing is owed',
        { ...hooked, ...postponedFor(1) },
        {
          kind: 'hook ended',
          hook: 'pre',
          result: { ok: false, why: 'it could not be run: no shlex', isLack: true },
        },
        { ...waits, ...postponedFor(2) },
        [
          'skip postponed: pre_restart_command waits for a later check, since it could not be run: no shlex, 2 times in a row',
        ],
      ],
      [
        'exit 75 just before it has gone on for an hour',
        { ...hooked, ...postponedFor(59, { sinceTick: NOW - 3_599_999 }) },
        ended('pre', 75),
        { ...waits, ...postponedFor(60, { sinceTick: NOW - 3_599_999 }) },
        [`${POSTPONED}, 60 times in a row`],
      ],
      [
        'exit 75 for an hour: told',
        { ...hooked, ...postponedFor(59, { sinceTick: NOW - 3_600_000 }) },
        ended('pre', 75),
        { ...waits, ...postponedFor(60, { sinceTick: NOW - 3_600_000, isTold: true }) },
        [
          `${POSTPONED}, 60 times in a row`,
          `postponed: It has waited since ${timestamp(new Date(AT_MS - 3_600_000))}: ${POSTPONED.replace('skip postponed: ', '')}, 60 times in a row`,
        ],
      ],
      [
        'exit 75 for two hours: told once',
        { ...hooked, ...postponedFor(99, { sinceTick: NOW - 7_200_000, isTold: true }) },
        ended('pre', 75),
        { ...waits, ...postponedFor(100, { sinceTick: NOW - 7_200_000, isTold: true }) },
        [`${POSTPONED}, 100 times in a row`],
      ],
      ['exit 0 of another command', hooked, ended('drain'), hooked, []],
    ])
  })
  ignores(preparing(), 'looked', 'hook ended pre')

  follows([
    [
      'the settings changed before its hook ran: it waits again',
      { ...hooked, owesPost: true, ...postponedFor(2), due: 'grace', drained: TOLD },
      { kind: 'not asked' },
      waiting({ due: 'grace', ...postponedFor(2), drained: TOLD, plan: HOOKS }),
      [],
    ],
    [
      'its stop is noted already, and it still exceeds its limit: asked for as it was noted',
      preparing({ phase: 'noted', beganTick: NOW - 700, plan: HOOKS }),
      looked(60 * MB),
      { ...stops, plan: HOOKS, askedTick: NOW - 700 },
      ['stop'],
    ],
    [
      'its stop is noted already, and it has recovered meanwhile',
      preparing({ phase: 'noted', beganTick: NOW - 700 }),
      looked(1),
      over,
      ['skip recovered: it is down to 1B, under -p a=50MB'],
    ],
    ['a wait for something else', hooked, { kind: 'waited', for: 'stop' }, hooked, []],
  ])

  test.each([
    'draining',
    'stopping',
  ] as const)('a look that was asked for while it was %s says nothing about it', askedIn => {
    for (const job of [preparing(), hooked]) {
      expectStep(job, looked(60 * MB, seen(), askedIn), job, [])
      expectStep(job, looked(1, seen(downIn(EXITED)), askedIn), job, [])
    }
  })

  describe('evidence', () => {
    const takes = { takesEvidence: true }
    const WORDS = '187 of 200 threads wait in a futex'
    const evidence = { path: '/state/evidence/x.json', sentences: [WORDS, 'more'] }
    const SAMPLED = { group: false, memorySample: { seconds: 30, timeoutSeconds: 120 } }
    const sample = { lines: ['2MB retained at /app/x.js:1'] }
    const taking = preparing({ phase: 'evidence' })
    const last = preparing({ phase: 'last look', evidence })
    const taken = { kind: 'evidence taken', evidence } as const
    const { postCommand, ...withoutPost } = HOOKS
    follows([
      ['of one that is still over its limit', preparing(), looked(60 * MB), taking, ['take evidence'], takes],
      [
        'of no other',
        preparing(),
        looked(1),
        over,
        ['skip recovered: it is down to 1B, under -p a=50MB'],
        takes,
      ],
      [
        'not before pre_restart_command, which may postpone the restart',
        preparing({ plan: HOOKS }),
        looked(60 * MB),
        hooked,
        ['run pre: pre'],
        takes,
      ],
      [
        'behind pre_restart_command',
        { ...hooked, phase: 'looking again' },
        looked(60 * MB),
        { ...hooked, phase: 'evidence' },
        ['take evidence'],
        takes,
      ],
      [
        'none while memmon ends: its end does not wait for it',
        preparing({ request: TOGETHER }),
        looked(60 * MB),
        { ...stops, request: TOGETHER },
        ['stop'],
        { ...takes, isEnding: true },
      ],
      [
        'taken: said, and the process is looked at once more',
        taking,
        taken,
        last,
        [`INFO Evidence of w:a (pid 4711) is in /state/evidence/x.json: ${WORDS}`, 'look again'],
        takes,
      ],
      [
        'no file: said with the reason, and the restart goes on',
        taking,
        { kind: 'evidence taken', evidence: { problem: 'the disk is full', sentences: [WORDS] } },
        { ...last, evidence: { problem: 'the disk is full', sentences: [WORDS] } },
        ['WARN No evidence file of w:a (pid 4711): the disk is full. The restart continues', 'look again'],
        takes,
      ],
      [
        'of one whose memory is to be sampled, also where no other evidence is',
        preparing({ plan: SAMPLED }),
        looked(60 * MB),
        preparing({ phase: 'evidence', plan: SAMPLED }),
        ['take evidence'],
      ],
      [
        'a sample: logged beside the evidence',
        taking,
        { kind: 'evidence taken', evidence: { ...evidence, sample } },
        { ...last, evidence: { ...evidence, sample } },
        [
          `INFO Evidence of w:a (pid 4711) is in /state/evidence/x.json: ${WORDS}`,
          'INFO Memory sample of w:a (pid 4711): 2MB retained at /app/x.js:1',
          'look again',
        ],
        takes,
      ],
      [
        'nothing to say, as where there is no /proc and no state folder',
        taking,
        { kind: 'evidence taken', evidence: { sentences: [] } },
        { ...last, evidence: { sentences: [] } },
        ['look again'],
        takes,
      ],
      ['the last look: stopped', last, looked(60 * MB), { ...stops, evidence }, ['stop'], takes],
      [
        'the last look: another run by now',
        last,
        looked(60 * MB, seen(NEWER)),
        over,
        [`skip replaced: ${NEW_PID}`],
        takes,
      ],
      [
        'the last look: within its limit by now',
        last,
        looked(1),
        over,
        ['skip recovered: it is down to 1B, under -p a=50MB'],
        takes,
      ],
      [
        'the last look: other settings by now',
        last,
        looked(60 * MB),
        over,
        [SPARES[2]],
        { ...takes, terms: SPARED },
      ],
      [
        'memmon ends meanwhile: looked at without it',
        taking,
        { kind: 'ending' },
        { ...taking, phase: 'last look' },
        ['look again'],
      ],
      [
        'what comes too late is not heard',
        { ...taking, phase: 'last look' },
        taken,
        { ...taking, phase: 'last look' },
        [],
      ],
      [
        'a stop that was noted for too long: looked at again, with the same evidence',
        { ...stops, evidence },
        { kind: 'not asked' },
        preparing({ phase: 'noted', beganTick: NOW, evidence }),
        ['look again'],
        takes,
      ],
      [
        'and stopped',
        preparing({ phase: 'noted', beganTick: NOW, evidence }),
        looked(60 * MB),
        { ...stops, evidence },
        ['stop'],
        takes,
      ],
    ])
    ignores(taking, 'looked', 'hook ended pre', 'ending')

    const plan = { group: false, diagnoseCommand: 'py-spy' }
    const ran = (isOk: boolean, text: string) => ({ sentences: [], command: { isOk, text } })
    follows([
      [
        'diagnose_command runs with it',
        preparing({ plan }),
        looked(60 * MB),
        { ...taking, plan },
        ['take evidence'],
        takes,
      ],
      [
        'and without it',
        preparing({ plan }),
        looked(60 * MB),
        { ...taking, plan },
        ['take evidence'],
        { takesEvidence: false },
      ],
      [
        'not while memmon ends',
        preparing({ plan, request: TOGETHER }),
        looked(60 * MB),
        { ...stops, plan, request: TOGETHER },
        ['stop'],
        { isEnding: true },
      ],
      [
        'it has run: said',
        { ...taking, plan },
        { kind: 'evidence taken', evidence: ran(true, 'its output is in /x.txt') },
        { ...last, plan, evidence: ran(true, 'its output is in /x.txt') },
        ['INFO diagnose_command for w:a: its output is in /x.txt', 'look again'],
      ],
      [
        'it has failed: said, and the restart goes on',
        { ...taking, plan },
        { kind: 'evidence taken', evidence: ran(false, 'exit code 3') },
        { ...last, plan, evidence: ran(false, 'exit code 3') },
        ['WARN diagnose_command for w:a: exit code 3. The restart continues', 'look again'],
      ],
    ])

    test('a failure before the stop is told with it', () => {
      const { effects } = step(last, looked({ kind: 'fault', text: 'denied' }), momentOf(takes))
      expect(effects).toMatchObject([{ do: 'tell', outcome: { kind: 'failed', phase: 'check', evidence } }])
    })

    test('the journal need not know of it: nothing was done to the process', () => {
      const drained = { drained: TOLD, request: SOFT }
      const without = preparing({ ...drained, plan: withoutPost })
      for (const phase of ['evidence', 'last look'] as const) {
        expect(jobLine({ ...preparing(drained), phase })).toBe(jobLine(preparing(drained)))
        expect(jobLine({ ...without, phase, owesPost: true })).toBe(
          jobLine({ ...without, phase: 'looking again', owesPost: true }),
        )
      }
    })
  })

  test('memmon ends: one whose group was stopped goes with it', () => {
    const job = preparing({ request: TOGETHER })
    expectStep(job, looked(60 * MB), { ...stops, request: TOGETHER }, ['stop'], { isEnding: true })
  })
})
