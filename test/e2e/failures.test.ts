// Programs that do not come back: told as what it is, tried again, and no other program waits for them.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMemmon } from '../helpers/memmon.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const script = (supervisord: Supervisord, name: string): string => join(supervisord.folder, name)
const RUNS = `#!/bin/sh\nexec ${PYTHON} -c "import time; b = b'x' * (50 << 20); time.sleep(3600)"\n`

/** Puts a script there in one step: supervisord may start it at any time. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o755 })
  renameSync(`${path}.new`, path)
}

/** Waits until the script has become Python: from then on nobody reads it any more. */
const waitUntilRunning = (supervisord: Supervisord, name: string) =>
  waitFor(`${name} to run`, async () => {
    const { pid } = await supervisord.process(`${name}:${name}`)
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`${PYTHON}\0`)
  })

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: holder('anchor', 5),
    memmon: '-a 30MB -u 0 -m bob@example.com --mail-interval 0 -s @sendmail --ignore anchor',
    listenerLines: 'autostart=false',
  })
  for (const name of ['vanishes', 'dies']) put(script(supervisord, name), RUNS)
  supervisord.writeConfig(
    holder('anchor', 5) +
      holder('healthy', 50) +
      `[program:vanishes]\ncommand=${script(supervisord, 'vanishes')}\n` +
      `[program:dies]\ncommand=${script(supervisord, 'dies')}\nstartretries=0\n`,
  )
  await supervisord.ctl('update')
  for (const name of ['vanishes', 'dies']) await waitUntilRunning(supervisord, name)
  // From here on neither can be started again.
  rmSync(script(supervisord, 'vanishes'))
  put(script(supervisord, 'dies'), '#!/bin/sh\nexit 3\n')
  await supervisord.ctl('start', 'memmon')
})
afterAll(() => supervisord.stop())

test.each([
  // supervisord shows it as one that somebody has stopped.
  ['vanishes', /NO_FILE/, / down \([^)]*\bvanishes STOPPED\b[\s\S]*^vanishes .* start failed /m],
  ['dies', /FATAL|SPAWN_ERROR/, / down \([^)]*\bdies [A-Z]+\b/],
])('a program that %s is told in log, mail and status, whatever -u says, and comes back when it can', async (name, fault, status) => {
  const log = await supervisord.waitForLog(`Failed to start ${name}:${name}: `)
  expect(log.split('\n').find(line => line.includes(`Failed to start ${name}:${name}`))).toMatch(fault)
  await supervisord.waitForMails(1, `Subject: memmon: failed to start process ${name}:${name}\n`)
  const seen = await runMemmon(['status', '-C', join(supervisord.folder, 'supervisord.conf')])
  expect(seen).toMatchObject({ code: 1, stdout: expect.stringMatching(status) })
  put(script(supervisord, name), RUNS.replace('50', '5'))
  await supervisord.waitForLog(`Restarted ${name}:${name}: `)
})

test('the other programs are restarted meanwhile, and memmon stays up', async () => {
  await supervisord.waitForLog('Restarted healthy:healthy')
  const memmon = await supervisord.process('memmon:memmon')
  expect(memmon.state).toBe(20)
})
