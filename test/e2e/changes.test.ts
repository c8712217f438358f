// What changes under memmon: groups that come and go, a reload, supervisord itself gone, a stop by the operator.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAlive } from '../helpers/alive.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const start = (programs: string, memmon = '-a 30MB') => Supervisord.start({ programs, memmon })

let changing: Supervisord
let reloaded: Supervisord
let killed: Supervisord
beforeAll(async () => {
  ;[changing, reloaded, killed] = await Promise.all([
    start(holder('old', 5) + holder('stays', 5)),
    start(holder('big', 50, 'startsecs=2') + holder('small', 5)),
    start(holder('small', 5)),
  ])
})
afterAll(() => Promise.all([changing, reloaded, killed].map(supervisord => supervisord.stop())))

test('a group that update adds is watched, one that it removes is no error', async () => {
  changing.writeConfig(holder('new', 50) + holder('stays', 5))
  await changing.ctl('update')
  await changing.waitForLog('Restarted new:new')
  await waitForChecks(changing, 1)
  expect(changing.memmonLog()).not.toMatch(/WARN|ERRO|CRIT/)
})

test('after a reload memmon is back, and nothing is left down', async () => {
  const before = (await reloaded.process('memmon:memmon')).pid
  await reloaded.waitForLog('Restarting big:big')
  await reloaded.ctl('reload')
  const again = await waitFor('memmon to be back', async () => {
    const info = await reloaded.process('memmon:memmon').catch(() => undefined)
    return info?.state === 20 && info.pid !== before && info
  })
  await reloaded.waitForLog(/memmon watches[\s\S]*memmon watches[\s\S]*Restarted big:big/)
  await waitFor('all to run', async () =>
    (await reloaded.client.getAllProcessInfo()).every(info => info.state === 20),
  )
  expect((await reloaded.process('memmon:memmon')).pid).toBe(again.pid)
})

test('supervisorctl stop ends memmon with exit code 0', async () => {
  await changing.ctl('stop', 'memmon')
  await waitFor('its end in the log', () => /stopped: memmon \(exit status 0\)/.test(changing.log()))
})

test('memmon ends when supervisord was killed', async () => {
  const { pid } = await killed.process('memmon:memmon')
  const small = await killed.process('small:small')
  process.kill(killed.pid, 'SIGKILL')
  await waitFor('memmon to end', () => !isAlive(pid))
  process.kill(small.pid, 'SIGKILL')
  expect(isAlive(pid)).toBe(false)
})
