// A real Alertmanager is told what memmon finds under a real supervisord: what goes on, what is over, what waits while it is away.
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../helpers/free-port.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { Alertmanager } from '../helpers/prometheus.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let supervisord: Supervisord | undefined
let alertmanager: Alertmanager | undefined
afterEach(async () => {
  await supervisord?.stop()
  await alertmanager?.stop()
  supervisord = undefined
  alertmanager = undefined
})

/** 'Name group:name severity' of all that is firing. */
async function firing(): Promise<string[]> {
  const alerts = (await alertmanager?.alerts()) ?? []
  return alerts
    .map(({ labels }) => `${labels.alertname} ${labels.group}:${labels.name} ${labels.severity}`)
    .sort()
}
const whenFiring = (wanted: readonly string[]) =>
  waitFor(
    () => `${wanted} at the Alertmanager\n${supervisord?.memmonLog()}`,
    async () => JSON.stringify(await firing()) === JSON.stringify([...wanted].sort()),
  )

test('a restart is an event', async () => {
  alertmanager = await Alertmanager.start({ mailPort: await freePort() })
  supervisord = await Supervisord.start({
    programs: holdsThen('big', 60, 10),
    memmon: `-a 40MB --alertmanager http://${alertmanager.address}`,
  })
  await whenFiring(['MemmonProcessRestarted big:big info'])
  await supervisord.waitForLog('Sent 1 alert by alertmanager')
})

test('over its limit, and over when it is stopped', async () => {
  alertmanager = await Alertmanager.start({ mailPort: await freePort() })
  supervisord = await Supervisord.start({
    programs: `${holder('fat', 60)}${holder('slim', 10)}`,
    memmon: `-a 40MB --action alert --alertmanager http://${alertmanager.address}`,
  })
  await whenFiring(['MemmonProcessOverLimit fat:fat warning'])
  const [alert] = await alertmanager.alerts()
  expect(alert?.labels.instance).toBeTruthy()
  await supervisord.ctl('stop', 'fat')
  await whenFiring([])
  // memmon hears of it later than the Alertmanager.
  await supervisord.waitForLog(/INFO Sent the end of 1 by alertmanager 127\.0\.0\.1:\d+/)
})

test('an Alertmanager that comes later than the alert hears of it from the next memmon', async () => {
  const port = await freePort()
  supervisord = await Supervisord.start({
    programs: holdsThen('big', 60, 10),
    memmon: `-a 40MB --alertmanager http://127.0.0.1:${port}`,
  })
  await supervisord.waitForLog(
    /ERRO Failed to send 1 alert by alertmanager 127\.0\.0\.1:\d+: ECONNREFUSED\. Retrying in \d+ s/,
  )
  // The same port: nobody else has been given it since, or the test waits for the wrong one.
  alertmanager = await Alertmanager.start({ mailPort: await freePort(), port })
  await supervisord.ctl('restart', 'memmon')
  await whenFiring(['MemmonProcessRestarted big:big info'])
})

test('test-notify sends one that says so, and a password shows nowhere', async () => {
  alertmanager = await Alertmanager.start({ mailPort: await freePort() })
  const url = `http://bob:hunter22@${alertmanager.address}/`
  const run = await runMemmon(['test-notify'], { MEMMON_ALERTMANAGER_URL: url })
  expect(run).toMatchObject({
    code: 0,
    stdout: `Sent alert MemmonTest by alertmanager ${alertmanager.address}: HTTP 200\n`,
  })
  expect(await firing()).toEqual(['MemmonTest undefined:undefined info'])
  const away = await runMemmon(['test-notify', '--alertmanager', 'http://127.0.0.1:1/hunter22'])
  expect(away).toMatchObject({
    code: 1,
    stdout: 'Failed to send alert MemmonTest by alertmanager 127.0.0.1:1: ECONNREFUSED\n',
  })
  const wrong = await runMemmon(['test-notify', '--alertmanager', 'http://bob:hunter22@alerts.example.com'])
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(JSON.stringify([run, away, wrong])).not.toContain('hunter22')
})
