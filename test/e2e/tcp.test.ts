// memmon under a real supervisord that listens on TCP only and demands a name and a password.
import { afterEach, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const inet = { username: 'öperator', password: 'p:ä ss→' }

let supervisord: Supervisord | undefined
afterEach(() => supervisord?.stop())

const start = async (environment: string): Promise<Supervisord> => {
  supervisord = await Supervisord.start({
    inet,
    programs: holder('big', 60),
    memmon: '-a 40MB',
    listenerLines: environment,
  })
  return supervisord
}

test('with the right name and password, what is over its limit is restarted', async () => {
  const { username, password } = inet
  const running = await start(
    `environment=SUPERVISOR_USERNAME="${username}",SUPERVISOR_PASSWORD="${password}"`,
  )
  await running.waitForRestart(await running.process('big:big'))
  const log = await running.waitForLog('Restarted big:big')
  expect(log).toContain(`memmon watches supervisord at ${running.serverUrl}`)
  expect(log).not.toContain(password)
  expect(await running.ctl('status', 'big')).toContain('RUNNING')
})

test.each([
  ['none', ''],
  ['a wrong one', 'environment=SUPERVISOR_USERNAME="öperator",SUPERVISOR_PASSWORD="no-guess"'],
])('with a password that is %s, one line names the two variables, and memmon stays up', async (_, lines) => {
  const running = await start(lines)
  const big = await running.process('big:big')
  const memmon = await running.process('memmon:memmon')
  const refused =
    /refused the user name or password \(HTTP 401\): set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD/g
  await running.waitForLog(refused)
  await waitForChecks(running, 3)
  expect(running.memmonLog().match(refused)).toHaveLength(1)
  expect(running.memmonLog()).not.toContain('no-guess')
  expect(await running.process('big:big')).toMatchObject({ pid: big.pid })
  expect(await running.process('memmon:memmon')).toMatchObject({ pid: memmon.pid, state: memmon.state })
})
