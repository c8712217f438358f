// The lines of the journal: what they hold of each state, and what is read of them when they are damaged.
import { describe, expect, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import {
  endedLine,
  headerLine,
  JOURNAL_VERSION,
  jobLine,
  parseJournal,
  restartedLine,
} from '../../src/restart/journal-lines.ts'
import type { Failed } from '../../src/rules/outcome.ts'
import {
  AT_MS,
  draining,
  finishing,
  HOOKS,
  NOW,
  postponedFor,
  preparing,
  REQUEST,
  starting,
  stopping,
  TOGETHER,
  TOLD,
  waiting,
} from '../helpers/jobs.ts'
import { processNamed, requestFor, restarted } from '../helpers/values.ts'

const HEADER = headerLine('S1', 'B1')
const FAILED: Failed = { kind: 'failed', request: REQUEST, occurredAt: AT_MS, phase: 'stop', fault: 'x' }
const lineOf = (job: Job): string => jobLine(job) ?? ''
const jobsIn = (...lines: string[]): Job[] => [...parseJournal(HEADER + lines.join('')).jobs.values()]
/** As it is read again: without commands, and with what nobody knows any more at its beginning. */
const read = (job: Job): Job | undefined => jobsIn(lineOf(job))[0]

test('what a monitor asks for has no limit, and is read again', () => {
  const breach = { ...REQUEST.breach, isOfMonitor: true as const, limit: Number.POSITIVE_INFINITY }
  const request = { ...REQUEST, breach }
  const job = stopping({ request, drained: { ...TOLD, request }, askedTick: 7 })
  expect(read(job)).toMatchObject({ request, drained: { request } })
  const other = { ...REQUEST, breach: { ...breach, isOfMonitor: undefined } }
  expect(jobsIn(lineOf(stopping({ request: other as never })))).toEqual([])
})

describe('what is noted', () => {
  test.each<[what: string, job: Job]>([
    ['one that waits', waiting()],
    ['one that is looked at', preparing()],
    ['one that is looked at again, with nothing to undo', preparing({ phase: 'looking again' })],
  ])('not %s: it was told nothing', (_, job) => expect(jobLine(job)).toBeUndefined())

  test('one whose stop is noted and not asked for stays as it is noted', () => {
    const noted = preparing({ phase: 'noted', beganTick: NOW - 700 })
    expect(jobLine(noted)).toBe(jobLine(stopping({ answer: 'open', askedTick: NOW - 700 })))
  })

  const drained = { drained: TOLD }
  test.each<[what: string, job: Job, state: object]>([
    ['draining', draining(), { state: 'draining', phase: 'grace' }],
    ['watched', draining({ phase: 'watched' }), { state: 'draining', phase: 'watched' }],
    ['drained, waiting', waiting({ due: 'grace', ...drained }), { state: 'waiting', due: 'grace' }],
    ['one of a group', waiting({ request: TOGETHER }), { state: 'waiting', due: 'limit' }],
    ['drained, looked at', preparing({ due: 'finished', ...drained }), { state: 'waiting', due: 'finished' }],
    [
      'its hook runs',
      preparing({ phase: 'hook' }),
      { state: 'preparing', due: 'limit', beganTick: NOW - 10 },
    ],
    [
      'its hook has run',
      preparing({ phase: 'looking again', owesPost: true }),
      { state: 'preparing', due: 'limit', beganTick: NOW - 10 },
    ],
    [
      'a stop is asked for',
      stopping({ answer: 'open', askedTick: 7 }),
      { state: 'stopping', by: 'supervisord', isTaken: false, askedTick: 7 },
    ],
    [
      'lost',
      stopping({ answer: 'lost', askedTick: 7 }),
      { state: 'stopping', by: 'supervisord', isTaken: false, askedTick: 7 },
    ],
    [
      'taken',
      stopping({ by: 'command', askedTick: 7 }),
      { state: 'stopping', by: 'command', isTaken: true, askedTick: 7 },
    ],
    ['down', starting({ after: 'end', askedTick: 7 }), { state: 'starting', after: 'end', askedTick: 7 }],
    [
      'down, and a start has failed',
      starting({ askedTick: 7, failures: 3 }),
      { state: 'starting', after: 'stop', askedTick: 7, hasFailed: true },
    ],
    [
      'over',
      finishing({ outcome: FAILED, isDrainedOn: true, ...drained }),
      {
        state: 'finishing',
        outcome: { kind: 'failed', occurredAt: AT_MS, phase: 'stop', fault: 'x' },
        isDrainedOn: true,
      },
    ],
  ])('%s', (_, job, state) => {
    const line = lineOf(job)
    expect(line.endsWith('}\n')).toBe(true)
    const { request, owesPost, drained: own } = job
    expect(JSON.parse(line)).toEqual({ job: state, request, owesPost, ...(own && { drained: own }) })
  })
})

describe('what is read again', () => {
  const plan = { group: false }
  test.each<[what: string, job: Job, again: Job]>([
    ['draining', draining({ isAsking: true, plan: HOOKS }), draining()],
    ['watched', draining({ phase: 'watched' }), draining({ phase: 'watched' })],
    [
      'waiting',
      waiting({ drained: TOLD, due: 'grace', ...postponedFor(2), isPostponed: true, plan: HOOKS }),
      waiting({ drained: TOLD, due: 'grace' }),
    ],
    ['looked at', preparing({ request: TOGETHER }), waiting({ request: TOGETHER })],
    [
      'prepared',
      preparing({ phase: 'looking again', owesPost: true, ...postponedFor(1), plan: HOOKS }),
      preparing({ phase: 'hook', owesPost: true }),
    ],
    [
      'a stop is asked for',
      stopping({
        answer: 'refused',
        askedTick: 7,
        tries: 2,
        faults: 1,
        said: 'slow',
        fault: 'x',
        plan: HOOKS,
      }),
      stopping({ answer: 'open', askedTick: 7 }),
    ],
    ['a stop was taken', stopping({ by: 'command' }), stopping({ by: 'command' })],
    [
      'down',
      starting({ isStarted: true, isTried: true, failures: 3, faults: 1, said: 'failed', owesPost: true }),
      starting({ owesPost: true, failures: 1 }),
    ],
    [
      'over',
      finishing({ plan, outcome: restarted(REQUEST) }),
      finishing({ plan, outcome: restarted(REQUEST) }),
    ],
    ['failed', finishing({ plan, outcome: FAILED }), finishing({ plan, outcome: FAILED })],
    [
      'left alone, drained on',
      finishing({ plan, drained: TOLD, isDrainedOn: true }),
      finishing({ plan, drained: TOLD, isDrainedOn: true }),
    ],
  ])('%s', (_, job, again) => expect(read(job)).toEqual(again))

  test('the last line of each process counts, in the order of the last lines', () => {
    const of = (name: string) => ({ request: requestFor(processNamed(name), 60, '-a', '50') })
    const [x, y] = [of('a:x'), of('a:y')]
    const contents = parseJournal(
      HEADER +
        lineOf(stopping(x)) +
        lineOf(stopping(y)) +
        endedLine('a:z') +
        lineOf(starting(x)) +
        restartedLine({ namespec: 'a:z', at: 5, tick: 6, soonTimes: 7 }),
    )
    expect([...contents.jobs].map(([name, { state }]) => `${name} ${state}`)).toEqual([
      'a:y stopping',
      'a:x starting',
    ])
    expect(contents.restarts).toEqual([{ namespec: 'a:z', at: 5, tick: 6, soonTimes: 7 }])
    expect(contents).toMatchObject({
      version: JOURNAL_VERSION,
      supervisord: 'S1',
      boot: 'B1',
      damagedLines: 0,
    })
    expect(jobsIn(lineOf(stopping(x)), endedLine('a:x'))).toEqual([])
  })
})

/** Every path below the value, as in ['request', 'process', 'pid']. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))
  return path.length > 0 ? [path, ...below] : below
}

/** A copy in which something else stands there; undefined: nothing. */
function withAt(value: object, [key = '', ...rest]: readonly string[], other: unknown): object {
  const own = (value as Record<string, unknown>)[key]
  return { ...value, [key]: rest.length > 0 ? withAt(own as object, rest, other) : other }
}

describe('a line of the wrong shape is left out, and counted', () => {
  const outcome = (one: Failed | ReturnType<typeof restarted>) => finishing({ outcome: one, drained: TOLD })
  const jobs = [
    draining(),
    waiting({ drained: TOLD }),
    preparing({ phase: 'hook' }),
    stopping(),
    starting(),
    finishing(),
    outcome(FAILED),
    outcome(restarted(REQUEST)),
  ]
  /** A whole line behind it, which counts. */
  const NEXT = lineOf(stopping({ request: requestFor(processNamed('a:y'), 60, '-a', '50') }))
  /** What a job can do without: what it has is what nobody has to know. */
  const OPTIONAL = ['state', 'spawnError', 'isTaken', 'isDrainedOn']
  const isNeeded = (path: readonly string[]) =>
    !OPTIONAL.includes(path.at(-1) ?? '') || path.join('.') === 'job.state'

  test.each(jobs.map(job => [job.state, job] as const))('%s', (_, job) => {
    const value = JSON.parse(lineOf(job))
    const paths = pathsOf(value)
    expect(paths.length).toBeGreaterThan(15)
    for (const path of paths.filter(isNeeded)) {
      for (const other of [undefined, null, [], {}, 'no such thing', Number.NaN]) {
        const own = path.reduce((at: Record<string, never>, key) => at[key] as never, value)
        if (typeof own === typeof other && typeof own === 'string' && !isChecked(path)) continue
        // A drain is no part of a job that is not drained.
        if (path.join('.') === 'drained' && other === undefined && job.state !== 'draining') continue
        const text = `${HEADER}${JSON.stringify(withAt(value, path, other))}\n${NEXT}`
        const { jobs: found, damagedLines } = parseJournal(text)
        expect([path.join('.'), other, [...found.keys()], damagedLines]).toEqual([
          path.join('.'),
          other,
          ['a:y'],
          1,
        ])
      }
    }
  })

  /** Texts that are more than words to show. */
  const isChecked = (path: readonly string[]) =>
    ['job.state', 'job.phase', 'job.due', 'job.by', 'job.after', 'job.outcome.kind'].includes(
      path.join('.'),
    ) || ['metric', 'group', 'name', 'namespec'].includes(path.at(-1) ?? '')

  test.each([
    ['no object', '7'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no JSON', '\0garbage'],
    ['nothing', ''],
    ['an object that says nothing', '{}'],
    ['a restart without a date', '{"restarted":"a:x","tick":1,"soonTimes":0}'],
    ['a restart without a tick', '{"restarted":"a:x","at":1,"soonTimes":0}'],
    ['a restart without a count', '{"restarted":"a:x","at":1,"tick":1}'],
    ['a restart of nobody', '{"restarted":1,"at":1,"tick":1,"soonTimes":0}'],
    ['an end of nobody', '{"ended":1}'],
  ])('%s', (_, line) => {
    const { jobs: found, restarts, damagedLines } = parseJournal(`${HEADER}${line}\n${lineOf(stopping())}`)
    expect([found.size, restarts, damagedLines]).toEqual([1, [], 1])
  })

  test('one that is drained on has to be drained', () => {
    const value = JSON.parse(lineOf(finishing({ drained: TOLD, isDrainedOn: true })))
    expect(jobsIn(`${JSON.stringify({ ...value, drained: undefined })}\n`)).toMatchObject([
      { state: 'finishing', isDrainedOn: false },
    ])
    const told = { ...value, job: { ...value.job, isDrainedOn: 'yes' } }
    expect(jobsIn(`${JSON.stringify(told)}\n`)).toMatchObject([{ isDrainedOn: false }])
  })

  test('an answer that is no answer is not known', () => {
    const value = JSON.parse(lineOf(stopping()))
    for (const isTaken of ['true', 1, undefined])
      expect(jobsIn(`${JSON.stringify({ ...value, job: { ...value.job, isTaken } })}\n`)).toMatchObject([
        { answer: 'open' },
      ])
  })
})

describe('the first line', () => {
  test.each<[what: string, first: string, contents: object]>([
    [
      'another version',
      '{"memmon":7,"supervisord":"S1","boot":"B1"}',
      { version: 7, supervisord: 'S1', boot: 'B1' },
    ],
    ['no version', '{"memmon":"3","supervisord":"S1"}', { version: undefined, supervisord: 'S1', boot: '' }],
    ['no names', '{"memmon":3,"supervisord":1,"boot":{}}', { version: 3, supervisord: '', boot: '' }],
    ['garbage', '\0', { version: undefined, supervisord: '', boot: '' }],
  ])('%s', (_, first, contents) => {
    expect(parseJournal(`${first}\n${lineOf(stopping())}`)).toMatchObject({ ...contents, damagedLines: 0 })
  })

  test('no journal', () => {
    expect(parseJournal('')).toEqual({
      version: undefined,
      supervisord: '',
      boot: '',
      jobs: new Map(),
      restarts: [],
      mutes: new Map(),
      damagedLines: 0,
    })
  })
})
