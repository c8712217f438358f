// What -a takes for an event listener, with the two cases in which it errs: as docs/superlance.md explains.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const listener = (name: string, lines = ''): string => `[eventlistener:${name}]
command=${PYTHON} -c "import sys; print('READY', flush=True); sys.stdin.read()"
events=PROCESS_LOG
${lines}
`

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: `${holder('plain', 1)}${holder('first', 1, 'priority=-1')}${holder('inner', 1)}
[group:low]
programs=inner
priority=-1
${listener('watcher')}${listener('prioritised', 'priority=5')}${listener('spared', 'priority=5')}`,
    memmon: '-a 1KB --ignore spared --verbose',
  })
})
afterAll(() => supervisord.stop())

/** The names that checks measure are those that a rule holds for, while they are RUNNING. */
const measured = (): string[] => [
  ...new Set([...supervisord.memmonLog().matchAll(/RSS of (\S+) is/g)].map(([, name = '']) => name)),
]

test('programs and a listener with a priority of its own are limited, the others are not', async () => {
  // No one check need see them all: one may come before a program is RUNNING, or while it is restarted.
  await waitFor(
    () => `each of them to be measured\n${supervisord.memmonLog()}`,
    () => measured().length >= 3,
  )
  await waitForChecks(supervisord, 1)
  expect(measured().sort()).toEqual(['first:first', 'plain:plain', 'prioritised:prioritised'])
})
