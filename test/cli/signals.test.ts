// What each signal does to the built memmon, as docs/restarts.md tells it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listeningPorts } from '../helpers/listening.ts'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { MEMMON } from '../helpers/supervisord.ts'
import { sleep, waitFor } from '../helpers/wait.ts'

let folder = ''
let server: ScriptedSupervisord
let memmon: Memmon
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-signals-'))
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [{ namespec: 'a:b' }],
  })
  memmon = new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url })
})
afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const pid = () => memmon.child.pid ?? 0
const isReady = () => memmon.stdout.startsWith('READY\n')

test.each([
  'SIGUSR1',
  'SIGUSR2',
] as const)('%s is logged, opens no debugger and ends nothing', async signal => {
  await waitFor('READY', isReady)
  memmon.child.kill(signal)
  await memmon.waitForLog(`INFO ${signal}: nothing to do`)
  memmon.write(tickText())
  await memmon.waitForAnswers(1)
  expect(listeningPorts(pid())).toEqual([])
  expect(memmon.stderr).not.toContain('Debugger')
  expect(await memmon.end()).toMatchObject({ code: 0 })
})

test('SIGUSR1 while it starts: a debugger that Node had time to open is closed', async () => {
  while (!takesSigusr1()) await sleep(1) // Node itself, in the first 20 ms
  for (let count = 0; count < 20; count++) memmon.child.kill('SIGUSR1')
  await memmon.waitForLog('watches supervisord')
  await waitFor('no port', () => listeningPorts(pid()).length === 0)
  memmon.write(tickText())
  await memmon.waitForAnswers(1)
  await waitFor('still no port', () => listeningPorts(pid()).length === 0)
})

test('SIGUSR1 while Node itself starts: started as supervisord does it, no debugger opens', async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  memmon = new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url }, [MEMMON])
  while (!takesSigusr1()) await sleep(1)
  for (let count = 0; count < 20; count++) memmon.child.kill('SIGUSR1')
  await memmon.waitForLog('watches supervisord')
  memmon.write(tickText())
  await memmon.waitForAnswers(1)
  expect(memmon.stderr).not.toContain('Debugger listening')
  expect(listeningPorts(pid())).toEqual([])
})

/** Node's thread may open it at any moment after the signal: here between two looks. */
const OPENS_LATE = `
const inspector = require('node:inspector')
const close = process._debugEnd
let looks = 0
process._debugEnd = () => {
  looks++
  const before = inspector.url()
  close.call(process)
  if (looks === 10) inspector.open(0)
  if (looks === 11) console.error('debugger before', before, 'after', inspector.url())
}`

test('a debugger that opens late is closed a moment later', async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  const preload = join(folder, 'opens-late.cjs')
  writeFileSync(preload, OPENS_LATE)
  memmon = new Memmon(['-a', '1GB'], {
    SUPERVISOR_SERVER_URL: server.url,
    NODE_OPTIONS: `--require ${preload}`,
  })
  await memmon.waitForLog(/debugger before ws:.* after undefined/)
})

test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s ends it in good order', async signal => {
  await memmon.waitForLog('watches supervisord')
  memmon.child.kill(signal)
  expect(await memmon.ended).toBe(0)
  expect(memmon.stderr).toContain(`INFO ${signal}: memmon ends`)
})

/** By SigCgt of proc(5): until then the signal would kill it. */
function takesSigusr1(): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid()}/status`, 'latin1'))?.[1]
  return (BigInt(`0x${caught ?? 0}`) & (1n << 9n)) !== 0n
}
