// Restarts and drains that a person asks for: in the journal before the answer, whatever the size, once, and held back by what
// holds back memmon's own.
import { beforeEach, expect, test } from 'vitest'
import { parseJournal } from '../../src/restart/journal-lines.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { settled } from '../helpers/fake-clock.ts'
import { JobWorld } from '../helpers/job-world.ts'
import { DRAIN, STANDS } from '../helpers/jobs.ts'

const BY_HAND: Partial<Breach> = {
  rule: 'memmon restart',
  ruleId: 'memmon restart',
  limit: Number.POSITIVE_INFINITY,
  isByHand: true,
}

let world: JobWorld
beforeEach(() => {
  world = new JobWorld('g:a', 'g:b')
  world.terms = ({ breach }) => ({ ...STANDS, limit: breach.limit, drain: DRAIN })
  world.measure = () => 1
  world.jobs.open([], false)
})

const asked = (name = 'g:a'): RestartRequest => world.over(name, 10, BY_HAND)
const HEADER = '{"memmon":3,"supervisord":"s","boot":"b"}\n'
/** What the next memmon would find. */
const left = () => [...parseJournal(HEADER + [...world.lines.values()].join('')).jobs.values()]

test('it is noted before it is answered, and done though it is within its limit', async () => {
  expect(await world.jobs.restartByHand(asked())).toBeUndefined()
  expect(world.did[0]).toBe('note g:a waiting')
  await world.pass(10)
  expect(world.done()).toEqual(['stop g:a', 'start g:a'])
  expect(world.toldLines()).toEqual([expect.stringMatching(/^Restarted g:a: pid \d+ is now pid/)])
  expect(world.restarts).toMatchObject([{ namespec: 'g:a', reason: expect.stringContaining('by hand') }])
})

test('a group goes one after the other, what a person asks for first', async () => {
  world.measure = ({ breach }) => breach.value
  world.jobs.add([world.over('g:b', 30)])
  await world.jobs.restartByHand(asked())
  await settled()
  await world.pass(30)
  expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a', 'stop g:b'])
})

test.each<[why: string, make: () => unknown, refusal: RegExp]>([
  ['memmon ends', () => world.jobs.end(), /^memmon is ending/],
  [
    'it is being restarted',
    async () => {
      await world.jobs.restartByHand(asked())
      await world.pass(0.2)
    },
    /^memmon is restarting it already$/,
  ],
  [
    '--max-restarts is reached',
    () => {
      world.settings = { ...world.settings, maxRestarts: { count: 1, windowSeconds: 3600, written: '1/1h' } }
      world.history.recordRestart('g:a', world.clock.tick)
    },
    /^--max-restarts 1\/1h allows no restart before \d{4}-/,
  ],
  [
    '--restart-backoff holds it back',
    () => {
      world.settings = { ...world.settings, restartBackoffSeconds: 60 }
      world.history.recordRestart('g:a', world.clock.tick, 1)
    },
    /^--restart-backoff allows no restart before \d{4}-/,
  ],
  [
    'the settings ignore it',
    () => {
      world.terms = () => ({ kind: 'spared', why: 'the settings ignore it now' })
    },
    /^the settings ignore it now$/,
  ],
])('refused while %s', async (_, make, refusal) => {
  await make()
  expect(await world.jobs.restartByHand(asked())).toMatch(refusal)
})

test('before the journal is read nothing is taken', async () => {
  const early = new JobWorld('g:a')
  expect(await early.jobs.restartByHand(asked())).toMatch(/^memmon has just been started/)
})

test('what waits already is a person’s from then on: it recovers, and is restarted', async () => {
  world.process('g:b').stop()
  world.terms = ({ breach }) => ({
    ...STANDS,
    limit: breach.limit,
    plan: { group: false, preCommand: 'pre' },
  })
  let calls = 0
  world.hook = () => (++calls === 1 ? { ok: false, exitCode: 75, why: 'later' } : { ok: true })
  world.measure = ({ breach }) => breach.value
  world.jobs.add([world.over('g:a')])
  await world.pass(1)
  expect(world.done(text => text.startsWith('stop'))).toEqual([])
  world.measure = () => 1
  await world.jobs.restartByHand(asked())
  world.jobs.check()
  await world.pass(10)
  expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a'])
})

test('a memmon that ends before its turn leaves it to the next one, which does it', async () => {
  await world.jobs.restartByHand(asked('g:b'))
  await world.pass(0.1)
  await world.jobs.restartByHand(asked())
  world.jobs.end()
  await world.pass(0.1)
  const found = left()
  expect(found.map(({ request }) => request.process.namespec)).toContain('g:a')
  const next = new JobWorld('g:a')
  next.terms = world.terms
  next.measure = () => 1
  const [job] = found.filter(({ request }) => request.process.namespec === 'g:a')
  if (!job) throw new Error('no job')
  const { process } = next.over('g:a')
  next.jobs.open([{ ...job, request: { ...job.request, process } }], false)
  await next.pass(10)
  expect(next.done()).toEqual(['stop g:a', 'start g:a'])
})

test('another supervisord has decided since: nothing is done', async () => {
  await world.jobs.restartByHand(asked())
  const next = new JobWorld('g:a')
  next.jobs.open(left(), true)
  await next.pass(10)
  expect(next.done()).toEqual([])
})

test('a drain is told once, is no soft limit’s, and ends in a restart when its grace is over', async () => {
  const request = world.over('g:a', 10, { ...BY_HAND, rule: 'memmon drain' })
  expect(await world.jobs.drainByHand(request, DRAIN)).toBeUndefined()
  await world.pass(1)
  expect(world.done()).toEqual(['TSTP g:a'])
  expect(world.toldLines()).toEqual([expect.stringContaining('Draining g:a (pid')])
  expect(left()).toMatchObject([{ state: 'draining', request: { breach: { isByHand: true } } }])
  world.jobs.soften(world.soft('g:a'), DRAIN)
  world.jobs.relieve(world.soft('g:a'))
  await world.pass(1)
  expect(left()).toMatchObject([{ state: 'draining', request: { breach: { isByHand: true } } }])
  expect(await world.jobs.drainByHand(request, DRAIN)).toBe('it was asked to finish already')
  await world.pass(DRAIN.graceSeconds)
  world.jobs.check()
  await world.pass(10)
  expect(world.done()).toEqual(['stop g:a', 'start g:a'])
})
