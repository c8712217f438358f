// The built memmon, run by hand beside a real supervisord.
import { spawnSync } from 'node:child_process'
import type { ListedAgent } from '../../src/cli/agents-json.ts'
import { runMemmon } from './memmon.ts'
import { MEMMON, type Supervisord } from './supervisord.ts'

/** Before the words of a command, where this is root: another user, whose environment is the same. */
export const AS_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']

/** By its own means: the environment says nothing of memmon's state folder. */
export const runByHand = ({ conf }: Supervisord, ...args: string[]) =>
  spawnSync(process.execPath, [MEMMON, ...args, '-C', conf], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    encoding: 'utf8',
  })

/** Those that memmon has; none while it cannot be asked. */
export async function agentsOf({ conf }: Supervisord): Promise<readonly ListedAgent[]> {
  const { stdout } = await runMemmon(['agents', '--json', '-C', conf])
  return stdout === '' ? [] : JSON.parse(stdout).agents
}
