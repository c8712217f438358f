// A limit below the normal size: one warning with a limit that has room, however often the program is restarted.
import { expect, test } from 'vitest'
import { levelOf } from '../../src/messages/level.ts'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import { type JobWorld, openWorld } from '../helpers/job-world.ts'
import { MB } from '../helpers/values.ts'

/** Exceeds its limit a minute after each start, and is restarted for it. */
async function restartSoon(world: JobWorld, times: number, limitMb = 50): Promise<void> {
  for (let time = 0; time < times; time++) {
    await world.pass(60)
    const { process, breach } = world.over('g:a')
    world.jobs.add([{ process, breach: { ...breach, limit: limitMb * MB, value: (limitMb + 10) * MB } }])
    await world.pass(10)
  }
}

/** With a process that has run for long, and was restarted once. */
async function restartedWorld(): Promise<JobWorld> {
  const world = await openWorld('g:a')
  await restartSoon(world, 1)
  return world
}

/** What was told but the restarts, and what these say. */
function warnings(world: JobWorld): string[] {
  const told = world.told.splice(0)
  for (const one of told)
    if (one.kind === 'restarted') expect(outcomeText(one)).not.toContain('would leave room')
  return told.filter(one => one.kind === 'noticed').map(one => `${levelOf(one)} ${outcomeText(one)}`)
}

const TOO_LOW =
  /^WARN g:a \(pid \d+\) exceeded its limit within minutes of its start, three times in a row: 60MB RSS \(\d+ bytes\), over -a 50MB by 10MB\. Either its limit is too low, or it leaks fast: a limit of 90MB would leave room for the sizes seen so far$/

test('said once, at the third breach in a row', async () => {
  const world = await restartedWorld()
  await restartSoon(world, 2)
  expect(warnings(world)).toEqual([])
  await restartSoon(world, 1)
  expect(warnings(world)).toEqual([expect.stringMatching(TOO_LOW)])
  world.showTable()
  await restartSoon(world, 5)
  expect(warnings(world)).toEqual([])
})

test('said again of a limit that was raised and is still too low', async () => {
  const world = await restartedWorld()
  await restartSoon(world, 3)
  warnings(world)
  world.terms = () => ({ kind: 'stands', plan: { group: false }, limit: 60 * MB })
  await restartSoon(world, 3, 60)
  expect(warnings(world)).toEqual([expect.stringContaining('a limit of 110MB would leave room')])
})

test('what was said of a process that was removed is forgotten', async () => {
  const world = await restartedWorld()
  await restartSoon(world, 3)
  expect(warnings(world)).toHaveLength(1)
  world.jobs.onTable([])
  await restartSoon(world, 1)
  expect(warnings(world)).toHaveLength(1)
})
