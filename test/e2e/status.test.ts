// memmon status under a real supervisord: well, over, down, not heard, stopped, killed, and without supervisord.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AS_NOBODY, runByHand } from '../helpers/by-hand.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const isRoot = process.getuid?.() === 0

let folder = ''
let supervisord: Supervisord

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-status-'))
  writeFileSync(
    join(folder, 'memmon.conf'),
    `[memmon]
state_dir = ${folder}/state
max_restarts = 1/1h
[program:leaky]
memory_limit = 30MB
[program:told]
memory_limit = 30MB
action = alert
[any]
memory_limit = 1GB
`,
    { mode: 0o600 },
  )
  supervisord = await Supervisord.start({
    programs: `${holder('fine', 5)}
${holder('told', 50)}autostart=false
${holder('leaky', 50)}autostart=false
[program:broken]
command=false
startsecs=1
startretries=0
autostart=false
`,
    memmon: `--config ${folder}/memmon.conf`,
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => runByHand(supervisord, ...args)
const document = () => JSON.parse(run('status', '--json').stdout)
const file = () => join(folder, 'state', readdirSync(join(folder, 'state'))[0] ?? '', 'listener.json')

/** The first line of the status, when it is that one; whatever it was last is told. */
async function becomes(status: number, first: RegExp): Promise<string> {
  let last = ''
  return await waitFor(
    () => `exit code ${status} and ${first}; it was ${last}`,
    () => {
      const { stdout, stderr, status: code } = run('status')
      last = `${code}: ${stdout}${stderr}`
      return code === status && first.test(stdout) && stdout
    },
  )
}

test('well: the last tick, memmon itself, and no row of a program', async () => {
  const text = await becomes(
    0,
    /^well: \d programs watched, all within their limits\n[\s\S]*Last tick {2}\d+s ago/,
  )
  expect(text).toMatch(/^ {2}Last tick {2}\d+s ago, one every 5s$/m)
  expect(text).toMatch(/^ {2}memmon {4} pid \d+, up .*MB of its limit of 128MB$/m)
  expect(text).toMatch(/^ {2}Messages {3}none waiting for a retry$/m)
  expect(text).not.toContain('fine')
  const { well, exit_code, listeners, problems } = document()
  expect({ well, exit_code, problems }).toEqual({ well: true, exit_code: 0, problems: [] })
  const { pid } = await supervisord.process('memmon:memmon')
  expect(listeners).toMatchObject([
    { section: 'eventlistener:memmon', standing: 'well', state: 'RUNNING', pid, by: 'files', failing: null },
  ])
})

test('over its limit, and down', async () => {
  await supervisord.ctl('start', 'told')
  await becomes(1, /^not well: 1 over a limit \(told\) of \d programs watched\n/)
  await supervisord.ctl('start', 'broken')
  const text = await becomes(
    1,
    /^not well: 1 over a limit \(told\), 1 down \(broken FATAL\) of [\s\S]*^told .* alerted /m,
  )
  expect(text).toMatch(/^broken .* FATAL /m)
  await supervisord.ctl('stop', 'told')
  await supervisord.ctl('remove', 'broken')
})

test('a restart is shown with its reason, also after memmon was killed; what is capped is over', async () => {
  await supervisord.ctl('start', 'leaky')
  await supervisord.waitForLog('Restarted leaky:leaky')
  const text = await becomes(1, /^not well: 1 over a limit \(leaky\)/)
  expect(text).toMatch(/^Last restarts$/m)
  expect(text).toMatch(/leaky:leaky +.*RSS, over \[program:leaky\] memory_limit=30MB by /)
  await becomes(1, /^leaky .* capped until \d\d:\d\d /m)
  const { pid } = await supervisord.process('memmon:memmon')
  process.kill(pid, 'SIGKILL')
  await waitFor('the next one', async () => {
    const { pid: next, standing } = document().listeners[0]
    return next !== pid && standing === 'over'
  })
  expect(document().listeners[0].restarts).toMatchObject([
    { namespec: 'leaky:leaky', reason: expect.stringContaining('memory_limit=30MB') },
  ])
  await supervisord.ctl('stop', 'leaky')
  await becomes(0, /^well: /)
})

test('not heard: a memmon whose ticks have stopped, and one that hears again', async () => {
  await becomes(0, /^well: [\s\S]*Last tick {2}\d+s ago/)
  const { pid } = await supervisord.process('memmon:memmon')
  process.kill(pid, 'SIGSTOP')
  try {
    const long = Date.now() / 1000 - 1000
    utimesSync(file(), long, long)
    const text = await becomes(
      2,
      /^not well: memmon was not heard for 10\d\d s: no tick has reached it since /,
    )
    expect(text).toMatch(/^ {2}Last tick {2}16m \d+s ago, at /m)
    expect(document().listeners[0]).toMatchObject({ standing: 'silent', tick: { heard: false } })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await becomes(0, /^well: /)
})

test('stopped: when it was heard last', async () => {
  await supervisord.ctl('stop', 'memmon')
  await becomes(
    2,
    /^not well: memmon is not running \(supervisord says STOPPED\); its last tick came .* ago\n/,
  )
  const { mtimeMs } = statSync(file())
  expect(new Date(document().listeners[0].tick.at).getTime()).toBe(Math.round(mtimeMs))
  await supervisord.ctl('start', 'memmon')
  await becomes(0, /^well: [\s\S]*Last tick {2}\d+s ago/)
})

test('only root and its own user may read it: another one is told so', () => {
  const argv = [process.execPath, MEMMON, 'status', '-C', supervisord.conf]
  const [command = '', ...args] = isRoot ? [...AS_NOBODY, ...argv] : argv
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  expect([status, /denied|Permission/i.test(stdout + stderr)]).toEqual(isRoot ? [2, true] : [0, false])
})

test('without supervisord: what memmon has left is shown all the same', async () => {
  process.kill(supervisord.pid, 'SIGKILL')
  const text = await becomes(2, /^not well: .*supervisor.sock/)
  expect(text).toMatch(/^ {2}Last tick {2}\d+s ago, /m)
  expect(text).toMatch(/leaky:leaky +.*memory_limit=30MB/)
})
