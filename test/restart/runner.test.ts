// How a job is carried out: what is on disk before what is done, what is decided anew when time has passed or settings
// have changed until it was, and what waits while it is written.
import { beforeEach, describe, expect, test } from 'vitest'
import { breachText } from '../../src/messages/breach-text.ts'
import { beginDrain } from '../../src/restart/begin-drain.ts'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent, Stepped, Terms } from '../../src/restart/job-events.ts'
import type { PastRestart } from '../../src/restart/journal-lines.ts'
import { type Entry, Runner } from '../../src/restart/runner.ts'
import { GROUP_WAITS_MS } from '../../src/restart/turns.ts'
import { RestartHistory } from '../../src/rules/history.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { FakeClock, settled } from '../helpers/fake-clock.ts'
import {
  AT_MS,
  answered,
  DRAIN,
  DRAINS,
  downIn,
  draining,
  ended,
  finishing,
  HOOKS,
  looked,
  momentOf,
  NEWER,
  preparing,
  REQUEST,
  SOFT,
  STANDS,
  seen,
  sighted,
  sightedAs,
  starting,
  stopping,
  TOLD,
  toldText,
  waiting,
} from '../helpers/jobs.ts'
import { MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const NAME = REQUEST.process.namespec
const TOGETHER_B = requestFor(processNamed('w:b'), 60 * MB, '-a', '50MB')

let clock: FakeClock
/** What was asked for, told and logged, in order; nobody answers. */
let did: string[]
/** What was noted: the state of each job. */
let noted: string[]
let restarts: PastRestart[]
let disk: Promise<void>
let isNews: boolean
let terms: Terms
let company: readonly Job[]
/** How often a job had heard all there was. */
let changes: number
let runner: Runner
beforeEach(() => {
  clock = new FakeClock(1_000_000)
  did = []
  noted = []
  restarts = []
  disk = Promise.resolve()
  isNews = true
  terms = STANDS
  company = []
  changes = 0
  const unanswered = <T>(text: string): Promise<T> => {
    did.push(text)
    return new Promise(() => {})
  }
  runner = new Runner({
    supervisor: {
      getProcessInfo: () => unanswered('look'),
      stopProcess: () => unanswered('stop'),
      startProcess: () => unanswered('start'),
      signalProcess: (_, signal) => unanswered(signal),
    },
    measure: () => unanswered('measure'),
    takeEvidence: () => unanswered('evidence'),
    runHook: command => unanswered(`run ${command}`),
    drainByAgent: () => unanswered('ask its agent'),
    journal: {
      note: ({ jobs, restart }) => {
        noted.push(jobs.map(([namespec, job]) => `${namespec} ${job?.state ?? 'over'}`).join(', '))
        if (restart) restarts.push(restart)
        return disk
      },
      isNews: () => isNews,
    },
    history: new RestartHistory(),
    settings: () => ({ hookTimeoutSeconds: 30, evidence: false }),
    termsOf: () => terms,
    companyOf: async () => company,
    releaseText: () => 'released',
    onChange: () => {
      changes++
    },
    tell: outcome => void did.push(toldText(outcome).split(/[ :]/)[0] as string),
    log: (level, text) => void did.push(`${level} ${text}`),
    sleep: clock.sleep,
    nowMs: () => AT_MS + clock.tick,
    tick: () => clock.tick,
    random: () => 0.5,
  })
})

/** The disk does not answer before that is called. */
function holdDisk(): () => Promise<void> {
  let answer = () => {}
  disk = new Promise(resolve => {
    answer = resolve
  })
  return async () => {
    answer()
    disk = Promise.resolve()
    await settled()
  }
}

/** The job hears of it, and what it becomes is written for so long, in which that happens. */
async function whileWritten(
  begin: Begin,
  { ms = 0, happens = () => {} }: { ms?: number; happens?: () => void },
): Promise<string[]> {
  const answer = holdDisk()
  if (typeof begin === 'function') runner.begin(NAME, begin())
  else runner.send(runner.enter(NAME, begin[0]), begin[1])
  await settled()
  expect(did).toEqual([])
  await clock.pass(ms)
  happens()
  await answer()
  return did
}

type Begin = readonly [Job, JobEvent] | (() => Stepped)
type Row = [what: string, begin: Begin, done: unknown[]]
type Felt = [...Row, anew: string[]]

const OVER = looked(60 * MB)
const drainsBy = (drain: object) => () =>
  beginDrain(SOFT, { kind: 'drain', graceSeconds: 9, ...drain }, momentOf())
const DRAIN_RULE = { ...DRAIN, graceSeconds: 1 }

/** What it is stopped by, and what it comes to when it is decided anew. */
const STOPS: Felt[] = [
  ['a stop', [preparing(), OVER], ['stop'], ['measure']],
  [
    'restart_command',
    [preparing({ plan: { group: false, restartCommand: 'again' } }), OVER],
    ['run again'],
    ['measure'],
  ],
]
const PREPARATIONS: Felt[] = [
  ['pre_restart_command', [preparing({ plan: HOOKS }), OVER], ['run pre'], []],
  ['the look before the signal of a drain', drainsBy({ signal: 'TSTP' }), ['draining', 'look'], []],
  ['the agent that is asked to drain', drainsBy({ agent: true }), ['draining', 'ask its agent'], []],
  ['drain_command', drainsBy({ command: 'finish' }), ['draining', 'run finish'], []],
  ['that it has time to recover', drainsBy({}), ['draining'], []],
]
/** What is owed, or only asks and tells. */
const OTHERS: Row[] = [
  ['a start', [starting(), sightedAs(downIn(ProcessState.STOPPED))], ['start']],
  [
    'post_restart_command',
    [starting({ plan: HOOKS, isStarted: true }), sightedAs(NEWER)],
    ['restarted', 'run post'],
  ],
  ['a look', [stopping({ answer: 'open' }), answered('stop')], ['look']],
  [
    'a warning',
    [preparing({ phase: 'hook' }), ended('pre', 1)],
    [expect.stringMatching(/^WARN pre_/), 'measure'],
  ],
  ['drain_check', [draining(), { kind: 'checked' }], ['run ready']],
  ['that it is back under its soft limit', [draining(), looked(1, seen(), 'draining')], ['recovered']],
]
const arrange = () => {
  terms = { ...DRAINS, drain: { ...DRAIN_RULE, check: 'ready' } }
}

describe('settings change while it is written', () => {
  const happens = () => {
    runner.settingsCount++
  }
  test.each([
    ...STOPS,
    ...PREPARATIONS,
  ])('%s: what the process would feel is decided anew', async (_, begin, __, anew) => {
    expect(await whileWritten(begin, { happens })).toEqual(anew)
  })

  test.each(OTHERS)('%s: what is owed, or only asks and tells, is done', async (_, begin, done) => {
    arrange()
    expect(await whileWritten(begin, { happens })).toEqual(done)
  })

  test('a step that does nothing stays taken', async () => {
    const breached = { kind: 'breached', request: REQUEST, plan: { group: false } } as const
    expect(await whileWritten([draining(), breached], { happens })).toEqual([])
    expect(runner.entries.get(NAME)?.job).toMatchObject({ state: 'waiting', drained: TOLD })
  })
})

describe('a check sees it recover while it is written', () => {
  test.each(PREPARATIONS)('%s: it is not told any more', async (_, begin, __, anew) => {
    const happens = () =>
      runner.send(runner.entries.get(NAME) as Entry, { kind: 'relieved', ruleId: SOFT.breach.ruleId })
    expect(await whileWritten(begin, { happens })).toEqual(anew)
  })
})

describe('the disk takes its time', () => {
  test.each(STOPS)('%s: after more than 0.1 s it is measured again', async (_, begin, __, anew) => {
    expect(await whileWritten(begin, { ms: 101 })).toEqual(anew)
  })

  test.each(STOPS)('%s: up to 0.1 s the look is fresh', async (_, begin, done) => {
    expect(await whileWritten(begin, { ms: 100 })).toEqual(done)
  })

  test.each<[string, Begin, unknown[], ...unknown[]]>([
    ...PREPARATIONS,
    ...OTHERS,
  ])('%s: done whenever it was written', async (_, begin, done) => {
    arrange()
    expect(await whileWritten(begin, { ms: 9_000 })).toEqual(done)
  })

  test('a step that does nothing stays taken', async () => {
    const breached = { kind: 'breached', request: REQUEST, plan: { group: false } } as const
    await whileWritten([draining(), breached], { ms: 9_000 })
    expect(runner.entries.get(NAME)?.job).toMatchObject({ state: 'waiting', drained: TOLD })
  })
})

describe('what a job hears while it is written', () => {
  /** A job whose stop is being written. */
  const busy = () => {
    holdDisk()
    const entry = runner.enter(NAME, preparing())
    runner.send(entry, OVER)
    return entry
  }
  const OTHER = answered('start')

  test.each<[JobEvent['kind'], JobEvent]>([
    ['checked', { kind: 'checked' }],
    ['table', { kind: 'table', info: undefined }],
    ['settings', { kind: 'settings' }],
    ['relieved', { kind: 'relieved', ruleId: SOFT.breach.ruleId }],
    ['breached', { kind: 'breached', request: REQUEST, plan: HOOKS }],
    ['soft', { kind: 'soft', request: SOFT, drain: DRAIN }],
    ['turn', { kind: 'turn' }],
    ['dropped', { kind: 'dropped' }],
    ['ending', { kind: 'ending' }],
  ])('%s: the last one of its kind waits, however often it comes', (_, event) => {
    const entry = busy()
    for (let time = 0; time < 100; time++) runner.send(entry, { ...event })
    runner.send(entry, OTHER)
    const last = { ...event }
    runner.send(entry, last)
    expect(entry.inbox).toEqual([OTHER, last])
    expect(entry.inbox[1]).toBe(last)
  })

  test.each<[JobEvent['kind'], JobEvent]>([
    ['looked', OVER],
    ['sighted', sightedAs(NEWER)],
    ['answered', OTHER],
    ['hook ended', ended('pre')],
    ['waited', { kind: 'waited', for: 'stop' }],
  ])('%s: an answer is never lost', (_, event) => {
    const entry = busy()
    runner.send(entry, event)
    runner.send(entry, { kind: 'checked' })
    runner.send(entry, event)
    expect(entry.inbox).toEqual([event, { kind: 'checked' }, event])
  })

  test('and it is heard afterwards, in its order', async () => {
    const entry = busy()
    runner.send(entry, answered('stop'))
    runner.send(entry, sightedAs(downIn(ProcessState.STOPPED)))
    await settled()
    expect([noted, did]).toEqual([[`${NAME} stopping`], []])
  })
})

test('what needs no write is heard at once, one after the other', () => {
  isNews = false
  const entry = runner.enter(NAME, waiting())
  runner.send(entry, { kind: 'turn' })
  runner.send(entry, OVER)
  expect([entry.job.state, did.slice(1), noted, changes]).toEqual(['stopping', ['measure', 'stop'], [], 2])
})

describe('a job that is over hears nothing more', () => {
  test('because another one has taken its place', () => {
    const first = runner.enter(NAME, waiting())
    const second = runner.enter(NAME, starting())
    runner.send(first, { kind: 'turn' })
    expect([did, noted, first.inbox, runner.entries.get(NAME)]).toEqual([[], [], [], second])
  })

  test.each([true, false])('because nothing is left to do; while that is written: %s', async isWritten => {
    const answer = holdDisk()
    const entry = runner.enter(NAME, waiting())
    runner.send(entry, { kind: 'dropped' })
    if (!isWritten) await answer()
    runner.send(entry, { kind: 'turn' })
    await answer()
    expect([did, noted, runner.entries.size]).toEqual([[], [`${NAME} over`], 0])
  })
})

test('a drain that comes to nothing makes no job', () => {
  runner.begin(NAME, { job: undefined, effects: [] })
  expect([runner.entries.size, changes]).toEqual([0, 0])
})

describe('what is written though the job itself is no news', () => {
  beforeEach(() => {
    isNews = false
  })

  test('the rest of its group, when its stop was taken', async () => {
    company = [waiting({ request: TOGETHER_B })]
    runner.send(runner.enter(NAME, stopping({ answer: 'open' })), answered('stop'))
    await settled()
    expect([noted, did, changes]).toEqual([[`${NAME} stopping, w:b waiting`], ['look'], 1])
  })

  test('the rest of its group, when its restart_command has worked', async () => {
    company = [waiting({ request: TOGETHER_B })]
    runner.send(runner.enter(NAME, stopping({ by: 'command' })), sightedAs(NEWER))
    await settled()
    expect([noted, did]).toEqual([[`${NAME} over, w:b waiting`], ['restarted']])
  })

  test('a restart, which --max-restarts counts', async () => {
    runner.send(runner.enter(NAME, starting({ plan: HOOKS, isStarted: true })), sightedAs(NEWER))
    await settled()
    const { tick } = clock
    expect(noted).toEqual([`${NAME} finishing`])
    expect(restarts).toEqual([
      { namespec: NAME, at: AT_MS + tick, tick, soonTimes: 0, reason: breachText(REQUEST.breach) },
    ])
  })

  test('not one that an earlier memmon has counted, which is told again', async () => {
    terms = { ...STANDS, plan: HOOKS }
    const job = finishing({ outcome: restarted(REQUEST) })
    runner.send(runner.enter(NAME, job), { kind: 'resumed', isNewer: false })
    await settled()
    expect([noted, restarts, did]).toEqual([[], [], ['restarted', 'run post']])
  })

  test('nor what came to nothing, which is told once', async () => {
    runner.send(runner.enter(NAME, waiting()), { kind: 'table', info: undefined })
    await settled()
    expect([noted, restarts, did]).toEqual([[], [], ['skip']])
  })
})

test('a process that is still down lets its group go on, which is said', () => {
  isNews = false
  const job = starting({ askedTick: clock.tick - GROUP_WAITS_MS })
  runner.send(runner.enter(NAME, job), sightedAs(downIn(ProcessState.STARTING)))
  expect(did).toEqual(['WARN released'])
})

test('supervisord shuts down, and memmon with it: nobody waits for what is left, which is said', () => {
  isNews = false
  runner.isEnding = true
  const entry = runner.enter(NAME, starting())
  expect(entry.isAdjourned).toBe(false)
  runner.send(entry, sighted({ kind: 'shutdown' }))
  expect(entry.isAdjourned).toBe(true)
  expect(did).toEqual(['INFO supervisord is shutting down: w:a is left to the next supervisord'])
})

test('what a step goes by', () => {
  runner.isEnding = true
  expect(runner.moment(REQUEST)).toEqual({
    tick: clock.tick,
    atMs: AT_MS + clock.tick,
    random: 0.5,
    isEnding: true,
    takesEvidence: false,
    // --hook-timeout, and two seconds more until it is killed.
    hookEndsWithinMs: 32_000,
    terms: STANDS,
  })
})
