// What -a takes for an event listener, with the two cases in which it errs: as docs/superlance.md explains.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const listener = (name: string, lines = ''): string => `[eventlistener:${name}]
command=/usr/bin/python3 -c "import sys; print('READY', flush=True); sys.stdin.read()"
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
}, 60_000)
afterAll(() => supervisord.stop())

test('programs and a listener with a priority of its own are limited, the others are not', async () => {
  // The names that a check measures are those that a rule holds for.
  await supervisord.waitForLog(/DEBG Checking any=1024\n(?:.*DEBG RSS of .*\n)+.*INFO Restarting/)
  const log = supervisord.memmonLog()
  const first = log.slice(log.indexOf('DEBG Checking'), log.indexOf('INFO Restarting'))
  const measured = [...first.matchAll(/RSS of (\S+) is/g)].map(([, name]) => name)
  expect(measured.sort()).toEqual(['first:first', 'plain:plain', 'prioritised:prioritised'])
})
