// What an operator has memmon do, under a real supervisord: restart, drain, mute; refused with the reason; by nobody else; and
// all of it outlives a memmon that is killed.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { AS_NOBODY } from '../helpers/by-hand.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const isRoot = process.getuid?.() === 0
/** Takes two seconds to end. */
const SLOW = `${PYTHON} -c "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"`

let folder = ''
let socket = ''
let supervisord: Supervisord

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-acts-'))
  chmodSync(folder, 0o755)
  socket = join(folder, 'memmon.sock')
  writeFileSync(
    join(folder, 'memmon.conf'),
    `[memmon]
agent_socket = ${socket}
state_dir = ${folder}/state
email = bob@example.com
mail_interval = 0
max_restarts = 4/1h
stagger = 0
ignore = ignored
[program:drained]
memory_limit = 1GB
soft_limit = 900MB
drain_signal = TERM
grace = 50m
[program:over]
memory_limit = 30MB
action = alert
[any]
memory_limit = 1GB
`,
    { mode: 0o600 },
  )
  supervisord = await Supervisord.start({
    programs: `${holder('web', 5)}
${holder('over', 50)}autostart=false
[program:drained]
command=sleep 3600
[program:ignored]
command=sleep 3600
[program:off]
command=sleep 3600
autostart=false
[program:slow]
command=${SLOW}
process_name=%(program_name)s_%(process_num)d
numprocs=2
stopwaitsecs=2
`,
    memmon: `--config ${folder}/memmon.conf -s @sendmail`,
  })
  await supervisord.waitForLog('Agents of workers connect to')
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

const conf = () => supervisord.conf
const command = (...args: string[]) => runMemmon([...args, '-C', conf()])
const pidOf = async (namespec: string) => (await supervisord.process(namespec)).pid
const nowOf = async (namespec: string): Promise<string> => {
  const { stdout } = await command('check', '--json')
  const { processes } = JSON.parse(stdout)
  return processes.find((one: { namespec: string }) => one.namespec === namespec)?.now
}
const killMemmon = async () => {
  const pid = await pidOf('memmon:memmon')
  process.kill(pid, 'SIGKILL')
  await waitFor('the next memmon', async () => {
    const next = await supervisord.process('memmon:memmon')
    return next.state === ProcessState.RUNNING && next.pid !== pid
  })
}

test('restart: done as any other, and told as asked for by hand', async () => {
  const before = await pidOf('web:web')
  const run = await command('restart', 'web')
  expect(run).toMatchObject({
    code: 0,
    stderr: 'memmon: web:web: asked for; Ctrl-C stops waiting, memmon goes on\n',
  })
  const after = await pidOf('web:web')
  expect(run.stdout).toMatch(new RegExp(`^Restarted web:web: pid ${before} is now pid ${after}, after `))
  expect(await supervisord.waitForLog('asked for by hand (memmon restart)')).toMatch(
    /INFO Restarting web:web \(pid \d+, up .*\): asked for by hand \(memmon restart\), .*RSS\n/,
  )
  const [mail = ''] = await supervisord.waitForMails(1, 'web:web')
  expect(mail).toMatch(
    /Restarted web:web on \S+\s+asked for by\s+hand|Restarted web:web on \S+: asked for by hand/,
  )
  const { stdout } = await command('status')
  expect(stdout).toMatch(/web:web +asked for by hand \(memmon restart\)/)
})

test('a group: one after the other, each a restart of its own', async () => {
  const before = [await pidOf('slow:slow_0'), await pidOf('slow:slow_1')]
  const { code, stdout } = await command('restart', 'slow')
  expect([code, stdout.match(/^Restarted slow:slow_\d: pid /gm)]).toEqual([0, expect.any(Array)])
  expect(stdout.split('\n')).toHaveLength(3)
  expect(
    [await pidOf('slow:slow_0'), await pidOf('slow:slow_1')].filter(pid => before.includes(pid)),
  ).toEqual([])
})

test.each([
  ['restart', 'memmon', /^memmon: memmon:memmon: memmon does not watch it: it is memmon itself\n$/],
  ['restart', 'ignored', /memmon does not watch it: the settings ignore it/],
  ['drain', 'web', /memmon does not know how to ask it to finish: give it a soft_limit/],
  ['restart', 'off', /^memmon: off:off: it is STOPPED\n$/],
  ['mute', 'memmon', /it is memmon itself/],
  ['unmute', 'web', /^memmon: web:web: it is not muted\n$/],
])('%s %s is refused, with the reason', async (what, name, reason) => {
  const { code, stdout, stderr } = await command(what, name)
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(reason)])
})

test.each([
  ['restart', 'nosuch', '', /no process or group "nosuch"/],
  ['mute', 'web', 'soon', /"soon" is not a time/],
])('%s %s %s: nothing is asked', async (what, name, time, reason) => {
  const { code, stderr } = await command(what, name, ...(time ? [time] : []))
  expect([code, stderr]).toEqual([2, expect.stringMatching(reason)])
})

test('a mute is a day at most', async () => {
  const { code, stderr } = await command('mute', 'web', '2d')
  expect([code, stderr]).toEqual([1, expect.stringContaining('2d is too long: 1d at most')])
})

test('drain: asked to finish as over its soft limit, and back when it has ended', async () => {
  const before = await supervisord.process('drained:drained')
  const run = await command('drain', 'drained')
  expect(run).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Draining drained:drained: it was asked'),
  })
  await supervisord.waitForLog(/Draining drained:drained \(pid \d+\): asked for by hand \(memmon drain\), /)
  await supervisord.waitForRestart(before)
})

test('muted: neither told of nor judged, also by the next memmon; unmuted: told at once', async () => {
  await command('mute', 'over', '20m')
  await supervisord.ctl('start', 'over')
  expect(await nowOf('over:over')).toMatch(/^muted until \d\d:\d\d$/)
  await killMemmon()
  await supervisord.waitForLog('over:over is muted until', { times: 2 })
  await waitForChecks(supervisord, 2)
  expect(supervisord.memmonLog()).not.toContain('over:over (pid')
  const { code, stdout } = await command('status')
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^well: .*, 1 muted\n[\s\S]* Muted +over:over until /),
  ])
  expect((await command('explain', 'over')).stdout).toContain('memmon leaves it alone until')
  expect((await command('unmute', 'over')).stdout).toBe('Unmuted over:over\n')
  await supervisord.waitForLog(/WARN over:over \(pid \d+\) exceeds its limit and is left running/)
  expect(await nowOf('over:over')).toBe('alerted')
  await supervisord.ctl('stop', 'over')
})

test('killed in the middle of a group: the next memmon finishes all of it', async () => {
  const before = [await pidOf('slow:slow_0'), await pidOf('slow:slow_1')]
  const begun = supervisord.memmonLog().split('Restarting slow:').length
  const asking = command('restart', 'slow')
  await waitFor('the first to be stopped', async () => {
    const states = [await supervisord.process('slow:slow_0'), await supervisord.process('slow:slow_1')]
    return (
      supervisord.memmonLog().split('Restarting slow:').length > begun &&
      states.some(one => one.state === ProcessState.STOPPING)
    )
  })
  await killMemmon()
  expect(await asking).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('memmon has closed the connection'),
  })
  await waitFor(
    () => `both to be new\n${supervisord.memmonLog()}`,
    async () => {
      const now = [await supervisord.process('slow:slow_0'), await supervisord.process('slow:slow_1')]
      return now.every(({ state, pid }) => state === ProcessState.RUNNING && !before.includes(pid))
    },
  )
})

test('--max-restarts counts it, and holds it back, which is said with the way round', async () => {
  await waitFor('the cap', async () => (await command('restart', 'web')).code === 1)
  const { stderr } = await command('restart', 'web')
  expect(stderr).toMatch(
    /^memmon: web:web: --max-restarts 4\/1h allows no restart before .*; supervisorctl restart does it without memmon\n$/,
  )
})

test('status by the socket: as fresh as memmon itself, with the agents', async () => {
  const { stdout } = await command('status', '--json')
  expect(JSON.parse(stdout).listeners[0]).toMatchObject({ by: 'socket', agents: 0, standing: 'well' })
})

test('nobody but its user and root may: the socket is closed to all others', () => {
  const connect = `require('net').connect(${JSON.stringify(socket)}).on('connect', () => console.log('in')).on('error', e => console.log(e.code)).on('connect', () => process.exit())`
  const argv = [process.execPath, '-e', connect]
  const [program = '', ...args] = isRoot ? [...AS_NOBODY, ...argv] : argv
  expect(spawnSync(program, args, { encoding: 'utf8' }).stdout.trim()).toBe(isRoot ? 'EACCES' : 'in')
})

test('without a socket: what to set', async () => {
  const bare = await Supervisord.start({ programs: holder('web', 5), memmon: '-a 1GB' })
  try {
    const run = await runMemmon(['mute', 'web', '-C', bare.conf])
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('set agent_socket = auto') })
  } finally {
    await bare.stop()
  }
})

test('Ctrl-C leaves a restart to memmon', async () => {
  const before = await supervisord.process('slow:slow_0')
  const child = spawn(process.execPath, [MEMMON, 'restart', 'slow:slow_0', '-C', conf()])
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  const ended = new Promise(resolve => child.on('exit', resolve))
  await waitFor('it to be asked for', () => said.includes('asked for'))
  child.kill('SIGINT')
  await ended
  await supervisord.waitForRestart(before)
})
