// Restarts that a monitor of the operator's own asks for: the same last look, backoff and cap as those of rules, with
// words of their own.
import { expect, test } from 'vitest'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { JobWorld } from '../helpers/job-world.ts'
import { STANDS } from '../helpers/jobs.ts'

const OF_MONITOR: Partial<Breach> = {
  rule: 'monitor own',
  ruleId: 'monitor /m/own.mjs',
  reason: 'it spins',
  limit: Number.POSITIVE_INFINITY,
  isOfMonitor: true,
}

function openWorld(): JobWorld {
  const world = new JobWorld('g:a')
  world.terms = ({ breach }) => ({ ...STANDS, limit: breach.limit })
  world.jobs.open([], false)
  return world
}
const asked = (world: JobWorld, more: Partial<Breach> = {}): RestartRequest =>
  world.over('g:a', 10, { ...OF_MONITOR, ...more })
const told = (world: JobWorld) => world.told.splice(0).map(outcomeText)

test('without a figure it is restarted whatever its size is by then', async () => {
  const world = openWorld()
  world.measure = () => 1
  world.jobs.add([asked(world)])
  await world.pass(10)
  expect(world.done()).toEqual(['stop g:a', 'start g:a'])
})

test('with a figure that is no longer over what the monitor allows, it is left alone', async () => {
  const world = openWorld()
  world.measure = () => 100
  world.jobs.add([asked(world, { metric: 'threads', value: 200, limit: 100 })])
  await world.pass(10)
  expect(world.done()).toEqual([])
  expect(told(world)).toEqual(['Left g:a alone: it is down to 100, which monitor own allows'])
  world.measure = () => 101
  world.jobs.add([asked(world, { metric: 'threads', value: 200, limit: 100 })])
  await world.pass(10)
  expect(world.done()).toEqual(['stop g:a', 'start g:a'])
})

test('one that has ended meanwhile, or runs anew, is left alone', async () => {
  const world = openWorld()
  const request = asked(world)
  world.process('g:a').stop()
  await world.pass(5)
  world.process('g:a').start()
  await world.pass(5)
  world.jobs.add([request])
  await world.pass(10)
  expect(world.done()).toEqual([])
  expect(told(world)).toEqual([expect.stringMatching(/^Left g:a alone: it was restarted meanwhile/)])
})

test('however soon it is asked for after each start, no limit is said to be too low', async () => {
  const world = openWorld()
  for (let times = 0; times < 5; times++) {
    await world.pass(60)
    world.jobs.add([asked(world)])
    await world.pass(10)
  }
  expect(world.done()).toHaveLength(10)
  expect(told(world).filter(line => !line.startsWith('Restarted'))).toEqual([])
})

test('it waits with its reason, and within --max-restarts', async () => {
  const world = openWorld()
  world.settings = {
    ...world.settings,
    restartBackoffSeconds: 60,
    maxRestarts: { count: 2, windowSeconds: 3600, written: '2/1h' },
  }
  world.jobs.add([asked(world)])
  await world.pass(10)
  world.jobs.add([asked(world)])
  await world.pass(1)
  expect(told(world).at(-1)).toMatch(
    /^Restart of g:a \(pid \d+\) waits: monitor own: it spins; 60MB RSS\. It is reported again within minutes of its last restart, so memmon waits until .* \(.*, --restart-backoff\)$/,
  )
  await world.pass(300)
  world.jobs.add([asked(world)])
  await world.pass(1)
  expect(told(world).at(-1)).toMatch(
    /^g:a is no longer restarted: monitor own: it spins; 60MB RSS\. --max-restarts 2\/1h is reached/,
  )
})
