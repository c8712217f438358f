// Whose turn it is: of the jobs that wait, those that begin now, and when to look again.
import { expect, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import { GROUP_WAITS_MS, type TurnSettings, turnsOf } from '../../src/restart/turns.ts'
import { draining, finishing, NOW, preparing, starting, stopping, waiting } from '../helpers/jobs.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

const STAGGER_MS = 10_000
const ONE: TurnSettings = { maxParallel: 1, staggerMs: STAGGER_MS }
const NEVER = Number.POSITIVE_INFINITY

const requestOf = (name: string, excessMb = 1, more: object = {}) => {
  const { process, breach } = requestFor(processNamed(name), (50 + excessMb) * MB, '-a', '50MB')
  return { process, breach: { ...breach, ...more } }
}
const waits = (name: string, excessMb = 1, more: object = {}): Job =>
  waiting({ request: requestOf(name, excessMb, more) })
/** Away since so long, as it is in each of these states. */
const away = (name: string, ms: number): Job => stopping({ request: requestOf(name), askedTick: NOW - ms })

const begun = (jobs: readonly Job[], settings: TurnSettings = ONE, held: Record<string, number> = {}) => {
  const { begin, nextTick } = turnsOf(jobs, NOW, settings, ({ request }) => held[request.process.namespec])
  return [begin.map(({ request }) => request.process.namespec).join(' '), nextTick - NOW]
}

test('nobody waits: nothing to look at again', () => {
  expect(begun([])).toEqual(['', NEVER])
  expect(begun([away('g:a', 0), preparing(), starting(), finishing(), draining()])).toEqual(['', NEVER])
})

test('a hard limit first, then the largest excess; the order in which they came where that is the same', () => {
  const jobs = [
    waits('a:a', 2),
    waits('b:b', 3),
    waits('c:c', 9, { value: 1 * MB }), // under a limit of what is free by 49 MB
    waits('d:d', 1, { isHard: true }),
    waits('e:e', 2),
    waits('f:f', 4, { isHard: true }),
  ]
  expect(begun(jobs, { maxParallel: 1, staggerMs: 0 })).toEqual(['f:f d:d c:c b:b a:a e:e', NEVER])
})

test('what a monitor asks for without a figure goes last, in the order in which it came', () => {
  const ofMonitor = { limit: NEVER, isOfMonitor: true }
  const jobs = [waits('a:a', 9, ofMonitor), waits('b:b', 1), waits('c:c', 1, ofMonitor)]
  expect(begun(jobs, { maxParallel: 1, staggerMs: 0 })).toEqual(['b:b a:a c:c', NEVER])
})

test('one that pre_restart_command has postponed waits for the next check, whatever else is free', () => {
  const job = waiting({ request: requestOf('g:a'), isPostponed: true })
  expect(begun([job, waits('g:b')])).toEqual(['g:b', NEVER])
})

test.each([
  [1, 'g:e'],
  [2, 'g:e g:d'],
  [5, 'g:e g:d g:c g:b g:a'],
  [0, 'g:e g:d g:c g:b g:a'],
])('--max-parallel %d of a group of five: %s', (maxParallel, names) => {
  const jobs = ['a', 'b', 'c', 'd', 'e'].map((name, at) => waits(`g:${name}`, at + 1))
  expect(begun(jobs, { maxParallel, staggerMs: 0 })[0]).toBe(names)
})

test.each<[what: string, job: Job, names: string, nextMs: number]>([
  [
    'one that is looked at',
    preparing({ request: requestOf('g:x'), beganTick: NOW - 10 }),
    '',
    GROUP_WAITS_MS - 10,
  ],
  ['one that stops', away('g:x', 10), '', GROUP_WAITS_MS - 10],
  ['one that is down', starting({ request: requestOf('g:x'), askedTick: NOW - 10 }), '', GROUP_WAITS_MS - 10],
  ['one whose post_restart_command runs', finishing({ request: requestOf('g:x') }), '', GROUP_WAITS_MS],
  ['one that is drained', draining({ request: requestOf('g:x') }), 'g:a', NEVER],
  ['one of another group', away('h:x', STAGGER_MS), 'g:a', NEVER],
])('%s counts as away from its group, or does not', (_, job, names, nextMs) => {
  expect(begun([job, waits('g:a')])).toEqual([names, nextMs])
})

test('one that does not come back holds up its group for five minutes', () => {
  expect(begun([away('g:x', GROUP_WAITS_MS - 1), waits('g:a')])).toEqual(['', 1])
  expect(begun([away('g:x', GROUP_WAITS_MS), waits('g:a')])).toEqual(['g:a', NEVER])
})

test('with several away, as many as it takes have to come back or to be given up', () => {
  const jobs = [away('g:x', 30), away('g:y', 10), away('g:z', 20), waits('g:a')]
  const next = (maxParallel: number) => begun(jobs, { maxParallel, staggerMs: 0 })
  expect(next(4)).toEqual(['g:a', NEVER])
  expect(next(3)).toEqual(['', GROUP_WAITS_MS - 30])
  expect(next(2)).toEqual(['', GROUP_WAITS_MS - 20])
  expect(next(1)).toEqual(['', GROUP_WAITS_MS - 10])
})

test('one group after the other, the next one when the last is back, or after --stagger', () => {
  const jobs = [waits('g:a', 2), waits('h:a', 3), waits('h:b', 1)]
  expect(begun(jobs)).toEqual(['h:a', STAGGER_MS])
  expect(begun([away('h:a', STAGGER_MS - 1), waits('g:a')])).toEqual(['', 1])
  expect(begun([away('h:a', STAGGER_MS), waits('g:a')])).toEqual(['g:a', NEVER])
  expect(begun([finishing({ request: requestOf('h:a') }), waits('g:a')])).toEqual(['g:a', NEVER])
  expect(begun([away('h:a', 1), away('i:a', 5), waits('g:a')])).toEqual(['', STAGGER_MS - 1])
})

test('its own group is none that it waits for by --stagger', () => {
  expect(begun([away('g:b', 0), waits('g:a')], { ...ONE, maxParallel: 2 })).toEqual(['g:a', NEVER])
})

test('--stagger 0: all groups side by side', () => {
  const jobs = [away('i:a', 0), waits('g:a', 2), waits('h:a', 3)]
  expect(begun(jobs, { maxParallel: 1, staggerMs: 0 })).toEqual(['h:a g:a', NEVER])
})

test('a hard limit does not wait for other groups, but for its own; others wait for it', () => {
  const hard = waits('g:a', 2, { isHard: true })
  expect(begun([away('h:a', 0), hard, waits('i:a', 9)])).toEqual(['g:a', STAGGER_MS])
  expect(begun([away('g:b', 0), hard])).toEqual(['', GROUP_WAITS_MS])
})

test('what the cap or the backoff holds waits until then, and holds up nobody', () => {
  const jobs = [waits('g:a', 3), waits('g:b', 2)]
  expect(begun(jobs, ONE, { 'g:a': NOW + 5_000 })).toEqual(['g:b', 5_000])
  expect(begun(jobs, ONE, { 'g:a': NOW })).toEqual(['g:a', GROUP_WAITS_MS])
  const [first, second] = [NOW + 7_000, NOW + 5_000]
  expect(begun(jobs, ONE, { 'g:a': first, 'g:b': second })).toEqual(['', 5_000])
})

test('of several reasons to wait the longest counts', () => {
  const jobs = [away('h:a', 0), away('g:b', 0), waits('g:a')]
  expect(begun(jobs, ONE, { 'g:a': NOW + 1 })).toEqual(['', GROUP_WAITS_MS])
  expect(begun(jobs, { ...ONE, maxParallel: 2 }, { 'g:a': NOW + 1 })).toEqual(['', STAGGER_MS])
  expect(begun(jobs, { ...ONE, maxParallel: 2 }, { 'g:a': NOW + STAGGER_MS + 1 })).toEqual([
    '',
    STAGGER_MS + 1,
  ])
})
