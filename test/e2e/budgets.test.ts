// Budgets under a real supervisord: a member that starts slowly counts.
import { afterEach, test } from 'vitest'
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
