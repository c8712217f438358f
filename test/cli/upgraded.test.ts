// npm replaces memmon's packages one by one while memmon runs: no command is lost for it, and no restart goes on
// without its pre_restart_command. The built memmon in a folder of its own, under a scripted supervisord.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Installed } from '../helpers/installed.ts'
import { Memmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const SHLEX = 'node_modules/shlex'

let folder = ''
let program: ChildProcess
let server: ScriptedSupervisord
let installed: Installed
let memmon: Memmon | undefined
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-upgraded-'))
  program = spawn('sleep', ['600'])
  const programs = [{ namespec: 'w:a', pid: program.pid ?? 0 }]
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock'), programs })
  installed = new Installed()
})
afterEach(async () => {
  memmon?.child.kill('SIGKILL')
  await memmon?.ended
  await server.close()
  program.kill()
  installed.remove()
  rmSync(folder, { recursive: true, force: true })
})

function start(...args: string[]): Memmon {
  memmon = new Memmon(['-a', '1KB', ...args], { SUPERVISOR_SERVER_URL: server.url }, installed.command)
  return memmon
}

const ran = () => existsSync(join(folder, 'ran'))
const touch = () => `touch ${join(folder, 'ran')}`

test('shlex is away when a hook is due: the restart waits for it', async () => {
  installed.takeAway(SHLEX)
  const running = start('--pre-restart-command', touch())
  await running.tickUntil('a check that finds the restart waiting', () =>
    running.logHolds(/Left w:a alone: pre_restart_command waits for a later check, .* shlex, once so far/),
  )
  expect([server.count('stopProcess'), ran()]).toEqual([0, false])
  installed.putBack(SHLEX)
  await running.tickUntil('the restart', () => server.count('stopProcess') > 0)
  expect(ran()).toBe(true)
})

test('shlex is away at an alert, and back a moment later: on_alert_command is run', async () => {
  installed.takeAway(SHLEX)
  const running = start('--action', 'alert', '--on-alert-command', touch())
  await running.tickUntil('the alert', () => running.logHolds('exceeds its limit and is left running'))
  installed.putBack(SHLEX)
  await waitFor(() => `the command to run\n${running.stderr}`, ran)
})

test('what a command needs was loaded at the start: shlex may be away when it is run', async () => {
  const running = start('--action', 'alert', '--for', '3', '--on-alert-command', touch())
  await running.tick(2) // the third finds it over its limit
  await running.waitForLog('Checks read the sizes')
  installed.takeAway(SHLEX)
  await running.tickUntil('the alert', () => running.logHolds('exceeds its limit and is left running'))
  await waitFor(() => `the command to run\n${running.stderr}`, ran, 10_000)
})

test.each<[part: string, key: (folder: string) => string, failed: string, again: string]>([
  [
    'alerts',
    () => 'alertmanager = http://127.0.0.1:1',
    'Alerts cannot be sent: ',
    'Failed to send 1 alert by alertmanager 127.0.0.1:1: ',
  ],
  [
    'metrics',
    at => `metrics_file = ${at}/m.prom`,
    'Metrics are unavailable: ',
    'Metrics are available again',
  ],
  [
    'agents',
    at => `agent_socket = ${at}/a.sock`,
    'Agents of workers cannot connect: ',
    'Agents of workers can connect again',
  ],
])('the file for %s is away when they are set, and back later: said once, and tried again', async (...row) => {
  const [part, key, failed, again] = row
  const [file = ''] = readdirSync(join(installed.folder, 'dist')).filter(name =>
    new RegExp(`^${part}-.*cjs$`).test(name),
  )
  const conf = join(folder, 'memmon.conf')
  writeFileSync(conf, '[any]\nmemory_limit = 1KB\naction = alert\n', { mode: 0o600 })
  const running = new Memmon(['--config', conf], { SUPERVISOR_SERVER_URL: server.url }, installed.command)
  memmon = running
  await running.waitForLog('memmon watches supervisord')
  installed.takeAway(join('dist', file))
  writeFileSync(conf, `[memmon]\n${key(folder)}\n[any]\nmemory_limit = 1KB\naction = alert\n`)
  await running.tickUntil('the failure', () => running.logHolds(failed))
  await running.tickUntil('the alert', () => running.logHolds('exceeds its limit and is left running'))
  await running.tick(2)
  installed.putBack(join('dist', file))
  await running.tickUntil('what it is for', () => running.logHolds(again))
  expect(running.stderr.split(failed)).toHaveLength(2)
})

test('memmon is replaced between READY and the rest of its start: it ends, and a fresh one comes', async () => {
  const [rest = ''] = readdirSync(join(installed.folder, 'dist')).filter(name => name.startsWith('listener-'))
  installed.takeAway(join('dist', rest))
  const running = start()
  expect([await running.ended, running.stdout]).toEqual([1, 'READY\n'])
  expect(running.stderr).toContain(
    'CRIT Internal error, please report it. memmon ends, supervisord starts it again: ',
  )
})

test.each([
  ['what draws is there: the mail has its picture', false],
  ['what draws is away: the mail goes without it', true],
])('%s', async (_, isAway) => {
  const [pictures = ''] = readdirSync(join(installed.folder, 'dist')).filter(name =>
    name.startsWith('pictures-'),
  )
  const mail = join(folder, 'mail')
  const sendmail = join(folder, 'sendmail')
  writeFileSync(sendmail, `#!/bin/sh\ncat > ${mail}.new && mv ${mail}.new ${mail}\n`, { mode: 0o755 })
  const running = start('-m', 'bob@example.com', '-s', sendmail, '--mail-interval', '0')
  await running.waitForLog('memmon watches supervisord')
  if (isAway) installed.takeAway(join('dist', pictures))
  await running.tickUntil('the mail', () => existsSync(mail))
  const text = readFileSync(mail, 'utf8')
  expect(text).toMatch(/^Subject: .*w:a/m)
  expect(text.includes('Content-Type: text/html')).toBe(!isAway)
})
