// `memmon suggest` by the built binary: by what was recorded, by what is seen now, and as a file that memmon reads.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMemmon } from '../helpers/memmon.ts'
import { RecordedState } from '../helpers/recorded.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { Terminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait.ts'

const state = new RecordedState()
let server: ScriptedSupervisord
let sleeper: ChildProcess
beforeAll(async () => {
  sleeper = spawn('sleep', ['600'])
  const programs = [{ namespec: 'web:web', pid: sleeper.pid ?? 0 }]
  server = await ScriptedSupervisord.start({ socketPath: state.socketPath, programs })
  state.write([
    { namespec: 'web:web', hours: 24, sizeMB: () => 100, limitMB: 300 },
    { namespec: 'worker:worker_00', hours: 24, sizeMB: hour => 180 + 90 * Math.min(2, Math.floor(hour / 2)) },
    { namespec: 'api:api', hours: 12, sizeMB: hour => 100 + 40 * hour },
    { namespec: 'memmon:memmon', hours: 24, sizeMB: () => 50 },
  ])
})
afterAll(async () => {
  sleeper.kill()
  await server.close()
  state.remove()
})

const suggest = (...args: string[]) => runMemmon(['suggest', '-C', state.conf, ...args])
/** Of a supervisord whose memmon has recorded nothing. */
const blank = () => [
  'suggest',
  '--server-url',
  `unix://${state.socketPath}`,
  '-C',
  join(state.folder, 'blank.conf'),
]
const blankConf = () => {
  const text = `[unix_http_server]\nfile=${state.socketPath}\n`
  writeFileSync(join(state.folder, 'blank.conf'), text)
}

test('a limit for each process but memmon itself, and why', async () => {
  expect(await suggest()).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `api: 400MB
  leaks 40MB an hour, which no limit fixes; seen for 12h; normally 340MB, at most 580MB; with this limit it runs for about 7h at a time

web: 130MB (now 300MB)
  steady; seen for 1d; normally 100MB, at most 100MB; this limit is 30% above the peak

worker:worker_00: 450MB
  rose and levelled off at 360MB; seen for 1d; normally 360MB, at most 360MB, varies by 90MB; this limit is 25% above the peak
`,
  })
})

test('JSON has the figures', async () => {
  const { stdout } = await suggest('--json', 'web', 'api')
  expect(JSON.parse(stdout).suggestions).toMatchObject([
    { namespec: 'api:api', verdict: 'leak', runs_for_seconds: expect.any(Number) },
    {
      namespec: 'web:web',
      metric: 'rss',
      cumulative: false,
      limit_bytes: 136314880,
      limit_now_bytes: 314572800,
      is_guess: false,
      verdict: 'steady',
      seen_seconds: 86400,
      normal_bytes: 104857600,
      peak_bytes: 104857600,
      spread_bytes: 0,
      restarts: 0,
      runs_for_seconds: null,
      reason: expect.stringMatching(/^steady; /),
    },
  ])
})

test('--write makes a file that check reads, that nobody else may write, and never over another one', async () => {
  const path = join(state.folder, 'memmon.conf')
  const written = await suggest('--write', path)
  expect(written).toMatchObject({
    code: 0,
    stderr: `Wrote ${path}. Try it: memmon check --config ${path}\n`,
  })
  expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask())
  const text = readFileSync(path, 'utf8')
  expect(text.match(/^\[.*\]$/gm)).toEqual(['[program:api]', '[program:web]', '[program:worker:worker_00]'])
  const checked = await runMemmon(['check', '-C', state.conf, '--config', path, '--json'])
  expect(JSON.parse(checked.stdout).processes).toMatchObject([
    { namespec: 'web:web', rule: '[program:web] memory_limit=130MB', limit_bytes: 136314880 },
  ])
  const again = await suggest('--write', path)
  expect(again).toMatchObject({ code: 2, stdout: '' })
  expect(again.stderr).toContain(`--write ${path}: it exists already; name another file, or remove it\n`)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test.each([
  ['a link that leads nowhere', 'dangling', 'it exists already; name another file, or remove it'],
  ['a folder that is not there', 'none/memmon.conf', 'no such directory'],
])('--write to %s is refused before anything is looked at', async (_, name, why) => {
  if (name === 'dangling') symlinkSync('/nonexistent', join(state.folder, name))
  const { code, stdout, stderr } = await suggest('--watch', '1d', '--write', join(state.folder, name))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(why)
})

test('without a history it watches; what is seen for seconds is not written', async () => {
  blankConf()
  const path = join(state.folder, 'short.conf')
  const run = await runMemmon([...blank(), '--watch', '1s', '--write', path])
  expect(run.code).toBe(1)
  expect(run.stdout).toMatch(
    /^web: no suggestion yet\n {2}seen for \d+s: too short to tell; try again in an hour\n$/,
  )
  expect(run.stderr).toContain(
    `Nothing written to ${path}: too little was measured for any limit; watch longer, as in --watch 10m\n`,
  )
  expect(() => statSync(path)).toThrow('ENOENT')
})

test('a name that supervisord does not have ends it before it watches', async () => {
  blankConf()
  const { code, stderr } = await runMemmon([...blank(), '--watch', '1d', 'wbe'])
  expect(code).toBe(2)
  expect(stderr).toContain('supervisord has no process or group "wbe"; did you mean web?')
})

test('on a terminal it shows how long it takes, and Ctrl-C ends it with what is known', async () => {
  blankConf()
  const terminal = new Terminal(blank())
  await waitFor(
    () => `progress\n${terminal.output}`,
    () => /\[\.+\|\] +0% {2}watching 1 process, 1m \d+s left, Ctrl-C ends it/.test(terminal.output),
  )
  terminal.press('\u0003')
  expect((await terminal.ended).code).toBe(0)
  expect(terminal.output).toContain('No history yet: watching for 2m; --watch says how long')
  expect(terminal.output).toMatch(/\r\u001b\[Kweb: no suggestion yet\r\n {2}seen for /)
})
