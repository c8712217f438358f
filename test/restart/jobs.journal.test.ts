// What is on disk before what is done: each step of a restart, and a journal that holds it up.
import { expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { openWorld } from '../helpers/job-world.ts'
import { AT_MS, HOOKS, STANDS } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

test('each step is noted before it is taken, looks write nothing, and in the end nothing is left', async () => {
  const world = await openWorld('g:a')
  const { pid } = world.process('g:a')
  world.terms = () => ({ ...STANDS, plan: HOOKS })
  world.jobs.add([world.over('g:a')])
  await world.pass(60)
  expect(world.did).toEqual([
    'note g:a preparing',
    `run pre g:a ${pid}`,
    'note g:a stopping',
    'stop g:a',
    'note g:a stopping', // it was taken
    'note g:a starting',
    'start g:a',
    'note g:a finishing, restarted g:a',
    `run post g:a ${pid + 1}`,
    'note g:a over',
  ])
  expect([world.lines.size, world.restarts]).toEqual([
    0,
    [
      {
        namespec: 'g:a',
        at: expect.any(Number),
        tick: world.restarts[0]?.tick,
        soonTimes: 0,
        reason: expect.any(String),
      },
    ],
  ])
})

test('what is counted is counted when it runs again, by both clocks', async () => {
  const world = await openWorld('g:a')
  world.jobs.add([world.over('g:a')])
  const tick = world.clock.tick
  await world.pass(60)
  expect(world.restarts).toMatchObject([{ tick: tick + 2_000, at: AT_MS + tick + 2_000 }])
  expect(world.told[0]?.past?.restartsLastHour).toBe(1)
  expect(world.did.filter(text => text.startsWith('note')).at(-1)).toBe('note g:a over, restarted g:a')
})

test('what was never begun is never noted', async () => {
  const world = await openWorld('g:a', 'g:b')
  world.jobs.add([world.over('g:a', 20), world.over('g:b')])
  await world.pass(0.5)
  expect([...world.lines.keys()]).toEqual(['g:a'])
  world.jobs.end()
  await world.pass(10)
  expect(world.did.filter(text => text.includes('g:b'))).toEqual([])
})

test('a journal that does not answer: nothing is stopped before, no check is held up, nothing piles up', async () => {
  const world = await openWorld('g:a', 'h:b')
  let answer = () => {}
  world.disk = new Promise(resolve => {
    answer = resolve
  })
  world.jobs.add([world.over('g:a')])
  await world.pass(0)
  world.disk = Promise.resolve()
  for (let check = 0; check < 1_000; check++) {
    world.jobs.check()
    world.showTable()
    world.jobs.add([world.over('g:a'), world.over('h:b')])
    world.jobs.onSettings()
  }
  await world.pass(30)
  expect(world.done()).toEqual(['stop h:b', 'start h:b'])
  expect(world.clock.sleepers).toBeLessThan(5)
  world.jobs.end()
  let idle = false
  void world.jobs.whenIdle().then(() => {
    idle = true
  })
  await world.pass(1)
  expect([idle, world.jobs.unfinished.restarts]).toEqual([false, ['g:a']])
  answer()
  await world.pass(10)
  // It had not been stopped, and what was decided under other settings is decided anew: memmon ends.
  expect([world.done(), idle]).toEqual([[], true])
})

test('what happens while it is written is heard afterwards, in its order', async () => {
  const world = await openWorld('g:a')
  world.process('g:a').faults.push({ call: 'stop', fault: new SupervisorFault('fault', 'BAD_NAME', 10) })
  let answer = () => {}
  world.disk = new Promise(resolve => {
    answer = resolve
  })
  world.jobs.add([world.over('g:a')])
  await world.pass(0.05)
  world.jobs.end()
  answer()
  await world.pass(0.05)
  expect(world.done()).toEqual(['stop g:a'])
  expect(world.tellings()).toEqual(['g:a skip removed: it was removed from supervisord'])
})

test.each<[what: string, becomes: number, done: string[], told: unknown]>([
  [
    'still exceeds its limit: stopped',
    60 * MB,
    ['stop g:a', 'start g:a'],
    expect.stringMatching(/^g:a restarted/),
  ],
  ['has recovered: left alone', 1, [], expect.stringMatching(/^g:a skip recovered/)],
])('the disk takes a second to note the stop: it is measured again, and %s', async (_, becomes, done, told) => {
  const world = await openWorld('g:a')
  let answer = () => {}
  world.disk = new Promise(resolve => {
    answer = resolve
  })
  world.jobs.add([world.over('g:a')])
  await world.pass(1)
  world.measure = () => becomes
  world.disk = Promise.resolve()
  answer()
  await world.pass(10)
  expect(world.done()).toEqual(done)
  expect(world.tellings()).toEqual([told])
})
