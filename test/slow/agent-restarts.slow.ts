// The promises of docs/agent.md about what goes away: a hundred restarts of memmon crash no program and delay no exit; memmon,
// the worker and the socket's file are taken away at random a hundred times, and nothing is left down or behind.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { HarmedAgents, LASTING, restartMemmon } from '../helpers/agent-harms.ts'

const TIMES = 100
let harmed: HarmedAgents
beforeAll(async () => {
  harmed = await HarmedAgents.start()
})
afterAll(() => harmed?.stop())

test('no crash and no delayed exit', async () => {
  const felt = await restartMemmon(harmed, TIMES)
  expect(felt).toMatchObject({ memmons: TIMES, isSameWorker: true, crashes: 0, delayed: [], complaints: '' })
  expect(felt.ends).toBeGreaterThan(TIMES)
})

test('whatever is taken away at random, all is back, and memmon leaves nothing behind', async () => {
  const harms = [harmed.killMemmon, harmed.killWorker, harmed.deleteSocket]
  for (let time = 0; time < TIMES; time++) {
    await harms[Math.floor(Math.random() * harms.length)]?.()
    await harmed.connected()
  }
  const { state } = await harmed.supervisord.process(LASTING)
  expect([state, harmed.complaints()]).toEqual([ProcessState.RUNNING, ''])
  await harmed.supervisord.ctl('stop', 'memmon')
  expect(harmed.leftovers()).toEqual([])
})
