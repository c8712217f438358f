// restart_group: one decision, made when the stop of the one over its limit was taken.
import { beforeEach, describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { type JobWorld, openWorld } from '../helpers/job-world.ts'
import { DRAIN, SPARED, STANDS } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const PLAN = { group: true, preCommand: 'pre', postCommand: 'post' }
const stopsOf = (texts: readonly string[]) => texts.filter(text => text.startsWith('stop'))

let world: JobWorld
/** How often its group was asked for. */
let asked: RestartRequest[]
beforeEach(async () => {
  world = await openWorld('g:a', 'g:b', 'g:c')
  asked = []
  world.terms = () => ({ ...STANDS, plan: { group: true } })
  world.company = request => {
    asked.push(request)
    const { namespec: together } = request.process
    return ['g:a', 'g:b', 'g:c'].flatMap((name, at) =>
      name === together ? [] : [world.over(name, at - 10, { together })],
    )
  }
})

test('all of it, one after the other, whatever its own size is; one write holds the decision', async () => {
  world.measure = ({ breach }) => (breach.together === undefined ? 60 * MB : undefined)
  world.jobs.add([world.over('g:a')])
  await world.pass(10)
  const [first, second, third] = world.did.filter(text => text.startsWith('note'))
  expect([first, second, third]).toEqual([
    'note g:a stopping',
    'note g:a stopping, g:b waiting, g:c waiting',
    'note g:a starting',
  ])
  expect(world.done()).toEqual(['stop g:a', 'start g:a', 'stop g:b', 'start g:b', 'stop g:c', 'start g:c'])
  expect(asked.map(({ process }) => process.namespec)).toEqual(['g:a'])
  expect(world.log.filter(line => line.includes('g:b'))).toEqual([
    expect.stringMatching(
      /^INFO Restarting g:b .*: g:a is over its limit, and its group is restarted together$/,
    ),
  ])
  expect(world.lines.size).toBe(0)
})

test('companions are no breaches of their own, but restarts like any other', async () => {
  world.jobs.add([world.over('g:a')])
  await world.pass(10)
  for (const name of ['g:a', 'g:b', 'g:c'])
    expect(world.history.pastOf(name, world.clock.tick).restartsLastHour).toBe(1)
  world.jobs.add([world.over('g:b')])
  await world.pass(10)
  expect(world.history.soonTimesOf('g:a')).toBe(0)
  expect(world.history.soonTimesOf('g:b')).toBe(1)
})

test('neither the backoff nor the cap holds back what the group has begun', async () => {
  world.jobs.add([world.over('g:c')])
  await world.pass(10)
  world.done()
  world.settings = { ...world.settings, restartBackoffSeconds: 60, staggerSeconds: 10 }
  world.jobs.add([world.over('g:a', 10, { isHard: true })])
  await world.pass(0.1)
  world.settings = { ...world.settings, maxRestarts: { count: 1, windowSeconds: 3600, written: '1/1h' } }
  world.jobs.onSettings()
  await world.pass(10)
  expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:b', 'stop g:c'])
})

test('its stop is lost, and it is STOPPED: its group follows then', async () => {
  const process = world.process('g:a')
  process.faults.push({ call: 'stop', fault: new SupervisorFault('unreachable', 'ECONNRESET') })
  world.jobs.add([world.over('g:a')])
  await world.pass(0)
  process.become(ProcessState.STOPPED)
  await world.pass(10)
  expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:b', 'stop g:c'])
})

test('restart_command in place of a stop: its group follows when it has worked', async () => {
  world.terms = () => ({ ...STANDS, plan: { group: true, restartCommand: 'again' } })
  world.hook = () => {
    const one = [...world.processes.values()].find(({ pid }) => pid === asking()) ?? world.process('g:a')
    one.pid = world.nextPid()
    return { ok: true }
  }
  /** Whose command runs. */
  const asking = () => Number(world.did.at(-1)?.split(' ').at(-1))
  world.jobs.add([world.over('g:a')])
  await world.pass(10)
  expect(world.done()).toEqual([
    expect.stringContaining('run again g:a'),
    expect.stringContaining('run again g:b'),
    expect.stringContaining('run again g:c'),
  ])
  expect(asked).toHaveLength(1)
})

describe('nobody follows', () => {
  const NOT_RUNNING = new SupervisorFault('fault', 'NOT_RUNNING', 70)
  const CAP = { count: 1, windowSeconds: 3600, written: '1/1h' }
  test.each<[what: string, arrange: () => void]>([
    ['without restart_group', () => (world.terms = () => STANDS)],
    ['when it had freed its memory', () => (world.measure = () => 1)],
    ['when it was refused', () => world.process('g:a').faults.push({ call: 'stop', fault: NOT_RUNNING })],
    ['when it had ended', () => world.process('g:a').become(ProcessState.EXITED)],
    ['when it was removed', () => void world.processes.delete('g:a')],
    [
      'when pre_restart_command postponed it',
      () => {
        world.terms = () => ({ ...STANDS, plan: PLAN })
        world.hook = () => ({ ok: false, why: 'exit code 75', exitCode: 75 })
      },
    ],
    [
      'when it was restarted too often',
      () => {
        world.history.recordRestart('g:a', world.clock.tick)
        world.settings = { ...world.settings, maxRestarts: CAP }
      },
    ],
    ['when the settings spare it', () => (world.terms = () => SPARED)],
  ])('%s', async (_, arrange) => {
    const request = world.over('g:a')
    arrange()
    world.jobs.add([request])
    await world.pass(20)
    expect(asked).toEqual([])
    expect(stopsOf(world.done()).filter(text => text !== 'stop g:a')).toEqual([])
    expect(world.jobs.unfinished.restarts).toEqual([])
  })

  test('when the settings have come to spare it while it was stopped', async () => {
    world.jobs.add([world.over('g:a')])
    world.company = () => {
      throw new Error('nobody asks')
    }
    world.did.push = text => {
      if (text === 'stop g:a') world.terms = () => SPARED
      return Array.prototype.push.call(world.did, text)
    }
    await world.pass(20)
    expect(world.done()).toEqual(['stop g:a', 'start g:a'])
  })

  test('who was restarted too often', async () => {
    world.settings = { ...world.settings, maxRestarts: CAP }
    world.history.recordRestart('g:b', world.clock.tick)
    world.jobs.add([world.over('g:a')])
    await world.pass(20)
    expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:c'])
    expect(world.tellings().filter(text => text.includes('capped'))).toEqual([])
  })
})

describe('one of its group has a job already', () => {
  test('drained: it is restarted with the others, and stays drained until then', async () => {
    world.jobs.soften(world.soft('g:b'), DRAIN)
    await world.pass(1)
    world.jobs.add([world.over('g:a')])
    await world.pass(0.1)
    expect(world.jobs.unfinished).toEqual({ restarts: ['g:a'], drains: ['g:b'] })
    await world.pass(10)
    expect(world.done()).toEqual([
      'TSTP g:b',
      ...['stop g:a', 'start g:a', 'stop g:b', 'start g:b', 'stop g:c', 'start g:c'],
    ])
    expect(world.jobs.unfinished).toEqual({ restarts: [], drains: [] })
  })

  test('waiting: once', async () => {
    world.jobs.add([world.over('g:a', 30), world.over('g:b', 20)])
    await world.pass(10)
    expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:b', 'stop g:c'])
    expect(asked.map(({ process }) => process.namespec)).toEqual(['g:a'])
  })

  test('waiting, and over its hard limit meanwhile: once', async () => {
    world.jobs.add([world.over('g:a', 30), world.over('g:b', 20)])
    await world.pass(0.1)
    world.jobs.add([world.over('g:b', 200, { isHard: true })])
    await world.pass(10)
    expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:b', 'stop g:c'])
  })

  test('away: once', async () => {
    world.settings = { ...world.settings, maxParallel: 2 }
    world.jobs.add([world.over('g:b', 20)])
    await world.pass(0)
    world.jobs.add([world.over('g:a', 30)])
    await world.pass(0.1)
    expect([world.jobs.isAway('g:a'), world.jobs.isAway('g:b')]).toEqual([true, true])
    await world.pass(10)
    expect(stopsOf(world.done())).toEqual(['stop g:b', 'stop g:a', 'stop g:c'])
  })
})

test('a pre_restart_command and its counterpart run for each of them', async () => {
  world.terms = () => ({ ...STANDS, plan: PLAN })
  world.jobs.add([world.over('g:a')])
  await world.pass(10)
  const runs = world.done().filter(text => text.startsWith('run'))
  expect(runs.map(text => text.split(' ').slice(1, 3).join(' '))).toEqual([
    ...['pre g:a', 'post g:a', 'pre g:b', 'post g:b', 'pre g:c', 'post g:c'],
  ])
})

test('one that is stopped by hand meanwhile is left to that hand', async () => {
  world.jobs.add([world.over('g:a')])
  await world.pass(0.5)
  world.process('g:b').become(ProcessState.STOPPED)
  world.showTable()
  await world.pass(10)
  expect(stopsOf(world.done())).toEqual(['stop g:a', 'stop g:c'])
  expect(world.tellings()).toContain('g:b skip not running: it is STOPPED by now')
})
