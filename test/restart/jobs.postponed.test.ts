// A pre_restart_command that never lets a restart through: an hour later somebody is told, once.
import { expect, test } from 'vitest'
import { isAlert, levelOf } from '../../src/messages/level.ts'
import { type JobWorld, openWorld } from '../helpers/job-world.ts'
import { STANDS } from '../helpers/jobs.ts'

const POSTPONES = { ok: false, why: 'exit code 75', exitCode: 75 } as const

async function hookedWorld(): Promise<JobWorld> {
  const world = await openWorld('g:a')
  world.terms = () => ({ ...STANDS, plan: { group: false, preCommand: 'pre' } })
  world.hook = () => POSTPONES
  return world
}

/** A check a minute, each of which finds it over its limit. */
async function checkFor(world: JobWorld, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    world.jobs.check()
    world.jobs.add([world.over('g:a')])
    await world.pass(60)
  }
}

const told = (world: JobWorld) => world.told.splice(0).filter(one => one.kind === 'noticed')

test('told after an hour, as a warning, and not again', async () => {
  const world = await hookedWorld()
  await checkFor(world, 60)
  expect(told(world)).toEqual([])
  await checkFor(world, 1)
  const warnings = told(world)
  expect(warnings).toMatchObject([
    { what: 'postponed', detail: expect.stringMatching(/^It has waited since .*, 61 times in a row$/) },
  ])
  expect(warnings.map(one => [levelOf(one), isAlert(one)])).toEqual([['WARN', true]])
  await checkFor(world, 200)
  expect(told(world)).toEqual([])
  expect(world.done(text => text.startsWith('stop'))).toEqual([])
})

test('a reload of the settings does not begin the hour anew', async () => {
  const world = await hookedWorld()
  await checkFor(world, 40)
  world.jobs.onSettings()
  await checkFor(world, 21)
  expect(told(world)).toHaveLength(1)
})

test('a command that lets it through once begins it anew', async () => {
  const world = await hookedWorld()
  await checkFor(world, 40)
  world.hook = () => ({ ok: true })
  await checkFor(world, 1)
  expect(world.done(text => text.startsWith('stop'))).toEqual(['stop g:a'])
  world.hook = () => POSTPONES
  await checkFor(world, 60)
  expect(told(world)).toEqual([])
  await checkFor(world, 1)
  expect(told(world)).toHaveLength(1)
})
