// Evidence among all jobs: it holds up nobody else, and nobody's end.
import { expect, test } from 'vitest'
import { headerLine, parseJournal } from '../../src/restart/journal-lines.ts'
import type { Evidence } from '../../src/rules/outcome.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { JobWorld, openWorld } from '../helpers/job-world.ts'
import { STANDS } from '../helpers/jobs.ts'

const TAKEN: Evidence = { path: '/state/evidence/x.json', sentences: ['187 of 200 threads wait in a futex'] }

async function takingWorld(...names: string[]): Promise<JobWorld> {
  const world = await openWorld(...names)
  world.settings = { ...world.settings, evidence: true, maxParallel: 0 }
  world.evidence = async () => {
    await world.clock.sleep(2_000)
    return TAKEN
  }
  return world
}

test('of several at once: taken side by side, and told with each outcome', async () => {
  const world = await takingWorld('g:a', 'g:b', 'h:x')
  world.jobs.add(['g:a', 'g:b', 'h:x'].map(name => world.over(name)))
  await world.pass(0.1)
  const pids = ['g:a', 'g:b', 'h:x'].map(name => `evidence ${name} ${world.process(name).pid}`)
  expect(world.done().sort()).toEqual(pids)
  await world.pass(1.8)
  expect(world.done()).toEqual([])
  await world.pass(0.2)
  expect(world.done().sort()).toEqual(['stop g:a', 'stop g:b', 'stop h:x'])
  await world.pass(5)
  expect(world.told.map(({ kind, evidence }) => [kind, evidence])).toEqual(
    Array.from({ length: 3 }, () => ['restarted', TAKEN]),
  )
})

test('one that has ended by itself meanwhile is left alone', async () => {
  const world = await takingWorld('g:a')
  world.jobs.add([world.over('g:a')])
  await world.pass(1)
  world.process('g:a').become(ProcessState.EXITED)
  await world.pass(2)
  expect(world.done()).toHaveLength(1)
  expect(world.tellings()).toEqual(['g:a skip not running: it is EXITED by now'])
})

test('memmon ends meanwhile: at once, and nothing was done to the process', async () => {
  const world = await takingWorld('g:a')
  world.jobs.add([world.over('g:a')])
  await world.pass(0.1)
  world.jobs.end()
  let isIdle = false
  void world.jobs.whenIdle().then(() => {
    isIdle = true
  })
  await world.pass(0.01)
  expect(isIdle).toBe(true)
  await world.pass(5)
  expect(world.done(text => text.startsWith('stop'))).toEqual([])
  expect(world.lines.size).toBe(0)
})

test('the journal holds it: the memmon that finishes the restart tells it, too', async () => {
  const world = await takingWorld('g:a')
  world.jobs.add([world.over('g:a')])
  await world.pass(2.5)
  const { jobs } = parseJournal(`${headerLine('S1', 'B1')}${world.lines.get('g:a')}`)
  expect(jobs.get('g:a')).toMatchObject({ state: 'stopping', evidence: TAKEN })
  const next = new JobWorld('g:a')
  next.process('g:a').become(ProcessState.STOPPED)
  next.jobs.open([...jobs.values()], false)
  await next.pass(5)
  expect(next.told).toMatchObject([{ kind: 'restarted', evidence: TAKEN }])
})

test('what pre_restart_command said when it failed is told with the outcome, and by the next memmon, too', async () => {
  const said = 'exit code 1; it said: lb says no'
  const world = await openWorld('g:a')
  world.terms = () => ({ ...STANDS, plan: { group: false, preCommand: 'pre' } })
  const answers = [{ ok: false, why: said } as const, { ok: true } as const]
  world.hook = () => answers.shift() ?? { ok: true }
  world.jobs.add([world.over('g:a')])
  await world.pass(0.1)
  const { jobs } = parseJournal(`${headerLine('S1', 'B1')}${world.lines.get('g:a')}`)
  await world.pass(5)
  const next = new JobWorld('g:a')
  next.process('g:a').become(ProcessState.STOPPED)
  next.jobs.open([...jobs.values()], false)
  await next.pass(5)
  for (const { told } of [world, next]) expect(told).toMatchObject([{ kind: 'restarted', hookFault: said }])
  world.jobs.add([world.over('g:a')])
  await world.pass(5)
  expect(world.told.at(-1)).not.toHaveProperty('hookFault')
})
