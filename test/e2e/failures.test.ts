// Programs that do not come back: told as what it is, tried again, and no other program waits for them.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const script = (supervisord: Supervisord, name: string): string => join(supervisord.folder, name)
const RUNS = `#!/bin/sh\nexec /usr/bin/python3 -c "import time; b = b'x' * (50 << 20); time.sleep(3600)"\n`

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: holder('anchor', 5),
    memmon: '-a 30MB -u 0 -m bob@example.com --mail-interval 0 -s @sendmail --ignore anchor',
  })
  for (const name of ['vanishes', 'dies']) writeFileSync(script(supervisord, name), RUNS, { mode: 0o755 })
  supervisord.writeConfig(
    holder('anchor', 5) +
      holder('healthy', 50) +
      `[program:vanishes]\ncommand=${script(supervisord, 'vanishes')}\n` +
      `[program:dies]\ncommand=${script(supervisord, 'dies')}\nstartretries=0\n`,
  )
  await supervisord.ctl('update')
  // Both run already: from here on neither can be started again.
  rmSync(script(supervisord, 'vanishes'))
  writeFileSync(script(supervisord, 'dies'), '#!/bin/sh\nexit 3\n')
}, 60_000)
afterAll(() => supervisord.stop())

test.each([
  ['vanishes', /NO_FILE/],
  ['dies', /FATAL|SPAWN_ERROR/],
])(
  'a program that %s is told in log and mail, whatever -u says, and comes back when it can',
  async (name, fault) => {
    const log = await supervisord.waitForLog(`Failed to start ${name}:${name}: `)
    expect(log.split('\n').find(line => line.includes(`Failed to start ${name}:${name}`))).toMatch(fault)
    await expect
      .poll(
        async () => (await Promise.all(supervisord.mails().map(m => simpleParser(m)))).map(m => m.subject),
        {
          timeout: 20_000,
        },
      )
      .toContain(`memmon: failed to start process ${name}:${name}`)
    writeFileSync(script(supervisord, name), RUNS.replace('50', '5'), { mode: 0o755 })
    chmodSync(script(supervisord, name), 0o755)
    await supervisord.waitForLog(`Restarted ${name}:${name}: `, 90_000)
  },
  120_000,
)

test('the other programs are restarted meanwhile, and memmon stays up', async () => {
  await supervisord.waitForLog('Restarted healthy:healthy')
  const memmon = await supervisord.process('memmon:memmon')
  expect(memmon.state).toBe(20)
})
