// Budgets under a real supervisord: a member that starts slowly counts, and nothing is restarted in vain.
import { afterEach, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

let supervisord: Supervisord
afterEach(() => supervisord.stop())

test('a program that is STARTING at the first check counts in its budget when it runs, though no process has changed', async () => {
  supervisord = await Supervisord.start({
    programs: `${holder('slow', 60, 'startsecs=12')}${holder('quick', 5)}`,
    memmon: '--group-total slow=30MB -p quick=1GB',
  })
  await supervisord.waitForLog(
    /Restarting slow:slow .*: the group slow use .* over --group-total slow=30MB by /,
  )
}, 90_000)

test('--min-free that no restart can bring about: nothing is restarted, and one alert says why', async () => {
  supervisord = await Supervisord.start({
    programs: ['a', 'b', 'c'].map(name => `[program:${name}]\ncommand=sleep 3600\n`).join(''),
    memmon: '--min-free 99%%',
  })
  const before = await supervisord.client.getAllProcessInfo()
  await supervisord.waitForLog('Too little memory is free')
  await waitForChecks(supervisord, 3)
  const log = supervisord.memmonLog()
  expect(
    log.match(/Too little memory is free: .* under --min-free 99% by .*; nothing is restarted/g),
  ).toHaveLength(1)
  expect(log).not.toContain('Restarting')
  expect((await supervisord.client.getAllProcessInfo()).map(({ pid }) => pid)).toEqual(
    before.map(({ pid }) => pid),
  )
}, 90_000)
