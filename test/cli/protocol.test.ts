// The event listener protocol by bytes, against the built binary and a scripted supervisord.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventBytes } from '../helpers/events.ts'
import { eventText, Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const ANSWER = 'RESULT 2\nOKREADY\n'

let folder = ''
let server: ScriptedSupervisord
let memmon: Memmon
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-protocol-'))
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [{ namespec: 'a:b' }],
  })
  await start()
})
afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(environment: Record<string, string> = { SUPERVISOR_ENABLED: '1' }): Promise<void> {
  memmon?.child.kill('SIGKILL')
  memmon = new Memmon(['-a', '1GB', '--verbose'], { SUPERVISOR_SERVER_URL: server.url, ...environment })
  await waitFor('READY', () => memmon.stdout === 'READY\n')
}

/** Ends it; stdout must hold READY and so many answers, and not a byte more. */
async function endsAfter(answers: number): Promise<void> {
  const run = await memmon.end()
  expect(run).toMatchObject({ code: 0, stdout: `READY\n${ANSWER.repeat(answers)}` })
}

test('a tick is a check; other events are only answered', async () => {
  memmon.write(eventText('PROCESS_STATE_RUNNING', 'processname:b groupname:a from_state:STARTING pid:1'))
  await memmon.waitForAnswers(1)
  expect(server.count('getAllProcessInfo')).toBe(0)
  memmon.write(tickText())
  await memmon.waitForAnswers(2)
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  await endsAfter(2)
})

test.each([
  'my sup:1',
  'len:9',
  'ver:3.0 eventname:TICK_5',
])('the identifier %j, byte by byte', async identifier => {
  const event = eventText('TICK_5', `when:${Math.floor(Date.now() / 1000)}`, identifier)
  for (const byte of Buffer.from(event)) memmon.write(Uint8Array.of(byte))
  await memmon.waitForAnswers(1)
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  await endsAfter(1)
})

test.each<[string, Record<string, string>]>([
  ['as supervisord sets it', { SUPERVISOR_ENABLED: '1' }],
  ['dropped', {}],
])('environment %s: what a payload holds is no event, and the next tick is one', async (_, environment) => {
  await start(environment)
  const payload = `processname:b pid:1\nhéllo→😀 len:9${'中'.repeat(200)}\n${tickText()}`
  memmon.write(eventBytes('PROCESS_LOG_STDOUT', payload))
  await memmon.waitForAnswers(1)
  expect(server.count('getAllProcessInfo')).toBe(0)
  memmon.write(tickText())
  await memmon.waitForAnswers(2)
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  await endsAfter(2)
})

test.each([
  ['in another order, with other blanks', 'len:7\tserver:my sup:1  eventname:TICK_5 ver:3.0\r\nwhen:12'],
  ['without len', 'ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5\nwhen:12'],
  ['that is none', 'what is this\n'],
  ['longer than is read', `${'x'.repeat(300_000)} len:7\nwhen:12`],
])('a header %s is answered, and the tick behind it is one', async (_, event) => {
  memmon.write(event)
  await memmon.waitForAnswers(1)
  memmon.write(tickText())
  await memmon.waitForAnswers(2)
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  await endsAfter(2)
})

test('headers that cannot be read are told once, not one by one', async () => {
  for (let count = 1; count <= 3; count++) {
    memmon.write('what is this\n')
    await memmon.waitForAnswers(count)
  }
  expect(memmon.stderr.match(/ERRO .*/g)).toEqual([
    'ERRO Cannot read the header of an event: "what is this". Answered it without a check',
  ])
  await endsAfter(3)
})

test('a backlog of old ticks is answered without a check', async () => {
  for (let tick = 10; tick > 0; tick--) memmon.write(tickText(tick * 5 + 5))
  await memmon.waitForAnswers(10)
  expect(server.count('getAllProcessInfo')).toBe(0)
  await memmon.waitForLog(/Skipped an old tick \(\d+s late\): a newer one is waiting$/m)
  await endsAfter(10)
})

test('a supervisord that never answers: ticks are answered all the same, those that find a check running are skipped', async () => {
  server.misbehave('*', { kind: 'never' }, 100)
  await memmon.tick(3)
  await memmon.waitForLog(/(?:Skipped a tick: the previous check is still running[\s\S]*){2}/)
  await waitFor('the call', () => server.count('getAllProcessInfo') > 0)
  await endsAfter(3)
  expect(server.count('getAllProcessInfo')).toBe(1)
})

test('a supervisord that is gone is told once, and once more when it is back', async () => {
  server.misbehave('getAllProcessInfo', { kind: 'status', status: 500 }, 3)
  await memmon.tickUntil('a good check', () => memmon.logHolds('Checks resumed'))
  expect(memmon.stderr.match(/WARN Check skipped, retrying at the next tick: .*HTTP 500/g)).toHaveLength(1)
  await endsAfter(memmon.answers)
})

test('supervisord shutting down is no trouble', async () => {
  server.shuttingDown = true
  await memmon.tick()
  await waitFor('the check', () => server.count('getAllProcessInfo') === 1)
  await endsAfter(1)
  expect(memmon.stderr).not.toMatch(/WARN|ERRO|CRIT/)
})

test('SIGTERM ends it with exit code 0', async () => {
  memmon.child.kill('SIGTERM')
  expect(await memmon.ended).toBe(0)
  expect(memmon.stdout).toBe('READY\n')
})

test('a stderr that nobody reads any more does not end it', async () => {
  memmon.child.stderr.destroy()
  await memmon.tick(3)
  await endsAfter(3)
})
