// memory_sample under a real supervisord: the restart waits for the sample, the mail names the place, other programs are
// watched meanwhile, and a hard limit does not wait.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdCommand, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'agent.mjs')

let folder = ''
let supervisord: Supervisord
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-sample-'))
  const path = join(folder, 'a.sock')
  const worker = (name: string, more: string) => `[program:${name}]
command=${confPath(process.execPath)} ${confPath(FIXTURE)}
environment=MEMMON_SOCKET="${path}",HOLD_ONCE="${folder}/${name}",HOLD_MB="200"${more}
stdout_logfile=NONE
`
  const rule = (name: string, more: string) => `-p ${name}=150MB --memory-sample ${more}`
  supervisord = await Supervisord.start({
    programs: `${worker('leaky', '')}${worker('rising', ',FAKE_AGENT="grows",GROWS_BY="300"')}
[program:bare]
command=${holdCommand(200, `import os; [time.sleep(0.1) for _ in iter(lambda: os.path.exists('${folder}/leaky'), True)]`)}
`,
    memmon: `${rule('leaky', '15s')} -p bare=150MB -p rising=150MB --hard-limit 400MB --stagger 0 --agent-socket ${path} -m bob@example.com -s @sendmail --mail-interval 0 --growth off`,
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the mail of the restart has the first places and the file', async () => {
  const [mail = ''] = await supervisord.waitForMails(1, 'process leaky:leaky restarted')
  const text = mail.replace(/=\n/g, '')
  expect(text).toMatch(/^Sample: +Most probably made in keep, \/app\/leaky\.js:7$/m)
  expect(text).toContain('/tmp/memmon-0/sample.json')
  const log = supervisord.memmonLog()
  expect(log).toContain('is in /tmp/memmon-0/sample.json: Most probably made in keep, /app/leaky.js:7')
})

test('without an agent it is restarted all the same, and the mail says why there is no sample', async () => {
  const [mail = ''] = await supervisord.waitForMails(1, 'process bare:bare restarted')
  // Its lines are broken as quoted-printable has it.
  expect(mail.replace(/=\n/g, '')).toMatch(/^Sample: +None: no agent in pid \d+/m)
})

test('another program is restarted while one is sampled', async () => {
  const log = await supervisord.waitForLog('Restarted leaky:leaky')
  const at = (text: string) => log.indexOf(text)
  expect(at('Restarted bare:bare')).toBeGreaterThan(at('Sampling the memory of leaky:leaky'))
  expect(at('Restarted bare:bare')).toBeLessThan(at('Memory sample of leaky:leaky'))
})

test('past its hard limit the sample is cut short, with what there is', async () => {
  const log = await supervisord.waitForLog('Restarted rising:rising')
  expect(log).toMatch(/Memory sample of rising:rising .* Most probably made in/)
  const tookMs =
    timeOf(log, 'Memory sample of rising:rising') - timeOf(log, 'Sampling the memory of rising:rising')
  // Other than the one that took all of its time.
  expect(tookMs).toBeLessThan(
    timeOf(log, 'Memory sample of leaky:leaky') - timeOf(log, 'Sampling the memory of leaky:leaky'),
  )
})

function timeOf(log: string, text: string): number {
  const line = log.split('\n').find(one => one.includes(text)) ?? ''
  return Date.parse(line.slice(0, 23).replace(',', '.'))
}
