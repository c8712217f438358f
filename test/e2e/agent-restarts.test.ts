// memmon is restarted a few times: no program that has its agent crashes or ends later for it. A hundred times, and with workers
// killed and sockets deleted at random, it is test/slow/agent-restarts.slow.ts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HarmedAgents, restartMemmon } from '../helpers/agent-harms.ts'

const TIMES = 3
let harmed: HarmedAgents
beforeAll(async () => {
  harmed = await HarmedAgents.start()
})
afterAll(() => harmed?.stop())

test('no crash and no delayed exit', async () => {
  const felt = await restartMemmon(harmed, TIMES)
  expect(felt).toMatchObject({ memmons: TIMES, isSameWorker: true, crashes: 0, delayed: [], complaints: '' })
  expect(felt.ends).toBeGreaterThan(0)
})
