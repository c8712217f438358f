// Other settings, the end of memmon, and what an earlier memmon has left: in each state of a restart.
import { describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import type { Job } from '../../src/restart/job.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { JobWorld, openWorld } from '../helpers/job-world.ts'
import {
  DRAIN,
  DRAINS,
  draining,
  finishing,
  HOOKS,
  preparing,
  SPARED,
  STANDS,
  starting,
  stopping,
  TOLD,
  waiting,
} from '../helpers/jobs.ts'
import { MB, restarted } from '../helpers/values.ts'

const SHUTDOWN = new SupervisorFault('fault', 'SHUTDOWN_STATE', 6)
const plan = { group: false }
const spares = 'g:a skip spared: a dry run restarts nothing'
const isRestarted = expect.stringMatching(/^g:a restarted: \d+ by memmon/)

type Arranged = { readonly world: JobWorld; readonly endHook: (result?: CommandResult) => void }

/** A world in which the restart of g:a is in that state. */
const ARRANGE: Record<string, () => Promise<Arranged>> = {
  waiting: async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.add([world.over('g:b', 20), world.over('g:a')])
    await world.pass(0.5)
    world.done()
    return { world, endHook: () => {} }
  },
  preparing: async () => {
    const world = await openWorld('g:a')
    let endHook = (_?: CommandResult) => {}
    world.terms = () => ({ ...STANDS, plan: HOOKS })
    world.hook = command =>
      command === 'pre'
        ? new Promise(resolve => {
            endHook = (result = { ok: true }) => resolve(result)
          })
        : { ok: true }
    world.jobs.add([world.over('g:a')])
    await world.pass(0.5)
    return { world, endHook: result => endHook(result) }
  },
  stopping: async () => {
    const world = await openWorld('g:a')
    world.jobs.add([world.over('g:a')])
    await world.pass(0.5)
    return { world, endHook: () => {} }
  },
  starting: async () => {
    const world = await openWorld('g:a')
    world.jobs.add([world.over('g:a')])
    await world.pass(1.5)
    return { world, endHook: () => {} }
  },
}

const RIDE = ['stop g:a', 'start g:a']

describe('other settings spare what is not past its stop, and finish what is', () => {
  test.each<[state: string, done: unknown[], told: unknown[]]>([
    ['waiting', ['start g:b'], [spares]],
    ['preparing', [expect.stringContaining('run pre'), expect.stringContaining('run post')], [spares]],
    ['stopping', RIDE, [isRestarted]],
    ['starting', RIDE, [isRestarted]],
  ])('%s', async (state, done, told) => {
    const { world, endHook } = await (ARRANGE[state] as () => Promise<Arranged>)()
    world.terms = () => ({ ...SPARED, plan: HOOKS })
    world.jobs.onSettings()
    endHook()
    await world.pass(10)
    expect(world.done()).toEqual(done)
    expect(world.tellings().filter(text => text.startsWith('g:a'))).toEqual(told)
    expect(world.jobs.unfinished).toEqual({ restarts: [], drains: [] })
    expect(world.lines.size).toBe(0)
  })

  test('what waits for its turn is told at once that it is spared, not when its turn comes', async () => {
    const { world } = await (ARRANGE.waiting as () => Promise<Arranged>)()
    world.terms = () => SPARED
    world.jobs.onSettings()
    await world.pass(0)
    expect([world.tellings(), world.jobs.isComing('g:a')]).toEqual([[spares], false])
  })

  test('a limit that is higher by now', async () => {
    const { world } = await (ARRANGE.waiting as () => Promise<Arranged>)()
    world.terms = () => ({ ...STANDS, limit: 60 * MB })
    world.jobs.onSettings()
    await world.pass(10)
    expect(world.done()).toEqual(['start g:b'])
    expect(world.tellings().at(-1)).toBe('g:a skip recovered: it uses 60MB, within its limit of 60MB by now')
  })

  test('commands are those of the settings when its turn comes', async () => {
    const { world } = await (ARRANGE.waiting as () => Promise<Arranged>)()
    world.terms = () => ({ ...STANDS, plan: { group: false, preCommand: 'new' } })
    world.jobs.onSettings()
    await world.pass(10)
    expect(world.done()).toContainEqual(expect.stringContaining('run new g:a'))
  })

  test('drained and told: watched until it ends, then started', async () => {
    const world = await openWorld('g:a')
    world.terms = () => DRAINS
    world.jobs.soften(world.soft('g:a'), DRAIN)
    await world.pass(1)
    world.terms = () => SPARED
    world.jobs.onSettings()
    await world.pass(2000)
    world.jobs.check()
    await world.pass(1)
    expect([world.done(), world.jobs.unfinished.drains]).toEqual([['TSTP g:a'], ['g:a']])
    world.process('g:a').become(ProcessState.EXITED)
    world.showTable()
    await world.pass(10)
    expect(world.done()).toEqual(['start g:a'])
    expect(world.tellings().at(-1)).toEqual(isRestarted)
  })
})

describe('memmon ends', () => {
  const isIdle = async (world: JobWorld): Promise<() => boolean> => {
    let idle = false
    void world.jobs.whenIdle().then(() => {
      idle = true
    })
    await world.pass(0)
    return () => idle
  }

  test('an idle one is idle', async () => {
    expect((await isIdle(await openWorld('g:a')))()).toBe(true)
  })

  test.each<[state: string, isBusy: boolean, done: unknown[], told: unknown[]]>([
    ['waiting', true, ['start g:b'], ['g:a skip ending: memmon is shutting down and had not started on it']],
    [
      'preparing',
      true,
      [expect.stringContaining('run pre'), expect.stringContaining('run post')],
      ['g:a skip ending: memmon is shutting down and had not stopped it'],
    ],
    ['stopping', true, RIDE, [isRestarted]],
    ['starting', true, RIDE, [isRestarted]],
  ])('%s', async (state, isBusy, done, told) => {
    const { world, endHook } = await (ARRANGE[state] as () => Promise<Arranged>)()
    world.jobs.end()
    const idle = await isIdle(world)
    expect(idle()).toBe(!isBusy)
    endHook()
    await world.pass(10)
    expect(world.done()).toEqual(done)
    expect(world.tellings().filter(text => text.startsWith('g:a'))).toEqual(told)
    expect([idle(), world.jobs.unfinished]).toEqual([true, { restarts: [], drains: [] }])
  })

  test('before it ends, what waits is waited for', async () => {
    const { world } = await (ARRANGE.waiting as () => Promise<Arranged>)()
    const idle = await isIdle(world)
    await world.pass(2)
    expect(idle()).toBe(false)
    await world.pass(5)
    expect(idle()).toBe(true)
  })

  test('nothing begins any more', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.end()
    world.jobs.add([world.over('g:a')])
    world.jobs.soften(world.soft('g:b'), DRAIN)
    await world.pass(10)
    expect([world.done(), world.tellings(), world.jobs.unfinished]).toEqual([
      [],
      [],
      { restarts: [], drains: [] },
    ])
    expect(world.jobs.isComing('g:a')).toBe(false)
  })

  test('what is drained is for the next one, and is not waited for', async () => {
    const world = await openWorld('g:a')
    world.jobs.soften(world.soft('g:a'), DRAIN)
    await world.pass(1)
    world.jobs.end()
    expect((await isIdle(world))()).toBe(true)
    expect(world.jobs.unfinished).toEqual({ restarts: [], drains: ['g:a'] })
    expect([...world.lines.keys()]).toEqual(['g:a'])
  })

  test('what is drained and waits for its turn, too', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.soften(world.soft('g:a'), DRAIN)
    world.jobs.add([world.over('g:b', 20), world.over('g:a')])
    await world.pass(0.5)
    world.jobs.end()
    await world.pass(20)
    expect(world.done()).toEqual(['TSTP g:a', 'stop g:b', 'start g:b'])
    expect(world.jobs.unfinished).toEqual({ restarts: [], drains: ['g:a'] })
    expect(world.lines.get('g:a')).toContain('"waiting"')
  })

  test('the rest of a group that was stopped is for the next one', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.terms = () => ({ ...STANDS, plan: { group: true } })
    world.company = ({ process }) => [world.over('g:b', 1, { together: process.namespec })]
    world.jobs.add([world.over('g:a')])
    await world.pass(0.5)
    world.jobs.end()
    await world.pass(20)
    expect(world.done()).toEqual(['stop g:a', 'start g:a'])
    expect([...world.lines.keys()]).toEqual(['g:b'])
  })

  test('supervisord shuts down as well: what is left is for the next one, and is not waited for', async () => {
    const { world } = await (ARRANGE.stopping as () => Promise<Arranged>)()
    const down = { call: 'info', fault: SHUTDOWN } as const
    world.process('g:a').faults.push(...Array.from({ length: 100 }, () => down))
    await world.pass(5)
    world.jobs.end()
    const idle = await isIdle(world)
    await world.pass(1)
    expect([idle(), world.jobs.unfinished.restarts, [...world.lines.keys()]]).toEqual([
      true,
      ['g:a'],
      ['g:a'],
    ])
    expect(world.log.at(-1)).toBe('INFO supervisord is shutting down: g:a is left to the next supervisord')
  })
})

describe('what an earlier memmon has left goes on', () => {
  const reopened = async (jobOf: (request: RestartRequest) => Job, arrange = (_: JobWorld) => {}) => {
    const world = new JobWorld('g:a')
    const request = world.over('g:a')
    world.terms = () => ({ ...STANDS, plan: HOOKS })
    const job = jobOf(request)
    arrange(world)
    world.jobs.open([job], false)
    await world.pass(10)
    return world
  }
  const post = expect.stringContaining('run post')
  const finishes = 'INFO Finishing the restart of g:a that an earlier memmon began'
  const drained = (request: RestartRequest) => ({ ...TOLD, request })

  test.each<
    [
      what: string,
      jobOf: (request: RestartRequest) => Job,
      arrange: (world: JobWorld) => void,
      done: unknown[],
      told: unknown[],
    ]
  >([
    [
      'waiting, drained',
      request => waiting({ request, plan, drained: drained(request) }),
      () => {},
      [expect.stringContaining('run pre'), 'stop g:a', 'start g:a', post],
      [isRestarted],
    ],
    [
      'being prepared: undone',
      request => preparing({ request, plan, phase: 'hook', owesPost: true, beganTick: -30_000 }),
      () => {},
      [post],
      ['g:a skip ending: memmon ended while pre_restart_command ran; the next check decides'],
    ],
    [
      'a stop was asked for, and was taken',
      request => stopping({ request, plan, answer: 'open' }),
      world => world.process('g:a').become(ProcessState.STOPPED),
      ['start g:a', post],
      [isRestarted],
    ],
    [
      'a stop was asked for just now, and was never taken: asked for again',
      request => stopping({ request, plan, answer: 'open', tries: 1, owesPost: true }),
      () => {},
      ['stop g:a', 'start g:a', post],
      [isRestarted],
    ],
    [
      'a stop was asked for long ago, and was never taken: the next check decides',
      request => stopping({ request, plan, answer: 'open', owesPost: true, askedTick: -1e6 }),
      () => {},
      [post],
      ['g:a skip not running: it was never stopped'],
    ],
    [
      'down',
      request => starting({ request, plan }),
      world => world.process('g:a').become(ProcessState.STOPPED),
      ['start g:a', post],
      [isRestarted],
    ],
    [
      'started meanwhile',
      request => starting({ request, plan }),
      world => {
        world.process('g:a').become(ProcessState.STOPPED)
        world.process('g:a').start()
      },
      [post],
      [expect.stringMatching(/^g:a restarted: \d+ by other/)],
    ],
    [
      'removed meanwhile',
      request => starting({ request, plan }),
      world => void world.processes.delete('g:a'),
      [],
      ['g:a fail removed: it was removed from supervisord after memmon had stopped it'],
    ],
  ])('%s', async (_, jobOf, arrange, done, told) => {
    const world = await reopened(jobOf, arrange)
    expect(world.log[0]).toBe(finishes)
    expect(world.done()).toEqual(done)
    expect(world.tellings()).toEqual(told)
    expect(world.jobs.unfinished).toEqual({ restarts: [], drains: [] })
  })

  test('restarted already: told again, counted once', async () => {
    const world = await reopened(request => finishing({ request, plan, outcome: restarted(request) }))
    expect([world.done(), world.tellings()]).toEqual([[post], [expect.stringContaining('restarted: 4712')]])
    expect([world.restarts, world.history.pastOf('g:a', world.clock.tick).restartsLastHour]).toEqual([[], 0])
  })

  test('drained: asked for no second time, and restarted when its grace is over', async () => {
    const world = await reopened(request =>
      draining({ request, drained: { ...drained(request), sinceTick: 1_000_000 - 895_000 } }),
    )
    world.terms = () => DRAINS
    expect(world.log).toEqual(['INFO g:a was asked to finish by an earlier memmon: draining continues'])
    world.jobs.soften(world.soft('g:a'), DRAIN)
    world.jobs.check()
    await world.pass(0.5)
    expect(world.done()).toEqual(['stop g:a'])
  })

  test('what is asked for before the journal was read gives way to what it holds', async () => {
    const world = new JobWorld('g:a')
    const request = world.over('g:a')
    world.jobs.add([request])
    world.process('g:a').become(ProcessState.STOPPED)
    world.jobs.open([starting({ request, plan })], false)
    await world.pass(10)
    expect(world.done()).toEqual(['start g:a'])
    expect(world.tellings()).toEqual([isRestarted])
  })

  test('under another supervisord nothing is done but what is owed, and nothing is said of going on', async () => {
    const world = new JobWorld('g:a', 'g:b')
    world.terms = () => ({ ...STANDS, plan: HOOKS })
    world.process('g:a').become(ProcessState.STOPPED)
    const jobs = [
      stopping({ request: world.over('g:a'), plan, owesPost: true }),
      starting({ request: world.over('g:b'), plan }),
    ]
    world.jobs.open(jobs, true)
    await world.pass(10)
    expect([world.done(), world.log]).toEqual([[post], []])
    const why = 'skip shutdown: another supervisord has started since, and decides what runs'
    expect(world.tellings().sort()).toEqual([`g:a ${why}`, `g:b ${why}`])
    expect(world.lines.size).toBe(0)
  })
})
