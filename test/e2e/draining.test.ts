// Draining and hooks under a real supervisord, with workers that really lose jobs when they are stopped at once.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { blocksOf } from '../helpers/documents.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

const WORKER = join(import.meta.dirname, '..', 'fixtures', 'worker.mjs')
let folder = ''
let supervisord: Supervisord
let noted: Supervisord
const file = (name: string): string => join(folder, name)
const read = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')

const worker = (name: string): string =>
  `[program:${name}]\ncommand=${confPath(process.execPath)} ${confPath(WORKER)} ${file(name)} 150\nautorestart=false\n`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-drain-'))
  writeFileSync(
    file('pre'),
    `#!/bin/sh\ncat >> ${file('pre.stdin')}\necho x >> ${file('pre.count')}\ntest $(wc -l < ${file('pre.count')}) -ge 3 || exit 75\n`,
    { mode: 0o755 },
  )
  writeFileSync(
    file('post'),
    `#!/bin/sh\necho "$MEMMON_PROCESS $MEMMON_PID" > ${file('post.said')}\necho noise\n`,
    { mode: 0o755 },
  )
  writeFileSync(file('alert'), `#!/bin/sh\necho "$MEMMON_EVENT $MEMMON_PROCESS" >> ${file('alert.said')}\n`, {
    mode: 0o755,
  })
  writeFileSync(
    file('memmon.conf'),
    `[memmon]
max_restarts = 1/1h
on_alert_command = ${file('alert')}
hook_timeout = 15s
stagger = 1s
[program:gentle]
memory_limit = 1GB
soft_limit = 120MB
drain_signal = TSTP
[program:rough]
memory_limit = 120MB
[program:stubborn]
memory_limit = 1GB
soft_limit = 30MB
drain_signal = CONT
grace = 7s
[program:frees]
soft_limit = 30MB
drain_signal = SIGUSR1
grace = 7s
[program:asked]
soft_limit = 30MB
drain_check = /usr/bin/test -e ${file('idle')}
[program:hooked]
memory_limit = 30MB
pre_restart_command = ${file('pre')}
post_restart_command = ${file('post')}
[program:hangs]
memory_limit = 30MB
pre_restart_command = sleep 600
[program:platform]
memory_limit = 30MB
restart_command = sh -c 'kill -9 $MEMMON_PID'
[group:pair]
memory_limit = 30MB
restart_group = true
`,
  )
  supervisord = await Supervisord.start({
    programs: [
      worker('gentle'),
      worker('rough'),
      holder('stubborn', 50),
      `[program:frees]\ncommand=${PYTHON} -c "import signal, time; told = []; signal.signal(10, lambda *a: told.append(1)); b = [bytearray(b'x' * (50 << 20))]; [(time.sleep(0.1), told and b.clear()) for _ in range(36000)]"\n`,
      holder('asked', 50),
      holder('hooked', 50),
      holder('hangs', 50),
      holder('platform', 50, 'autorestart=true'),
      // RUNNING in the same moment: what is STARTING is not restarted with its group.
      holder('large', 50, 'startsecs=0'),
      holder('small', 5, 'startsecs=0'),
      '[group:pair]\nprograms=large,small\n',
    ].join('\n'),
    memmon: `--config ${file('memmon.conf')}`,
  })
})
afterAll(async () => {
  await Promise.all([supervisord?.stop(), noted?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

/** The jobs that were begun and never ended, of runs that are over. */
const lost = (name: string): string[] => {
  const lines = read(name).trim().split('\n')
  const last = lines.at(-1)?.split(' ')[0]
  const ended = new Set(
    lines.filter(line => line.includes(' ends ')).map(line => line.replace('ends', 'begins')),
  )
  return lines.filter(line => line.includes(' begins ') && !ended.has(line) && line.split(' ')[0] !== last)
}

test('a worker that is drained finishes its job, ends, and is started again; one that is not loses it', async () => {
  await supervisord.waitForLog(/Draining gentle:gentle .* Asked to finish by SIGTSTP; restarts at /)
  await supervisord.waitForLog('No longer draining gentle:gentle (pid')
  await supervisord.waitForLog('Restarted gentle:gentle: pid')
  await supervisord.waitForLog('Restarted rough:rough: pid')
  await waitFor('both at work again', () =>
    ['gentle', 'rough'].every(name => new Set(read(name).match(/^\d+/gm)).size === 2),
  )
  expect(lost('gentle')).toEqual([])
  expect(lost('rough')).toHaveLength(1)
})

test('grace that is over: restarted; back under the soft limit: left alone; drain_check: as soon as it says so', async () => {
  await supervisord.waitForLog(/Restarting stubborn:stubborn .* its grace of 7s is over/)
  await supervisord.waitForLog(
    /frees:frees \(pid \d+\) is back under its soft limit: left running, but restarted if it ends/,
  )
  expect(supervisord.memmonLog()).not.toContain('Restarting frees:frees')
  await supervisord.waitForLog('Draining asked:asked')
  await waitForChecks(supervisord, 2)
  expect(supervisord.memmonLog()).not.toContain('Restarting asked:asked')
  appendFileSync(file('idle'), '')
  await supervisord.waitForLog(/Restarting asked:asked .* it has finished, after /)
})

test('pre_restart_command postpones by 75, and says how often; then it is restarted, and post_restart_command follows', async () => {
  await supervisord.waitForLog(
    'Left hooked:hooked alone: pre_restart_command postponed it to a later check (exit code 75), 2 times in a row',
  )
  await supervisord.waitForLog('Restarted hooked:hooked: pid')
  const { pid } = await supervisord.process('hooked:hooked')
  await waitFor('the other hook', () => read('post.said') === `hooked:hooked ${pid}\n`)
  const [first] = read('pre.stdin').trim().split('\n')
  expect(JSON.parse(first ?? '')).toMatchObject({
    memmon: 1,
    process: { namespec: 'hooked:hooked' },
    limit: 30 * 1024 * 1024,
  })
  expect((await supervisord.process('memmon:memmon')).state).toBe(20) // what hooks print has not deafened it
})

test('a hook that hangs holds up nothing else, and is killed', async () => {
  const log = await supervisord.waitForLog(
    /pre_restart_command for hangs:hangs: it had not ended after 15 s and was killed\. The restart continues/,
  )
  const meanwhile = log.slice(
    log.indexOf('Restarting hangs:hangs'),
    log.indexOf('pre_restart_command for hangs:hangs'),
  )
  expect(meanwhile).toContain(' INFO Restarted ')
  await supervisord.waitForLog('Restarted hangs:hangs: pid')
})

test('restart_command in place of stop and start; restart_group with all of its group', async () => {
  await supervisord.waitForLog('Restarted platform:platform: pid')
  expect(supervisord.log()).not.toContain('stopped: platform')
  await supervisord.waitForLog('Restarted pair:small: pid')
  await supervisord.waitForLog('Restarted pair:large: pid')
  expect(supervisord.memmonLog()).toMatch(
    /Restarting pair:small .*: pair:large is over its limit, and its group is restarted together/,
  )
})

test('on_alert_command hears of what somebody may have to look at', async () => {
  await waitFor('it to be called', () => read('alert.said').includes('draining stubborn:stubborn'))
})

test('the Varnish example of docs/draining.md: sick, restarted, healthy', async () => {
  const block = blocksOf('conf').find(({ text }) => text.includes('varnishadm'))?.text ?? ''
  mkdirSync(file('bin'))
  writeFileSync(
    join(file('bin'), 'varnishadm'),
    `#!/bin/sh\necho "$(ps -o pid= -p "$MEMMON_PID" | wc -l) $*" >> ${file('varnish')}\n`,
    { mode: 0o755 },
  )
  writeFileSync(file('varnish.conf'), `[memmon]\nmax_restarts = 1/1h\n${block.replace('500MB', '30MB')}`)
  const varnish = await Supervisord.start({
    programs: holder('backend', 50),
    memmon: `--config ${file('varnish.conf')}`,
    env: { PATH: `${file('bin')}:${process.env.PATH}` },
  })
  try {
    await varnish.waitForLog('Restarted backend:backend: pid')
    await waitFor('both', () => read('varnish').split('\n').length === 3)
    expect(read('varnish')).toBe('1 backend.set_health backend sick\n1 backend.set_health backend healthy\n')
  } finally {
    await varnish.stop()
  }
})

test('a process that is drained is told once, also by the memmon that comes after one that was killed', async () => {
  noted = await Supervisord.start({
    programs: `[program:counts]\ncommand=${PYTHON} -c "import os, signal, time; signal.signal(10, lambda *a: open('${file('signals')}', 'a').write('%%d ' %% os.getpid())); b = b'x' * (50 << 20); [time.sleep(1) for _ in range(3600)]"\n`,
    memmon: '-p counts=1GB --soft-limit 30MB --drain-signal USR1 --grace 40s',
  })
  const { pid } = await noted.process('counts:counts')
  await noted.waitForLog('Draining counts:counts')
  await waitFor('the signal', () => read('signals') !== '')
  process.kill((await noted.process('memmon:memmon')).pid, 'SIGKILL')
  const log = await noted.waitForLog(/Restarting counts:counts .* its grace of 40s is over/)
  const drained = log.slice(0, log.indexOf('Restarting counts:counts'))
  expect(drained.split('memmon watches supervisord')).toHaveLength(3)
  expect(drained.split('Draining counts:counts')).toHaveLength(2)
  expect(
    read('signals')
      .match(/\d+/g)
      ?.filter(one => Number(one) === pid),
  ).toHaveLength(1)
})
