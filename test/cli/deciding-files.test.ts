// memmon.conf and what it names, where others may write it: refused as root, warned about otherwise.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuseLoose } from '../../src/config/deciding-files.ts'
import { Memmon, runMemmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { settingsFrom } from '../helpers/values.ts'

const OWN = process.geteuid?.() ?? 0
const IS_ROOT = OWN === 0
/** Of another user; only root may give files away. */
const OTHER = IS_ROOT ? 65_534 : OWN

let folder = ''
let server: ScriptedSupervisord
let memmon: Memmon | undefined
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-loose-'))
  mkdirSync(join(folder, 'conf.d'))
  server = await ScriptedSupervisord.start()
  memmon = undefined
})
afterEach(async () => {
  memmon?.child.kill('SIGKILL')
  await memmon?.ended
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A file of this mode, whatever the umask is; its path. */
function write(name: string, mode: number, text = '#!/bin/sh\n'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const RULE = '[any]\nmemory_limit = 1TB\n'
const MENDED = (path: string, inShell = path) =>
  `${path} is writable by its group (mode 0664): run "chmod go-w ${inShell}"`

test.each([
  ['-p w=1MB --pre-restart-command @', 1],
  ['-p w=1MB --post-restart-command @', 1],
  ['-p w=1MB --restart-command @', 1],
  ['-p w=1MB --action exec --exec-command @', 1],
  ['-p w=9MB --soft-limit 1MB --drain-command @ --drain-check @', 1],
  ['--total 1GB --pre-restart-command @', 1],
  ['-a 1GB --on-alert-command @', 1],
  ['-a 1GB -m bob@example.com -s @', 1],
  ['-a 1GB -s @', 0], // there is no mail
  ['-a 1GB --smtp-ca-file @', 1],
  ['-a 1GB --monitor @', 1],
])('%s: %i told', (argv, count) => {
  const path = write('hook', 0o664)
  const settings = settingsFrom(...argv.split(' ').map(word => (word === '@' ? path : word)))
  expect(refuseLoose(settings, [], OWN || 7)).toEqual(
    Array(count).fill(`${MENDED(path)}. Whoever may write it decides what memmon does`),
  )
  if (count > 0)
    expect(() => refuseLoose(settings, [], 0)).toThrow('; memmon runs as root and does what it says')
  chmodSync(path, 0o755)
  expect(refuseLoose(settings, [], OWN)).toEqual([])
})

test.each([
  ['--smtp-ca-file', 'internal ca.pem', 'internal ca.pem'],
  ['--smtp-ca-file', `a "quoted" one's.pem`, `a "quoted" one'\\''s.pem`],
  ['--monitor', 'busy cpu.mjs', 'busy cpu.mjs'],
  ['--monitor', `a "quoted" one's.mjs`, `a "quoted" one'\\''s.mjs`],
])('%s takes a path, whatever stands in it: %s', (flag, name, quoted) => {
  const path = write(name, 0o664)
  const inShell = `'${path.replace(name, '')}${quoted}'`
  expect(refuseLoose(settingsFrom('-a', '1MB', flag, path), [], OWN || 7)).toEqual([
    `${MENDED(path, inShell)}. Whoever may write it decides what memmon does`,
  ])
})

test.each([
  ['/bin/sh "@"', 1],
  ['/bin/sh -e @', 1],
  ['/bin/sh -ec "exec @ --all"', 1],
  ['bash -c "@ --all"', 1],
  ['python3 -u @', 1],
  ['/usr/bin/env A=1 python3 @', 1],
  ["'@' x", 1],
  ['"@"x/../hook', 0], // one word, whose folder does not exist
  ['/bin/true @', 0],
  ['/bin/sh -c "true @"', 0],
  ['python3 -m tool @', 0],
  ['perl -e 1 @', 0],
  ['bash -o pipefail @ x', 1],
  ['bash -eo pipefail -c "@ x"', 1],
  ['env -u HOME @', 1],
  ['env -i /bin/bash -o pipefail @', 1],
  ['python3 -W ignore @', 1],
  ['pypy3 @', 1],
  ['python3.11 -u @', 1],
  ['node --require @ /gone/x', 1],
  ['node --require=@ /gone/x', 1],
  ['node --require /gone/x @', 1],
  ['node --max-old-space-size 64 @', 1],
  ['ruby -r@ /gone/x', 1],
  ['perl -I /usr/lib @', 1],
  ['ash @', 1],
  ['busybox sh @', 1],
  ['busybox sh -c @', 1],
  ['deno run @', 1],
  ['bash -o pipefail /gone/x @', 0],
  ['bash -o pipefail x @', 0],
  ['env -u HOME true @', 0],
  ['env -i A=1 true @', 0],
  ['deno run /gone/x @', 0],
  ['node -e 1 @', 0],
  ['php -r 1 @', 0],
  ['/gone/x', 0],
  ['sh', 0],
])('the program counts, and the script of an interpreter, but no argument: %s', (command, count) => {
  const path = write('hook', 0o664)
  const of = (text: string, ...flags: string[]) =>
    refuseLoose(settingsFrom('-a', '1MB', ...flags, text.replace('@', path)), [], OWN || 7).length
  expect(of(command, '--pre-restart-command')).toBe(count)
})

test('a path with a blank in it, as shlex reads it; and the mail command, as a shell does', () => {
  const path = write('my hook', 0o664)
  const escaped = path.replace(' ', '\\ ')
  const told = (...argv: string[]) => refuseLoose(settingsFrom('-a', '1MB', ...argv), [], OWN || 7).length
  expect(told('--pre-restart-command', `${escaped} x`)).toBe(1)
  expect(told('--pre-restart-command', `"${folder}"/my' 'hook`)).toBe(1)
  expect(told('-m', 'bob@example.com', '-s', `LANG=C exec ${escaped} -t`)).toBe(1)
})

test.each([
  'memmon.conf',
  'conf.d/a.conf',
  'hook',
])('%s that its group may write, as the user of this test', async loose => {
  const hook = write('hook', loose === 'hook' ? 0o664 : 0o755)
  write('conf.d/a.conf', loose === 'conf.d/a.conf' ? 0o664 : 0o644, `${RULE}pre_restart_command = ${hook}\n`)
  const conf = write(
    'memmon.conf',
    loose === 'memmon.conf' ? 0o664 : 0o644,
    '[memmon]\ninclude = conf.d/*.conf\n',
  )
  const env = { SUPERVISOR_SERVER_URL: server.url }
  const checked = await runMemmon(['check', '--config', conf], env)
  expect(checked.stderr).toContain(MENDED(join(folder, loose)))
  expect(checked.code).toBe(IS_ROOT ? 2 : 0)
  memmon = new Memmon(['--config', conf], env)
  await memmon.waitForLog(MENDED(join(folder, loose)))
  if (IS_ROOT) expect([await memmon.ended, memmon.stdout]).toEqual([2, ''])
  else expect(memmon.stderr).toContain('WARN ')
})

test('one that becomes writable is told at the next reload', async () => {
  const conf = write('memmon.conf', 0o644, RULE)
  const running = new Memmon(['--config', conf], { SUPERVISOR_SERVER_URL: server.url })
  memmon = running
  await running.waitForLog('memory_limit=1TB: restarts')
  chmodSync(conf, 0o664)
  writeFileSync(conf, RULE.replace('1TB', '2TB'))
  await running.tickUntil('the line', () => running.logHolds(MENDED(conf)))
  expect(running.logHolds('memory_limit=2TB: restarts')).toBe(!IS_ROOT)
  if (IS_ROOT) expect(running.stderr).toContain('The current settings stay in force')
})

test.each([
  'memmon.conf',
  'conf.d/a.conf',
  'hook',
  'secret',
])('%s of another user: refused as root, who alone may give a file away', async name => {
  write('hook', 0o755)
  write('secret', 0o600, 'https://hooks.example.com/x')
  const [hook, secret] = [join(folder, 'hook'), join(folder, 'secret')]
  write('conf.d/a.conf', 0o644, `${RULE}pre_restart_command = ${hook}\n`)
  const conf = write('memmon.conf', 0o644, `[memmon]\ninclude = conf.d/*.conf\nwebhook_file = ${secret}\n`)
  const path = join(folder, name)
  chownSync(path, OTHER, -1)
  memmon = new Memmon(['--config', conf], { SUPERVISOR_SERVER_URL: server.url })
  if (IS_ROOT) {
    await memmon.waitForLog(`${path} belongs to user ${OTHER}: run "chown root ${path}"`)
    expect([await memmon.ended, memmon.stdout]).toEqual([2, ''])
  } else {
    await memmon.waitForLog('memory_limit=1TB: restarts')
    expect(memmon.stderr).not.toContain('belongs to')
  }
})
