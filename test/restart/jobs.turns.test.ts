// All jobs side by side: who begins when, who waits for whom, what --max-restarts and --restart-backoff hold back.
import { describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { timestamp } from '../../src/base/text.ts'
import { GROUP_WAITS_MS } from '../../src/restart/turns.ts'
import type { Capped, Noticed } from '../../src/rules/outcome.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { JobWorld, openWorld } from '../helpers/job-world.ts'
import { AT_MS, DRAIN, DRAINS } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const NO_FILE = new SupervisorFault('fault', 'NO_FILE', 20)

describe('order and limits', () => {
  test('one of a group at a time, the largest excess first, groups side by side without --stagger', async () => {
    const world = await openWorld('g:a', 'g:b', 'g:c', 'h:x')
    world.jobs.add([world.over('g:a', 1), world.over('g:b', 3), world.over('g:c', 2), world.over('h:x', 1)])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:b', 'stop h:x'])
    await world.pass(10)
    expect(world.done()).toEqual([
      ...['start g:b', 'start h:x', 'stop g:c', 'start g:c'],
      ...['stop g:a', 'start g:a'],
    ])
    expect(world.tellings().map(text => text.split(':').slice(0, 2).join(':'))).toEqual([
      'g:b restarted',
      'h:x restarted',
      'g:c restarted',
      'g:a restarted',
    ])
  })

  test.each([
    [2, 2],
    [0, 5],
  ])('--max-parallel %d: %d of five at a time', async (maxParallel, count) => {
    const names = ['a', 'b', 'c', 'd', 'e'].map(name => `g:${name}`)
    const world = await openWorld(...names)
    world.settings = { ...world.settings, maxParallel }
    world.jobs.add(names.map(name => world.over(name)))
    await world.pass(0.1)
    expect(world.done()).toHaveLength(count)
  })

  test('other settings count from now on', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.add([world.over('g:a', 2), world.over('g:b', 1)])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:a'])
    world.settings = { ...world.settings, maxParallel: 2 }
    world.jobs.onSettings()
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:b'])
  })

  test('a process is in it once, until its restart has ended', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.add([world.over('g:a', 1), world.over('g:a', 2), world.over('g:b', 0.5)])
    world.jobs.add([world.over('g:a', 3)])
    await world.pass(0.1)
    expect([world.jobs.isAway('g:a'), world.jobs.isAway('g:b')]).toEqual([true, false])
    expect([world.jobs.isComing('g:a'), world.jobs.isComing('g:b')]).toEqual([true, true])
    expect(world.jobs.unfinished).toEqual({ restarts: ['g:a'], drains: [] })
    world.jobs.add([world.over('g:a', 3)])
    await world.pass(10)
    expect(world.done()).toEqual(['stop g:a', 'start g:a', 'stop g:b', 'start g:b'])
    expect([world.jobs.isAway('g:a'), world.jobs.isComing('g:a')]).toEqual([false, false])
  })

  test('one group after the other: when the last is RUNNING again, or after --stagger', async () => {
    const world = await openWorld('g:a', 'h:a', 'i:a')
    world.settings = { ...world.settings, staggerSeconds: 10 }
    world.process('h:a').stopMs = 60_000
    world.jobs.add([world.over('g:a', 3), world.over('h:a', 2), world.over('i:a', 1)])
    await world.pass(2.1)
    expect(world.done()).toEqual(['stop g:a', 'start g:a', 'stop h:a'])
    await world.pass(9.8)
    expect(world.done()).toEqual([])
    await world.pass(0.2)
    expect(world.done()).toEqual(['stop i:a'])
  })

  test('a hard limit does not wait for other groups', async () => {
    const world = await openWorld('g:a', 'h:a')
    world.settings = { ...world.settings, staggerSeconds: 10 }
    world.jobs.add([world.over('g:a')])
    await world.pass(0.1)
    world.jobs.add([world.over('h:a')])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:a'])
    world.jobs.add([world.over('h:a', 20, { isHard: true })])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop h:a'])
  })

  test('one that does not come back holds up its group for five minutes, which is said, and no longer', async () => {
    const world = await openWorld('g:a', 'g:b', 'g:c', 'h:x')
    const fails = { call: 'start', fault: NO_FILE } as const
    world.process('g:a').faults.push(...Array.from({ length: 50 }, () => fails))
    world.jobs.add([world.over('g:a', 3), world.over('g:b', 2), world.over('g:c', 1)])
    await world.pass(2)
    expect(world.told).toMatchObject([{ kind: 'failed', phase: 'start', fault: 'NO_FILE', heldUp: 2 }])
    expect(world.told[0]?.past?.restartsLastHour).toBe(0)
    await world.pass(GROUP_WAITS_MS / 1000 - 3)
    expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a'])
    world.process('g:b').stopMs = 65_000
    await world.pass(64)
    expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:b'])
    expect(world.log.filter(line => line.startsWith('WARN'))[0]).toBe(
      'WARN g:a is still down after 5 minutes; the other 2 of the group g go on',
    )
  })

  test('one that fails and comes back in time lets its group go on, and nothing is said later', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.process('g:a').faults.push({ call: 'start', fault: NO_FILE })
    world.jobs.add([world.over('g:a', 3), world.over('g:b', 2)])
    await world.pass(700)
    expect(world.done()).toEqual(['stop g:a', 'start g:a', 'start g:a', 'stop g:b', 'start g:b'])
    expect(world.log.filter(line => line.startsWith('WARN'))).toEqual([])
  })

  test('nothing begins before the journal was read', async () => {
    const world = new JobWorld('g:a', 'g:b')
    world.jobs.add([world.over('g:a')])
    world.jobs.soften(world.soft('g:b'), DRAIN)
    await world.pass(60)
    expect(world.done()).toEqual([])
    world.jobs.open([], false)
    world.jobs.soften(world.soft('g:b'), DRAIN)
    await world.pass(0.1)
    expect(world.done()).toEqual(['TSTP g:b', 'stop g:a'])
  })

  test('a program that is alone in its group is told alone: nobody else goes on', async () => {
    const world = await openWorld('g:a')
    const fails = { call: 'start', fault: NO_FILE } as const
    world.process('g:a').faults.push(...Array.from({ length: 50 }, () => fails))
    world.jobs.add([world.over('g:a')])
    await world.pass(400)
    expect(world.log.filter(line => line.startsWith('WARN'))).toEqual([
      'WARN g:a is still down after 5 minutes',
    ])
  })
})

describe('--max-restarts', () => {
  const maxRestarts = { count: 1, windowSeconds: 3600, written: '1/1h' }
  const capped = async () => {
    const world = await openWorld('g:a', 'g:b')
    world.settings = { ...world.settings, maxRestarts }
    world.jobs.add([world.over('g:a')])
    await world.pass(5)
    world.done()
    world.tellings()
    return world
  }

  test('the next one is told once, with when it opens, and is not begun until then', async () => {
    const world = await capped()
    const restartTick = world.history.cappedUntil('g:a', maxRestarts, world.clock.tick)
    expect(world.jobs.mayRestart('g:a')).toBe(false)
    expect(world.jobs.mayRestart('g:b')).toBe(true)
    for (let check = 0; check < 3; check++) {
      world.jobs.add([world.over('g:a')])
      await world.pass(60)
    }
    expect(world.told).toMatchObject([{ kind: 'capped', cap: '1/1h', until: AT_MS + (restartTick ?? 0) }])
    expect((world.told[0] as Capped).occurredAt).toBeLessThan(AT_MS + world.clock.tick)
    expect([world.done(), world.jobs.isComing('g:a')]).toEqual([[], false])
    await world.pass(3600)
    world.jobs.add([world.over('g:a')])
    await world.pass(5)
    expect(world.done()).toEqual(['stop g:a', 'start g:a'])
    world.jobs.add([world.over('g:a')])
    expect(world.told.map(({ kind }) => kind)).toEqual(['capped', 'restarted', 'capped'])
  })

  test('it counts for one that waits already, which is told and forgotten', async () => {
    const world = await openWorld('g:a', 'g:b')
    world.jobs.add([world.over('g:a')])
    await world.pass(5)
    world.jobs.add([world.over('g:b', 20), world.over('g:a', 1)])
    await world.pass(0.1)
    world.tellings()
    world.settings = { ...world.settings, maxRestarts }
    world.jobs.onSettings()
    await world.pass(0.1)
    expect(world.tellings()).toEqual(['g:a capped: 1/1h'])
    expect(world.jobs.isComing('g:a')).toBe(false)
    await world.pass(60)
    expect(world.done()).toEqual(['stop g:a', 'start g:a', 'stop g:b', 'start g:b'])
  })

  test('a drained process waits until the cap opens, and is told once', async () => {
    const world = await capped()
    world.terms = () => DRAINS
    world.jobs.soften(world.soft('g:a'), DRAIN)
    await world.pass(900)
    world.jobs.check()
    await world.pass(60)
    expect(world.done()).toEqual(['TSTP g:a'])
    expect(world.tellings().slice(1)).toEqual(['g:a capped: 1/1h'])
    expect([world.jobs.isComing('g:a'), world.jobs.unfinished]).toEqual([
      false,
      { restarts: [], drains: ['g:a'] },
    ])
    await world.pass(3600)
    expect(world.done()).toEqual(['stop g:a', 'start g:a'])
    expect(world.tellings()).toHaveLength(1)
  })

  test('what was told of a program that is gone is forgotten', async () => {
    const world = await capped()
    world.jobs.add([world.over('g:a')])
    const process = world.process('g:a')
    world.showTable()
    world.jobs.add([world.over('g:a')])
    expect(world.tellings()).toHaveLength(1)
    world.processes.delete('g:a')
    world.showTable()
    world.processes.set('g:a', process)
    world.jobs.add([world.over('g:a')])
    expect(world.tellings()).toEqual(['g:a capped: 1/1h'])
  })
})

describe('--restart-backoff', () => {
  /** Restarted just now, and over its limit again a minute later. */
  const again = async () => {
    const world = await openWorld('g:a')
    world.settings = { ...world.settings, restartBackoffSeconds: 120 }
    world.jobs.add([world.over('g:a')])
    await world.pass(60)
    expect(world.done()).toEqual(['stop g:a', 'start g:a'])
    world.tellings()
    return world
  }
  const lastTick = (world: JobWorld) => world.restarts.at(-1)?.tick ?? 0

  test('so long after its last restart, then twice, four times; by mail the first time only', async () => {
    const world = await again()
    for (const [minutes, soonTimes] of [
      [2, 1],
      [4, 2],
      [8, 3],
      [16, 4],
      [20, 5],
      [20, 6],
    ] as const) {
      const until = lastTick(world) + minutes * 60_000
      world.jobs.add([world.over('g:a')])
      await world.pass(1)
      expect([world.jobs.mayRestart('g:a'), world.jobs.isComing('g:a')]).toEqual([false, false])
      const all = world.told.splice(0) as Noticed[]
      expect(all.map(({ what }) => what)).toEqual(soonTimes === 3 ? ['limit_too_low', 'held'] : ['held'])
      const told = all.slice(-1)
      expect(told).toMatchObject([{ kind: 'noticed', isRepeated: soonTimes > 1 }])
      expect(told[0]?.detail).toContain(`memmon waits until ${timestamp(new Date(AT_MS + until))}`)
      await world.clock.pass(until - 1 - world.clock.tick)
      expect(world.done()).toEqual([])
      await world.clock.pass(1)
      expect(world.done()).toEqual(['stop g:a'])
      await world.pass(60)
      expect([world.done(), world.restarts.at(-1)?.soonTimes]).toEqual([['start g:a'], soonTimes])
      expect(world.tellings()).toHaveLength(1)
    }
  })

  test('told once for each wait, with a limit that has room', async () => {
    const world = await again()
    for (let check = 0; check < 3; check++) {
      world.jobs.check()
      world.jobs.add([world.over('g:a')])
      await world.pass(5)
    }
    expect(world.toldLines()).toEqual([
      expect.stringMatching(
        /^Restart of g:a \(pid \d+\) waits: 60MB RSS .*\. It exceeds its limit again within minutes of its last restart, so memmon waits until .* \(1m 2s, --restart-backoff\); a limit of 90MB would leave room for the sizes seen so far$/,
      ),
    ])
  })

  test('of a limit that is none of memory no other has room', async () => {
    const world = await again()
    world.jobs.add([world.over('g:a', 10, { metric: 'threads' })])
    await world.pass(1)
    expect(world.toldLines()).toEqual([expect.stringMatching(/--restart-backoff\)$/)])
  })

  test('a hard limit does not wait, nor does one that waits already', async () => {
    const world = await again()
    world.jobs.add([world.over('g:a')])
    await world.pass(1)
    expect(world.done()).toEqual([])
    world.jobs.add([world.over('g:a', 200, { isHard: true })])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:a'])
  })

  test('a process that has had its grace does not wait', async () => {
    const world = await again()
    world.terms = () => ({ ...DRAINS, drain: { ...DRAIN, graceSeconds: 10 } })
    world.jobs.soften(world.soft('g:a'), { ...DRAIN, graceSeconds: 10 })
    await world.pass(10)
    world.jobs.check()
    await world.pass(0.1)
    expect(world.done()).toEqual(['TSTP g:a', 'stop g:a'])
  })

  test('a program that grows slowly does not wait', async () => {
    const world = await again()
    await world.pass(240)
    world.jobs.add([world.over('g:a')])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:a'])
  })

  test('0: it is restarted at each check', async () => {
    const world = await again()
    world.settings = { ...world.settings, restartBackoffSeconds: 0 }
    expect(world.jobs.mayRestart('g:a')).toBe(true)
    world.jobs.add([world.over('g:a')])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:a'])
    expect(world.tellings()).toEqual([])
  })

  test('it holds up nobody else', async () => {
    const world = await again()
    world.add('g:b')
    world.jobs.add([world.over('g:a'), world.over('g:b', 1)])
    await world.pass(0.1)
    expect(world.done()).toEqual(['stop g:b'])
  })

  test('what was measured meanwhile counts: a program that has freed its memory stays', async () => {
    const world = await again()
    world.jobs.add([world.over('g:a')])
    world.measure = () => 40 * MB
    await world.pass(120)
    expect(world.done()).toEqual([])
    expect(world.tellings().slice(1)).toEqual(['g:a skip recovered: it is down to 40MB, under -a 50MB'])
  })
})

test('a process that has ended meanwhile leaves its turn to the next', async () => {
  const world = await openWorld('g:a', 'g:b')
  world.jobs.add([world.over('g:a', 3), world.over('g:b', 2)])
  world.process('g:a').become(ProcessState.EXITED)
  await world.pass(0.1)
  expect(world.done()).toEqual(['stop g:b'])
  expect(world.tellings()).toEqual(['g:a skip not running: it is EXITED by now'])
})
