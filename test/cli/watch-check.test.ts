// `memmon check --watch` by the built binary, on a real terminal and in pipes.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { Terminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait.ts'

const PROGRAMS = 40
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'

let folder = ''
let server: ScriptedSupervisord
let sleeps: ChildProcess[]
const programs = () => sleeps.map(({ pid = 0 }, at) => ({ namespec: `work:w${at}`, pid }))
/** Its programs are new, too: it says that they have just been started. */
const start = async () => {
  sleeps = Array.from({ length: PROGRAMS }, () => spawn('sleep', ['600']))
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock'), programs: programs() })
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-watch-'))
  await start()
})
const stop = async () => {
  await server.close()
  for (const sleep of sleeps) sleep.kill()
}
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
})

const watching = (...args: string[]) =>
  new Terminal(['check', '--watch', '1', '--server-url', server.url, '-p', 'w7=1KB', '-a', '1GB', ...args])

test('is drawn in place, no longer than the terminal, and q leaves the terminal as it was', async () => {
  const terminal = watching()
  await terminal.waitForScreen(/^1 of 40 over, .* in use\n\d\d:\d\d:\d\d, every 1s, q quits\n\nPROCESS /)
  const screen = await terminal.waitForScreen(/\nwork:w7 .* restart .*\n/)
  expect(screen.split('\n')).toHaveLength(24)
  expect(screen).toMatch(/… 21 more$/)
  terminal.press('q')
  expect(await terminal.ended).toEqual({ code: 1, isRestored: true })
  expect(terminal.output.startsWith(ENTER)).toBe(true)
  expect(terminal.output.endsWith(LEAVE)).toBe(true)
  // A line end at the bottom row would scroll.
  expect(terminal.output).not.toContain('\n')
})

test.each<[what: string, end: (terminal: Terminal) => void, code: number]>([
  ['SIGTERM', terminal => terminal.kill(15), 143],
  ['SIGINT', terminal => terminal.kill(2), 130],
  ['SIGHUP', terminal => terminal.kill(1), 129],
  ['Ctrl-C', terminal => terminal.press('\u0003'), 1],
  ['Q', terminal => terminal.press('Q'), 1],
])('%s leaves the terminal as it was', async (_, end, code) => {
  const terminal = watching()
  await terminal.waitForScreen(/over/)
  end(terminal)
  expect(await terminal.ended).toEqual({ code, isRestored: true })
  expect(terminal.output.endsWith(LEAVE)).toBe(true)
})

test('Ctrl-Z gives the terminal back, and the screen is there again when it goes on', async () => {
  const terminal = watching()
  await terminal.waitForScreen(/over/)
  terminal.press('\u001a')
  await waitFor('the terminal back', () => terminal.output.includes(LEAVE))
  terminal.kill(18)
  await waitFor('the screen again', () => terminal.output.split(ENTER).length > 2)
  await terminal.waitForScreen(/over/)
  terminal.press('q')
  expect(await terminal.ended).toEqual({ code: 1, isRestored: true })
})

test('another size of the terminal is another picture, at once', async () => {
  const terminal = new Terminal(['check', '--watch', '10m', '--server-url', server.url, '-a', '1GB'], 10, 60)
  await terminal.waitForScreen(/… 35 more$/)
  terminal.resize(50, 120)
  expect(await terminal.waitForScreen(/work:w39/)).toMatch(/PROCESS +PID +UPTIME/)
  terminal.press('q')
  await terminal.ended
})

test('a supervisord that goes away is said, with what was seen last, until it is back', async () => {
  const terminal = watching()
  await terminal.waitForScreen(/over/)
  await stop()
  const screen = await terminal.waitForScreen(/\nAs of \d\d:\d\d:\d\d, every 1s, q quits. Now: .*supervisor/)
  expect(screen).toMatch(/\nwork:w7 .* restart/)
  await start()
  await terminal.waitForScreen(/over.*\n\d\d:\d\d:\d\d, every/)
  server.misbehave('getAllProcessInfo', { kind: 'never' }, 100)
  await waitFor('a call that is not answered', () => server.count('getAllProcessInfo') > 1)
  terminal.press('q')
  expect(await terminal.ended).toEqual({ code: 1, isRestored: true })
})

test('if nothing can be looked at, the terminal is left alone', async () => {
  const terminal = new Terminal(['check', '--watch', '--server-url', 'unix:///nonexistent.sock', '-a', '1GB'])
  expect(await terminal.ended).toEqual({ code: 2, isRestored: true })
  expect(terminal.output).toMatch(/^memmon: .*nonexistent/)
})

test('in a pipe each look is printed below the last one, and what fails goes to stderr', async () => {
  const memmon = new Memmon(['check', '--watch', '1', '--server-url', server.url, '-p', 'w7=1KB', '--over'])
  const looks = () =>
    memmon.stdout.match(/^\d{4}-\d\d-\d\d .*\nPROCESS .*\nwork:w7 .*\n\n1 of 40 over/gm)?.length ?? 0
  await waitFor(
    () => `two looks\n${memmon.stdout}`,
    () => looks() >= 2,
  )
  await stop()
  await memmon.waitForLog('supervisor')
  await start()
  const before = looks()
  await waitFor(
    () => `another look\n${memmon.stdout}\n${memmon.stderr}`,
    () => looks() > before,
  )
  expect(memmon.stdout).not.toContain('\u001b')
  memmon.child.kill()
  await memmon.ended
})

test('with --json each look is one line', async () => {
  const memmon = new Memmon([
    'check',
    '--json',
    '--watch',
    '1',
    '--server-url',
    server.url,
    '-a',
    '1GB',
    'w7',
  ])
  await waitFor('two lines', () => memmon.stdout.split('\n').length > 2)
  memmon.child.kill()
  await memmon.ended
  for (const line of memmon.stdout.split('\n').slice(0, 2)) {
    expect(JSON.parse(line)).toMatchObject({ processes: [{ namespec: 'work:w7', verdict: 'ok' }] })
  }
})

test('a reader that has read enough ends it, without a word', async () => {
  const memmon = new Memmon(['check', '--watch', '1', '--server-url', server.url, '-a', '1GB'])
  await waitFor('the first look', () => memmon.stdout.includes('in use'))
  memmon.child.stdout.destroy()
  expect(await memmon.ended).toBe(0)
  expect(memmon.stderr).toBe('')
})
