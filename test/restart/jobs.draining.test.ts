// Draining as a whole: told once for each run, measured and asked at checks, and each way in which it ends.
import { beforeEach, describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import type { AgentAnswer, Terms } from '../../src/restart/job-events.ts'
import type { Drain } from '../../src/rules/action.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { JobWorld, openWorld } from '../helpers/job-world.ts'
import { DRAIN, DRAINS, SPARED, STANDS } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const GRACE_SECONDS = 900
let world: JobWorld
beforeEach(async () => {
  world = await openWorld('g:a', 'g:b')
  drainBy(DRAIN)
})

function drainBy(drain: Drain): void {
  world.terms = () => ({ ...STANDS, drain })
}

async function soften(drain: Drain = DRAIN): Promise<void> {
  drainBy(drain)
  world.jobs.soften(world.soft('g:a'), drain)
  await world.pass(0)
}

async function checkIn(seconds: number): Promise<void> {
  await world.pass(seconds)
  world.jobs.check()
  await world.pass(0.5)
}

const pidOf = (name: string) => world.process(name).pid

test('noted before it is told, told once for each run', async () => {
  await soften({ ...DRAIN, command: '/opt/drain' })
  world.jobs.soften(world.soft('g:a'), DRAIN)
  await world.pass(1)
  expect(world.did.splice(0)).toEqual(['note g:a draining', `run /opt/drain g:a ${pidOf('g:a')}`, 'TSTP g:a'])
  expect(world.told).toMatchObject([{ kind: 'noticed', what: 'draining' }])
  world.process('g:a').pid = 7
  world.jobs.soften(world.soft('g:a'), DRAIN)
  await world.pass(1)
  expect(world.did.splice(0)).toEqual(['note g:a draining', 'TSTP g:a'])
})

test('its agent is asked once, noted before and after; its signal follows where it does not do it', async () => {
  const byAgent = { ...DRAIN, agent: true } as const
  world.terms = () => ({ ...DRAINS, drain: byAgent })
  let answer: (given: AgentAnswer) => void = () => {}
  world.agent = () =>
    new Promise(resolve => {
      answer = resolve
    })
  await soften(byAgent)
  expect(world.did.splice(0)).toEqual(['note g:a draining', 'drain g:a by its agent within 35000 ms'])
  await soften(byAgent)
  expect(world.did.splice(0)).toEqual([])
  answer({ kind: 'failed', why: 'deaf' })
  await world.pass(1)
  expect(world.did.splice(0)).toEqual(['note g:a draining', 'TSTP g:a'])
  expect(world.log).toEqual([
    `WARN The agent of g:a (pid ${pidOf('g:a')}) has not asked it to finish: deaf. Asking by SIGTSTP`,
  ])
})

test.each<[what: string, terms: Terms]>([
  ['its rule no longer asks for anything', SPARED],
  ['its limit is higher', { ...DRAINS, limit: 70 * MB }],
])('the settings changed during the check, and %s: it is asked nothing', async (_, terms) => {
  world.terms = () => terms
  world.jobs.soften(world.soft('g:a'), DRAIN)
  await world.pass(1)
  expect([world.did, world.told, world.jobs.unfinished.drains]).toEqual([[], [], []])
})

test('it frees nothing yet: it does not count as restarted soon', async () => {
  await soften()
  expect([world.jobs.isComing('g:a'), world.jobs.isAway('g:a')]).toEqual([false, false])
})

test('a journal that takes its time holds up the signal, and nobody else', async () => {
  let go = () => {}
  world.disk = new Promise(resolve => {
    go = resolve
  })
  await soften()
  expect(world.done()).toEqual([])
  world.disk = Promise.resolve()
  world.jobs.soften({ ...world.soft('g:b'), process: world.process('g:b').info() }, DRAIN)
  await world.pass(0)
  expect(world.done()).toEqual(['TSTP g:b'])
  go()
  await world.pass(0)
  expect(world.done()).toEqual(['TSTP g:a'])
})

test('a signal that supervisord does not take is told, and its grace goes on', async () => {
  world.process('g:a').faults.push({ call: 'signal', fault: new SupervisorFault('fault', 'BAD_SIGNAL', 11) })
  await soften()
  expect(world.tellings()[1]).toBe('g:a fail drain: BAD_SIGNAL')
  await checkIn(GRACE_SECONDS)
  expect(world.done()).toEqual(['TSTP g:a', 'stop g:a'])
})

test('restarted when its grace is over, and not before', async () => {
  await soften()
  await checkIn(GRACE_SECONDS - 1)
  expect(world.done()).toEqual(['TSTP g:a'])
  await checkIn(1)
  expect(world.done()).toEqual(['stop g:a'])
  await world.pass(10)
  expect(world.tellings().at(-1)).toMatch(/^g:a restarted/)
  expect([world.jobs.unfinished, world.lines.size]).toEqual([{ restarts: [], drains: [] }, 0])
})

test('the longer grace of other settings counts', async () => {
  await soften()
  drainBy({ ...DRAIN, graceSeconds: 1000 })
  await checkIn(GRACE_SECONDS)
  expect(world.done()).toEqual(['TSTP g:a'])
  await checkIn(100)
  expect(world.done()).toEqual(['stop g:a'])
})

test('postponed by pre_restart_command: asked for again at the next check, and only then', async () => {
  const drain = DRAIN
  world.terms = () => ({ ...STANDS, drain, plan: { group: false, preCommand: 'pre' } })
  world.hook = () => ({ ok: false, why: 'exit code 75', exitCode: 75 })
  world.jobs.soften(world.soft('g:a'), drain)
  await checkIn(GRACE_SECONDS)
  await world.pass(100)
  expect(world.done()).toEqual(['TSTP g:a', `run pre g:a ${pidOf('g:a')}`])
  expect(world.tellings().slice(1)).toEqual([expect.stringMatching(/^g:a skip postponed: .*once so far$/)])
  world.jobs.check()
  await world.pass(0.5)
  expect(world.tellings()).toEqual([expect.stringMatching(/2 times in a row$/)])
  world.hook = () => ({ ok: true })
  await checkIn(1)
  expect(world.done().at(-1)).toBe('stop g:a')
})

describe('drain_check', () => {
  const CHECK: Drain = { kind: 'drain', check: 'is-idle', graceSeconds: GRACE_SECONDS }
  const NO: CommandResult = { ok: false, why: 'exit code 1', exitCode: 1 }

  test('is asked at each check, never twice at a time, until it says yes: then it goes whatever its size is', async () => {
    world.measure = () => 1
    let answer = (_: CommandResult) => {}
    world.hook = () =>
      new Promise(resolve => {
        answer = resolve
      })
    await soften(CHECK)
    await checkIn(60)
    world.jobs.check()
    await checkIn(60)
    expect(world.done(text => text.startsWith('run'))).toHaveLength(1)
    answer(NO)
    await checkIn(60)
    expect(world.done(text => text.startsWith('run'))).toHaveLength(1)
    answer({ ok: true })
    await world.pass(0.5)
    expect(world.done()).toEqual(['stop g:a'])
    expect(world.log.find(line => line.includes('Restarting g:a'))).toContain('it has finished, after 3m')
  })

  test('that never says yes: its grace counts', async () => {
    world.hook = () => NO
    await soften(CHECK)
    await checkIn(60)
    expect(world.done(text => text.startsWith('stop'))).toEqual([])
    await checkIn(GRACE_SECONDS)
    expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a'])
  })

  test('a restart meanwhile does not wait for it', async () => {
    world.hook = command => (command === 'is-idle' ? new Promise(() => {}) : { ok: true })
    await soften(CHECK)
    await checkIn(60)
    world.jobs.add([world.over('g:a', 200, { isHard: true })])
    await world.pass(0.5)
    expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a'])
  })
})

describe('back under its soft limit', () => {
  test('told by a signal: it is watched until it ends, which it may do for good reason', async () => {
    await soften()
    world.jobs.relieve(world.soft('g:a'))
    world.measure = () => 40 * MB
    await checkIn(GRACE_SECONDS)
    await checkIn(GRACE_SECONDS)
    expect(world.tellings().slice(1)).toEqual(['g:a recovered'])
    expect(world.jobs.unfinished.drains).toEqual(['g:a'])
    world.measure = () => 51 * MB
    await checkIn(60)
    expect(world.done()).toEqual(['TSTP g:a', 'stop g:a'])
  })

  test('only given time: over, and another one is not', async () => {
    const drain: Drain = { kind: 'drain', graceSeconds: GRACE_SECONDS }
    await soften(drain)
    world.jobs.relieve({ ...world.soft('g:a'), process: world.process('g:b').info() })
    expect(world.jobs.unfinished.drains).toEqual(['g:a'])
    world.jobs.relieve(world.soft('g:a'))
    await checkIn(GRACE_SECONDS)
    expect([world.done(), world.jobs.unfinished.drains]).toEqual([[], []])
    expect(world.tellings().slice(1)).toEqual(['g:a undrained: it is back under its soft limit'])
  })

  test('before the journal was read: never told', async () => {
    world = new JobWorld('g:a')
    drainBy(DRAIN)
    world.jobs.soften(world.soft('g:a'), DRAIN)
    world.jobs.relieve(world.soft('g:a'))
    world.jobs.open([], false)
    await world.pass(1)
    expect([world.done(), world.tellings()]).toEqual([[], []])
  })
})

test('replaced before the journal was read: the new one is not told', async () => {
  world = new JobWorld('g:a')
  drainBy(DRAIN)
  world.jobs.soften(world.soft('g:a'), DRAIN)
  world.showTable()
  world.process('g:a').pid = 7
  world.showTable()
  world.jobs.open([], false)
  await world.pass(1)
  expect([world.done(), world.tellings()]).toEqual([[], []])
})

describe('as the tables show it', () => {
  test.each<[what: string, arrange: () => void, done: string[], told: (string | RegExp)[]]>([
    ['it runs on', () => {}, [], []],
    ['it is stopping', () => world.process('g:a').become(ProcessState.STOPPING), [], []],
    [
      'it has ended by itself',
      () => world.process('g:a').become(ProcessState.EXITED),
      ['start g:a'],
      [/undrained: it has ended by itself/, /restarted: \d+ by memmon/],
    ],
    [
      'it was stopped by hand',
      () => world.process('g:a').become(ProcessState.STOPPED),
      [],
      [/undrained: it is STOPPED by now/],
    ],
    [
      'it was restarted by hand',
      () => Object.assign(world.process('g:a'), { pid: 7 }),
      [],
      [/undrained: it was restarted meanwhile and is pid 7 now/],
    ],
    [
      'it was removed',
      () => world.processes.delete('g:a'),
      [],
      [/undrained: it was removed from supervisord/],
    ],
  ])('%s', async (_, arrange, done, told) => {
    await soften()
    world.done()
    world.tellings()
    arrange()
    world.showTable()
    await world.pass(10)
    expect(world.done()).toEqual(done)
    expect(world.tellings()).toEqual(told.map(text => expect.stringMatching(text)))
  })

  test('it has ended, and supervisord starts it again: that is enough', async () => {
    await soften()
    world.process('g:a').become(ProcessState.EXITED)
    world.showTable()
    await world.pass(2)
    world.process('g:a').start()
    await world.pass(10)
    expect(world.done()).toEqual(['TSTP g:a'])
    expect(world.tellings().at(-1)).toMatch(/^g:a restarted: \d+ by other/)
  })

  test('it was given time only, and has ended: that is its own affair', async () => {
    await soften({ kind: 'drain', graceSeconds: GRACE_SECONDS })
    world.process('g:a').become(ProcessState.EXITED)
    world.showTable()
    await world.pass(10)
    expect([world.done(), world.tellings().at(-1)]).toEqual([[], 'g:a undrained: it is EXITED by now'])
  })
})

test('over its limit while it is drained: restarted at once, and what is not stopped then is drained on', async () => {
  await soften()
  world
    .process('g:a')
    .faults.push({ call: 'info', fault: new SupervisorFault('timeout', 'no answer in 10 s') })
  world.jobs.add([world.over('g:a', 200)])
  await world.pass(0.5)
  expect(world.tellings().slice(1)).toEqual(['g:a fail check: no answer in 10 s'])
  expect(world.jobs.unfinished.drains).toEqual(['g:a'])
  world.jobs.add([world.over('g:a', 200)])
  await world.pass(0.5)
  expect(world.done()).toEqual(['TSTP g:a', 'stop g:a'])
})

test('over its soft limit while it waits for its turn: told, and it keeps its turn', async () => {
  world.jobs.add([world.over('g:b', 20), world.over('g:a')])
  await world.pass(0.5)
  world.jobs.soften(world.soft('g:a'), DRAIN)
  await world.pass(10)
  expect(world.done()).toEqual(['stop g:b', 'TSTP g:a', 'start g:b', 'stop g:a', 'start g:a'])
})

test('the look that its restart waits for is its own, not one that was asked for while it was drained', async () => {
  const looks: ((value: number) => void)[] = []
  world.measure = () => new Promise(resolve => looks.push(resolve))
  await soften()
  await checkIn(GRACE_SECONDS)
  world.jobs.add([world.over('g:a', 200, { isHard: true })])
  await world.pass(0)
  expect(looks).toHaveLength(2)
  looks[0]?.(60 * MB)
  await world.pass(0)
  expect(world.done()).toEqual(['TSTP g:a'])
  looks[1]?.(40 * MB)
  await world.pass(0)
  expect(world.done()).toEqual([])
  expect(world.tellings().at(-1)).toMatch(/^g:a skip recovered/)
})
