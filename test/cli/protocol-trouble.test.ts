// Whatever goes wrong around it, the built memmon answers each event with the same bytes and ends when it should.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANSWER, eventBytes, tickBytes } from '../helpers/events.ts'
import { Memmon } from '../helpers/memmon.ts'
import type { Misbehaviour } from '../helpers/misbehaviour.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder: string
let server: ScriptedSupervisord | undefined
let memmon: Memmon
/** A process with a size, and no ancestor of memmon, which would take it for itself. */
let sized: ChildProcess
beforeEach(() => {
  sized = spawn('sleep', ['600'])
  folder = mkdtempSync(join(tmpdir(), 'memmon-trouble-'))
})
afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  await server?.close()
  server = undefined
  sized.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** A supervisord with one process. */
async function supervisord(): Promise<ScriptedSupervisord> {
  const programs = [{ namespec: 'a:b', pid: sized.pid ?? 0 }]
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock'), programs })
  return server
}

async function start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<void> {
  memmon = new Memmon(['-a', '1TB', '--verbose', ...args], {
    SUPERVISOR_SERVER_URL: `unix://${folder}/s.sock`,
    ...env,
  })
  await waitFor(
    () => `READY\n${memmon.stderr}`,
    () => memmon.stdout === 'READY\n',
  )
}

const now = (): number => Math.floor(Date.now() / 1000)

/** Sends ticks until so many checks have begun. */
const check = (count: number): Promise<void> =>
  memmon.tickUntil(`check ${count}`, () => (server?.count('getAllProcessInfo') ?? 0) >= count)

const goodCheck = (): Promise<void> =>
  memmon.tickUntil('a good check', () => memmon.logHolds('INFO Checks resumed'))

/** Ends it by EOF; stdout must hold READY and so many answers, and not a byte more. */
async function endsAfter(count: number): Promise<void> {
  expect(await memmon.end()).toMatchObject({ code: 0, stdout: `READY\n${ANSWER.repeat(count)}` })
}

test('a thousand events in one piece get a thousand answers', async () => {
  await supervisord()
  await start()
  const one = eventBytes('PROCESS_LOG_STDOUT', 'processname:b pid:1\nhéllo→😀\n')
  memmon.write(Buffer.concat(Array(1000).fill(one)))
  await memmon.waitForAnswers(1000)
  await endsAfter(1000)
  expect(server?.count('getAllProcessInfo')).toBe(0)
})

test('behind a backlog of old ticks, only the current one is checked', async () => {
  const { calls } = await supervisord()
  await start()
  const old = Array.from({ length: 10 }, (_, age) => tickBytes(now() - 60 * (11 - age), {}, 'TICK_60'))
  memmon.write(Buffer.concat([...old, tickBytes(now(), {}, 'TICK_60')]))
  await memmon.waitForAnswers(11)
  await memmon.waitForLog('RSS of a:b is')
  await endsAfter(11)
  expect(calls.filter(({ method }) => method === 'getAllProcessInfo')).toHaveLength(1)
})

test('len in bytes is seen by half a minute of silence; after that, memmon ends if less comes than len announces', async () => {
  await supervisord()
  await start([], { SUPERVISOR_ENABLED: '1' })
  const event = eventBytes('PROCESS_LOG_STDOUT', 'héllo', { unit: 'bytes' })
  memmon.write(event)
  await memmon.waitForAnswers(1)
  await memmon.waitForLog(/INFO An event was answered late: supervisord counts its length in bytes/)
  memmon.write(event)
  await memmon.waitForAnswers(2)
  memmon.write(event.subarray(0, -1))
  await waitFor('the end', () => memmon.child.exitCode !== null, 60_000)
  expect(memmon.child.exitCode).toBe(1)
  expect(memmon.stdout).toBe(`READY\n${ANSWER.repeat(2)}RESULT 2\nOK`)
  expect(memmon.stderr).toMatch(
    /CRIT An event has been incomplete for 30 s: supervisord has sent less than it/,
  )
}, 150_000)

test('an identifier longer than any buffer', async () => {
  await supervisord()
  await start()
  memmon.write(tickBytes(now(), { identifier: 'my sup:1 len:9 '.repeat(2000) }))
  await memmon.waitForLog('RSS of a:b is')
  await endsAfter(1)
})

test.each<[string, Misbehaviour, RegExp]>([
  ['HTTP 400', { kind: 'status', status: 400 }, /HTTP 400/],
  ['HTTP 401', { kind: 'status', status: 401 }, /SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD/],
  ['HTTP 500', { kind: 'status', status: 500 }, /HTTP 500/],
  ['HTML', { kind: 'body', body: '<html><p>READY\nRESULT 2\nOK' }, /not XML-RPC/],
  ['nothing', { kind: 'body', body: '' }, /not XML-RPC/],
  ['a cut body', { kind: 'cut', bytes: 300 }, /broke off/],
  ['a reset', { kind: 'reset', effect: 'before' }, /no answer from supervisord/],
  ['a fault', { kind: 'fault', code: 1, text: 'UNKNOWN_METHOD' }, /UNKNOWN_METHOD \(fault 1\)/],
])('supervisord answers %s: told once, each tick is answered, and checks go on after it', async (_, how, line) => {
  const scripted = await supervisord()
  await start()
  scripted.misbehave('getAllProcessInfo', how, 6) // three ticks; a read that broke off is made twice
  await goodCheck()
  const troubles = memmon.stderr.match(/WARN Check skipped, retrying at the next tick: .*/g)
  expect(troubles).toHaveLength(1)
  expect(troubles?.[0]).toMatch(line)
  expect(scripted.count('getAllProcessInfo')).toBeGreaterThan(6)
  await endsAfter(memmon.answers)
})

test('supervisord is not there: told once, and told when it is', async () => {
  await start()
  await memmon.tickUntil('two checks', () => memmon.logHolds(/(?:The check took[\s\S]*){2}/))
  expect(memmon.stderr.match(/Check skipped, .*/g)).toEqual([
    expect.stringMatching(/s\.sock: ENOENT: no such socket/),
  ])
  await supervisord()
  await goodCheck()
  await endsAfter(memmon.answers)
})

test('supervisord takes calls and never answers: ticks are answered and skipped, until the call is given up', async () => {
  const scripted = await supervisord()
  await start()
  scripted.misbehave('getAllProcessInfo', { kind: 'never' })
  await memmon.tick(3)
  await waitFor('the call', () => scripted.count('getAllProcessInfo') === 1)
  await memmon.waitForLog('Skipped a tick: the previous check is still running')
  await memmon.waitForLog(/WARN Check skipped.*gave no answer within 30 s/)
  await goodCheck()
  await endsAfter(memmon.answers)
})

test.each([
  ['EOF', () => memmon.child.stdin.end()],
  ['SIGTERM', () => memmon.child.kill('SIGTERM')],
  ['SIGINT', () => memmon.child.kill('SIGINT')],
])('%s ends it with exit code 0, without waiting for a call that hangs', async (_, end) => {
  const scripted = await supervisord()
  await start()
  scripted.misbehave('*', { kind: 'never' }, 100)
  await memmon.tick()
  await waitFor('the call', () => scripted.count('getAllProcessInfo') === 1)
  end()
  expect(await memmon.ended).toBe(0)
  expect(memmon.stderr).not.toContain('gave no answer')
  expect(memmon.stdout).toBe(`READY\n${ANSWER}`)
})

test.each([
  ['in the middle of a header', -20],
  ['in the middle of a payload', -3],
])('EOF %s ends it with exit code 0 and no answer', async (_, end) => {
  await supervisord()
  await start()
  memmon.write(tickBytes(now()).subarray(0, end))
  await endsAfter(0)
})

test('when nobody reads its answers any more, it ends although its stdin stays open', async () => {
  await supervisord()
  await start()
  memmon.child.stdout.destroy()
  memmon.write(tickBytes(now()))
  expect(await memmon.ended).toBe(0)
})

test('when nobody reads its stderr any more, it goes on, also when it has trouble to tell', async () => {
  const scripted = await supervisord()
  await start()
  memmon.child.stderr.destroy()
  await check(1)
  scripted.misbehave('getAllProcessInfo', { kind: 'status', status: 500 })
  await check(3)
  await endsAfter(memmon.answers)
})

test('what a program that it runs prints, and that it fails, never reaches stdout', async () => {
  const ps = join(folder, 'ps')
  writeFileSync(ps, `#!/bin/sh\necho READY\necho broken >&2\nexit 3\n`)
  chmodSync(ps, 0o755)
  await supervisord()
  await start(['-c'], { PATH: `${folder}:${process.env.PATH ?? ''}` })
  await check(1)
  await memmon.waitForLog(/Memory could not be measured|RSS of a:b is/)
  await check(2)
  await endsAfter(memmon.answers)
})

test('what a library prints goes to stderr', async () => {
  // Stands for any library: prints over and over, once memmon has said READY.
  const noisy = `import { existsSync } from 'node:fs'
setInterval(() => {
  if (!existsSync(${JSON.stringify(join(folder, 'ready'))})) return
  console.log('noise of console.log')
  process.stdout.write('noise of write\\n')
}, 5).unref()`
  writeFileSync(join(folder, 'noisy.mjs'), noisy)
  await supervisord()
  await start([], { NODE_OPTIONS: `--import=${join(folder, 'noisy.mjs')}` })
  writeFileSync(join(folder, 'ready'), '')
  await memmon.waitForLog('noise of console.log')
  await memmon.waitForLog('noise of write')
  await check(2)
  await endsAfter(memmon.answers)
})
