// What memmon has begun it finishes, under a real supervisord: drained workers over kills, hooks over kills, settings
// that change meanwhile, groups one after the other, and limits that are too low.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const { RUNNING } = ProcessState
const DRAINABLE = join(import.meta.dirname, '..', 'fixtures', 'drainable.py')
let folder = ''
let drained: Supervisord
let hooked: Supervisord
let reloaded: Supervisord
let apart: Supervisord
let low: Supervisord
const file = (name: string): string => join(folder, name)
const read = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
const conf = (name: string, text: string): string => {
  writeFileSync(file(name), text)
  return `--config ${file(name)}`
}
/** supervisord does not start them again by itself: they exit with 0, as expected. */
const worker = (name: string, args: string): string =>
  `[program:${name}]\ncommand=${PYTHON} ${DRAINABLE} ${args}\nautorestart=unexpected\n`

/** Stops the program, and fails then. */
const HALT = `sh -c 'supervisorctl -s $SUPERVISOR_SERVER_URL stop halts; exit 3'`

const WORKERS = ['w0', 'w1', 'w2', 'w3', 'w4', 'w5']
const HOLD = `[program:early]
soft_limit = 30MB
drain_signal = USR1
grace = 10m
[program:held]
memory_limit = 30MB
pre_restart_command = ${PYTHON} -c "import sys; sys.exit(75)"
`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-jobs-'))
  ;[drained, hooked, reloaded, apart, low] = await Promise.all([
    Supervisord.start({
      programs: [
        ...WORKERS.map((name, index) => worker(name, `50 ${index / 2} once=${file(name)}`)),
        worker('frees', '50 12 frees'),
      ].join('\n'),
      memmon: conf(
        'drained.conf',
        '[program:w?]\nsoft_limit = 30MB\ndrain_signal = USR1\ngrace = 5s\n[program:frees]\nsoft_limit = 30MB\ndrain_signal = USR1\n',
      ),
      listenerLines: 'startsecs=0\nautorestart=true',
    }),
    Supervisord.start({
      programs: [holder('web', 50), holder('halts', 50)].join('\n'),
      memmon: conf(
        'hooked.conf',
        `[program:web]\nmemory_limit = 30MB\npre_restart_command = sh -c 'echo pre >> ${file('hooks')}; until [ -e ${file('go')} ]; do sleep 0.1; done'\npost_restart_command = sh -c 'echo post >> ${file('hooks')}'\n[program:halts]\nmemory_limit = 30MB\nrestart_command = ${HALT}\n[memmon]\nrestart_backoff = 0\nhook_timeout = 20s\n`,
      ),
      listenerLines: 'startsecs=0\nautorestart=true',
    }),
    Supervisord.start({
      programs: [
        worker('early', '50 25'),
        holder('held', 50),
        holder('a', 50),
        holder('b', 5),
        '[group:pair]\nprograms=a,b\n',
      ].join('\n'),
      memmon: conf(
        'reloaded.conf',
        `${HOLD}[group:pair]\nmemory_limit = 30MB\nrestart_group = true\npre_restart_command = ${PYTHON} -c "import sys; sys.exit(75)"\n`,
      ),
    }),
    Supervisord.start({
      programs: ['r1', 'r2', 'r3'].map(name => holder(name, 50, 'startsecs=2')).join('\n'),
      memmon: '-a 30MB --max-restarts 1/1h',
    }),
    Supervisord.start({
      programs: holder('low', 50, 'startsecs=0'),
      memmon: '-a 30MB -m bob@example.com -s @sendmail --mail-interval 0 --restart-backoff 8s',
    }),
  ])
})
afterAll(async () => {
  await Promise.all([drained, hooked, reloaded, apart, low].map(supervisord => supervisord?.stop()))
  rmSync(folder, { recursive: true, force: true })
})

const kill = async (supervisord: Supervisord): Promise<void> => {
  const { pid } = await waitFor('memmon to run', async () => {
    const memmon = await supervisord.process('memmon:memmon')
    return memmon.pid > 0 && memmon
  })
  process.kill(pid, 'SIGKILL')
}

test('six drained workers that exit with 0, memmon killed again and again: none stays down', async () => {
  const before = await Promise.all(WORKERS.map(name => drained.process(`${name}:${name}`)))
  const count = (what: RegExp) => drained.memmonLog().match(what)?.length ?? 0
  const areBack = async () =>
    (await Promise.all(before.map(({ namespec }) => drained.process(namespec)))).every(
      (now, at) => now.state === RUNNING && now.pid !== before[at]?.pid,
    )
  for (let kills = 0; kills < 8; kills++) {
    await waitFor('the next memmon', () => count(/Checks read the sizes/g) > kills)
    const lines = count(/ w\d:w\d/g)
    // Every other one dies as soon as it is there, the rest when they have done something.
    if (kills % 2 === 1)
      await waitFor('it to act', async () => count(/ w\d:w\d/g) > lines || (await areBack()))
    await kill(drained)
  }
  await waitFor('all of them to run again', areBack)
})

test('a worker that frees its memory and exits later runs again', async () => {
  const before = await drained.process('frees:frees')
  expect(drained.memmonLog()).toContain('Draining frees:frees')
  await drained.waitForRestart(before)
})

test('memmon killed during pre_restart_command: post_restart_command follows', async () => {
  const count = (hook: string) => read('hooks').split(hook).length
  const begun = count('pre')
  await waitFor('a hook to begin', () => count('pre') > begun)
  await kill(hooked)
  writeFileSync(file('go'), '') // until now it has not ended
  await hooked.waitForLog('memmon ended while pre_restart_command ran; the next check decides')
  await waitFor('the other hook', () => count('post') === count('pre'))
})

test('restart_command stops the program and fails: said, and memmon starts it', async () => {
  await hooked.waitForLog(/Failed to restart halts:halts: restart_command: .*exit code 3.*it is STOPPED/)
  await hooked.waitForLog(/Restarted halts:halts/)
  await waitFor('it to run', async () => (await hooked.process('halts:halts')).state === RUNNING)
})

test('restart_group: the first one is postponed, so nobody is restarted', async () => {
  await reloaded.waitForLog(/Left pair:a alone: .* 2 times in a row/)
  expect(reloaded.memmonLog()).not.toContain('Restarting pair:b')
})

test('a reload spares what has not been stopped yet; one that was asked to finish is started when it exits', async () => {
  await waitFor('early to be draining', () => {
    const log = reloaded.memmonLog()
    return log.lastIndexOf('Draining early:early') > log.lastIndexOf('No longer draining early:early')
  })
  const early = await reloaded.process('early:early')
  await reloaded.waitForLog(/Left held:held alone: .* once so far/)
  const alreadyStopped = reloaded.log().includes('stopped: held')
  conf('reloaded.conf', `[memmon]\nignore = held, early\n${HOLD}`)
  await reloaded.waitForLog(/Left held:held alone: the settings ignore it now/)
  expect([alreadyStopped, reloaded.log().includes('stopped: held')]).toEqual([false, false])
  await reloaded.waitForRestart(early)
})

test('programs of their own are restarted one after the other', async () => {
  await waitFor('three restarts', () => apart.memmonLog().split('Restarted r').length === 4)
  const steps = apart.memmonLog().match(/Restarting r|Restarted r/g)
  expect(steps).toEqual(Array(3).fill(['Restarting r', 'Restarted r']).flat())
})

test('a limit below the normal size: longer waits, one warning and one mail with a limit that has room', async () => {
  await low.waitForLog(/Restart of low:low .* waits: .*--restart-backoff\); a limit of 90MB would leave room/)
  await waitFor('the third restart', () => low.memmonLog().split('Restarted low:low').length > 3)
  await low.waitForLog(
    /WARN low:low .* exceeded its limit within minutes of its start, three times in a row: .*: a limit of 90MB would leave room/,
  )
  await waitForChecks(low, 1)
  expect(low.memmonLog().split('three times in a row')).toHaveLength(2)
  await low.waitForMails(1, 'process low:low needs a higher limit')
  const waits = low.memmonLog().match(/Restart of low:low/g) ?? []
  expect(waits.length).toBeGreaterThanOrEqual(2)
  const mails = low.mails().filter(mail => mail.includes('exceeds its limit soon after each start'))
  expect(mails).toHaveLength(1)
  expect(low.mails().filter(mail => mail.includes('process low:low needs a higher limit'))).toHaveLength(1)
})
