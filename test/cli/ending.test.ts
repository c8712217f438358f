// How memmon ends in the middle of a restart, and what the next one makes of it: the built binary against a scripted
// supervisord whose program has the pid of a real process, so that it has a size.
import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ownNeedMb } from '../helpers/own-need.ts'
import type { ScriptedProgram } from '../helpers/scripted-programs.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const { STOPPED, RUNNING, STOPPING } = ProcessState

let folder = ''
let server: ScriptedSupervisord
let program: ScriptedProgram
let memmons: Memmon[]
let sized: ChildProcess
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-ending-'))
  sized = spawn('sleep', ['600'])
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [{ namespec: 'g:n', pid: sized.pid ?? 0, stopMs: Number.POSITIVE_INFINITY }],
  })
  program = server.program('g:n')
  memmons = []
})
afterEach(async () => {
  for (const memmon of memmons) memmon.child.kill('SIGKILL')
  await Promise.all(memmons.map(({ ended }) => ended))
  await server.close()
  sized.kill()
  rmSync(folder, { recursive: true, force: true })
})

const start = (args: readonly string[] = [], env: Record<string, string> = {}): Memmon => {
  const memmon = new Memmon(['-a', '1KB', '--state-dir', join(folder, 'state'), ...args], {
    SUPERVISOR_SERVER_URL: server.url,
    ...env,
  })
  memmons.push(memmon)
  return memmon
}

/** A memmon that has just asked for the stop, which takes until the program arrives. */
async function midRestart(...args: string[]): Promise<Memmon> {
  const memmon = start(args)
  memmon.write(tickText())
  await waitFor(
    () => `the stop, of which ${server.count('stopProcess')} were asked for:\n${memmon.stderr}`,
    () => server.count('stopProcess') === 1,
  )
  return memmon
}

/** The journal's lines; '' while there is none. */
function journal(): string {
  const state = join(folder, 'state')
  const [name = ''] = existsSync(state) ? readdirSync(state) : []
  const path = join(state, name, 'restarts.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

test('the intent is in the journal when the stop is asked', async () => {
  await midRestart()
  expect(journal()).toMatch(/"state":"stopping".*"isTaken":false.*"namespec":"g:n"/)
})

test.each([
  ['the end of stdin', (memmon: Memmon) => memmon.child.stdin.end()],
  ['SIGTERM', (memmon: Memmon) => memmon.child.kill('SIGTERM')],
])('%s: what has begun is finished, then exit code 0', async (_, end) => {
  const memmon = await midRestart()
  end(memmon)
  await memmon.waitForLog(/memmon ends$/m)
  program.arrive()
  expect(await memmon.ended).toBe(0)
  expect(program.state).toBe(RUNNING)
  expect(memmon.stderr).toContain('Restarted g:n')
  expect(journal()).toContain('"restarted":"g:n"')
})

test.each(['SIGHUP', 'SIGPIPE'] as const)('%s does not end it', async signal => {
  const memmon = await midRestart()
  memmon.child.kill(signal)
  program.arrive()
  await memmon.waitForLog('Restarted g:n')
  expect(memmon.child.exitCode).toBeNull()
})

test('SIGTERM with a stop that outlasts --stop-wait: left to the next memmon, which starts the program', async () => {
  const first = await midRestart('--stop-wait', '2s')
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  expect(first.stderr).toContain('The next memmon will finish the restart of g:n (journal)')
  expect(program.state).toBe(STOPPING)
  const second = start()
  await second.waitForLog('Finishing the restart of g:n that an earlier memmon began')
  program.arrive()
  await second.waitForLog('Restarted g:n')
  expect([program.state, server.count('stopProcess'), server.count('startProcess')]).toEqual([RUNNING, 1, 1])
})

test.each([
  ['is stopped', () => Object.assign(program, { state: STOPPED, pid: 0 }), 1, /Restarted g:n/],
  [
    'was never stopped',
    () => Object.assign(program, { state: RUNNING, pid: sized.pid }),
    0,
    /it was never stopped/,
  ],
  [
    'was started by someone else',
    () => Object.assign(program, { state: RUNNING, pid: 77 }),
    0,
    /Restarted g:n.*someone else/,
  ],
  [
    'was started and stopped again',
    () => Object.assign(program, { state: STOPPED, pid: 0, startSeconds: 2e9 }),
    0,
    /someone has stopped it again/,
  ],
  ['was removed', () => server.programs.clear(), 0, /was removed/],
])('killed in the middle; the program %s: %s', async (_, change, starts, line) => {
  const first = await midRestart()
  await waitFor('the answer to the stop to be noted', () => journal().includes('"isTaken":true'))
  first.child.kill('SIGKILL')
  await first.ended
  change()
  const second = start()
  await second.waitForLog(line)
  expect([server.count('stopProcess'), server.count('startProcess')]).toEqual([1, starts])
  await waitFor('the entry to be closed', () => journal().includes('{"ended":"g:n"}'))
})

test('a supervisord that answers only later: READY at once, the recovery waits', async () => {
  const first = await midRestart()
  first.child.kill('SIGKILL')
  await first.ended
  server.misbehave('getPID', { kind: 'status', status: 500 }, 3)
  program.arrive()
  const second = start()
  await waitFor('READY', () => second.stdout === 'READY\n')
  await second.waitForLog('Restarted g:n')
})

test('no socket at all, then it appears: told once, and checks go on', async () => {
  const path = join(folder, 'later.sock')
  const memmon = start(['--server-url', `unix://${path}`, '--ignore', '*', '--verbose'])
  await memmon.tickUntil('two checks', () => memmon.logHolds(/(?:The check took[\s\S]*){2}/))
  expect(memmon.stderr).toMatch(/WARN Check skipped.*later\.sock: ENOENT/)
  const later = await ScriptedSupervisord.start({ socketPath: path, programs: [{ namespec: 'a:b' }] })
  await memmon.tickUntil('a check', () => memmon.logHolds('Checks resumed'))
  expect(memmon.stderr.match(/Check skipped/g)).toHaveLength(1)
  await memmon.end()
  await later.close()
})

test('without a writable place it works and says what is not protected', async () => {
  writeFileSync(join(folder, 'state'), 'a file')
  const memmon = await midRestart()
  program.arrive()
  await memmon.waitForLog('Restarted g:n')
  expect(memmon.stderr).toMatch(
    /WARN The journal cannot be written \(.*\): restarts continue, but if memmon is killed/,
  )
})

test('a second memmon with the same name waits for the first one, and goes on where that was', async () => {
  program.script = { ...program.script, stopMs: 4000 }
  const first = await midRestart()
  const second = start()
  await second.waitForLog(`WARN Waiting for the memmon with pid ${first.child.pid} to release `)
  first.child.kill('SIGKILL')
  await second.waitForLog('Finishing the restart of g:n that an earlier memmon began')
  await second.waitForLog('Restarted g:n')
})

test('the state folder deleted under it: made anew before the next stop, and said', async () => {
  const memmon = start()
  await waitFor('the journal', () => journal().includes('"memmon":3'))
  // In one step: memmon may still be writing there.
  renameSync(join(folder, 'state'), join(folder, 'deleted'))
  memmon.write(tickText())
  await memmon.waitForLog(/WARN The state folder .* was deleted or replaced: memmon has recreated it/)
  await waitFor('the stop', () => server.count('stopProcess') === 1)
  expect(journal()).toMatch(/"state":"stopping".*"namespec":"g:n"/)
})

test('a defect ends it with exit code 1, the open event answered first', async () => {
  const script = "process.once('SIGUSR2', () => { throw new Error('a defect') })"
  const memmon = start([], { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` })
  await waitFor('READY', () => memmon.stdout === 'READY\n')
  server.misbehave('getAllProcessInfo', { kind: 'never' })
  memmon.write(tickText())
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  memmon.child.kill('SIGUSR2')
  expect(await memmon.ended).toBe(1)
  expect(memmon.stdout).toBe('READY\nRESULT 2\nOKREADY\n')
  expect(memmon.stderr).toMatch(
    /CRIT Internal error, please report it. memmon ends, supervisord starts it again: Error: a defect/,
  )
})

const needMb = () => ownNeedMb(start(['--own-limit', '1MB']))

test('an --own-limit below what memmon needs is refused before READY, with the figure', async () => {
  expect(await needMb()).toBeGreaterThan(20)
})

test('past --own-limit it finishes what has begun and ends with exit code 1, once', async () => {
  const first = await midRestart()
  first.child.kill('SIGKILL')
  await first.ended
  const neededMb = await needMb()
  // Enough for the start, and not for the table of so many.
  for (let at = 0; at < 4_000; at++) server.add({ namespec: `many:${at}`, state: STOPPED })
  const memmon = start(['--own-limit', `${neededMb + 2}MB`])
  await memmon.waitForLog('Finishing the restart of g:n')
  memmon.write(tickText())
  program.arrive()
  expect(await memmon.ended).toBe(1)
  expect(memmon.stderr).toMatch(/CRIT memmon itself uses [\d.]+MB RSS, over --own-limit [\d.]+MB/)
  expect(memmon.stderr).toContain('Restarted g:n')
  expect(program.state).toBe(RUNNING)
})

test('--verbose tells what a check takes and what memmon uses', async () => {
  const memmon = start(['--verbose', '--ignore', '*'])
  memmon.write(tickText())
  await memmon.waitForLog(/DEBG The check took [\d.]+ ms; memmon itself uses [\d.]+MB RSS/)
})
