// The safe restart against a scripted supervisord: for each thing that can go wrong, how the program ends up, which
// calls were made, and what is told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RestartOutcome } from '../../src/core/outcome.ts'
import { outcomeText } from '../../src/core/outcome-text.ts'
import { ProcessState, stateName } from '../../src/core/process.ts'
import { parseServerUrl } from '../../src/core/server-url.ts'
import { type RestartNotes, restartProcess, retryDelayMs } from '../../src/restart/restarter.ts'
import { createClient, type SupervisorClient } from '../../src/supervisor/client.ts'
import { createHttpCaller } from '../../src/supervisor/http-call.ts'
import { Faults, type ScriptedProgram } from '../helpers/scripted-programs.ts'
import { type Misbehaviour, ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { MB, requestFor } from '../helpers/values.ts'
import { sleep } from '../helpers/wait.ts'

const { STOPPED, RUNNING, STARTING, STOPPING, EXITED, FATAL, BACKOFF } = ProcessState

let folder = ''
let server: ScriptedSupervisord
let client: SupervisorClient
let program: ScriptedProgram
let told: RestartOutcome[]
let noted: string[]
let ending: boolean
const notes: RestartNotes = {
  begin: async () => void noted.push('begin'),
  step: async (_, step) => void noted.push(step),
  close: async (_, result) => void noted.push(`closed ${result}`),
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-restart-'))
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [{ namespec: 'g:n', stopMs: 30, startMs: 30 }],
  })
  program = server.program('g:n')
  client = createClient(createHttpCaller(parseServerUrl(server.url), undefined, 500))
  told = []
  noted = []
  ending = false
})
afterEach(async () => {
  client.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Restarts g:n as it was found; `meanwhile` happens between the check and the restart. */
async function restart(meanwhile: () => void = () => {}, sizeBytes: number | undefined = 60 * MB) {
  const request = requestFor(await client.getProcessInfo('g:n'), 60 * MB, '-a', '50MB')
  server.calls.length = 0
  meanwhile()
  const outcome = await restartProcess(request, {
    supervisor: client,
    notes,
    isEnding: () => ending,
    plan: { group: false },
    measure: async () => sizeBytes,
    report: report => told.push(report),
    sleep: ms => sleep(Math.min(ms, 20)),
    nowMs: Date.now,
    random: () => 0.5,
  })
  return { outcome, text: outcomeText(outcome), end: stateName(program.state) }
}

const calls = (method: string): number => server.count(method)

test('the way it should go', async () => {
  const before = program.pid
  const { outcome, end } = await restart()
  expect(outcome).toMatchObject({
    kind: 'restarted',
    newPid: before + 1,
    startedBy: 'memmon',
    failedStarts: 0,
  })
  expect(end).toBe('RUNNING')
  expect([calls('stopProcess'), calls('startProcess')]).toEqual([1, 1])
  expect(server.calls.map(call => call.method).slice(0, 2)).toEqual(['getProcessInfo', 'stopProcess'])
  expect(server.calls.find(call => call.method === 'stopProcess')?.params).toEqual(['g:n', false])
})

const set =
  (state: number, pid = 0) =>
  () =>
    Object.assign(program, { state, pid })

test.each<[string, () => void, string, RegExp]>([
  ['stopped', () => set(STOPPED)(), 'not running', /it is STOPPED by now/],
  ['stopping', () => set(STOPPING, 1)(), 'not running', /it is STOPPING by now/],
  ['exited', () => set(EXITED)(), 'not running', /it is EXITED by now/],
  ['starting again', () => set(STARTING, 9)(), 'not running', /it is STARTING by now/],
  ['replaced: another pid', () => set(RUNNING, 9)(), 'replaced', /is pid 9 now/],
  [
    'replaced: the same pid, another start',
    () => Object.assign(program, { startSeconds: 1 }),
    'replaced',
    /restarted meanwhile/,
  ],
  ['removed', () => server.programs.clear(), 'removed', /removed from supervisord/],
  ['shut down', () => Object.assign(server, { shuttingDown: true }), 'shutdown', /shutting down/],
])('%s after it was measured: left alone, no stop and no start', async (_, meanwhile, reason, text) => {
  const result = await restart(meanwhile)
  expect(result.outcome).toMatchObject({ kind: 'skipped', reason })
  expect(result.text).toMatch(text)
  expect([calls('stopProcess'), calls('startProcess')]).toEqual([0, 0])
})

test('back under its limit when measured again: recovered', async () => {
  expect((await restart(undefined, 50 * MB)).outcome).toMatchObject({ kind: 'skipped', reason: 'recovered' })
  expect(server.count()).toBe(0)
})

test('stopped in the very moment by someone else: theirs', async () => {
  server.misbehave('stopProcess', { kind: 'fault', code: Faults.NOT_RUNNING })
  expect((await restart()).outcome).toMatchObject({ kind: 'skipped', reason: 'not running' })
  expect(calls('startProcess')).toBe(0)
})

const BROKEN: [string, Misbehaviour][] = [
  ['a reset before the effect', { kind: 'reset', effect: 'before' }],
  ['a reset after the effect', { kind: 'reset', effect: 'after' }],
  ['a cut body', { kind: 'cut', bytes: 20 }],
  ['HTML', { kind: 'body', body: '<html>' }],
  ['no answer', { kind: 'never' }],
  ['a late answer', { kind: 'late', ms: 200 }],
  ['HTTP 500', { kind: 'status', status: 500 }],
  ['HTTP 401', { kind: 'status', status: 401 }],
  ['an unknown fault', { kind: 'fault', code: 1000 }],
]

test.each(BROKEN)('the stop: %s: RUNNING in the end, stopped once', async (_, how) => {
  server.misbehave('stopProcess', how)
  const { outcome, end } = await restart()
  expect(end).toBe('RUNNING')
  expect(outcome.kind).toBe('restarted')
  expect(program.pid).toBe(5_000_001)
})

test.each(BROKEN)('the start: %s: RUNNING in the end, started once', async (_, how) => {
  server.misbehave('startProcess', how)
  const { outcome, end } = await restart()
  expect(end).toBe('RUNNING')
  expect(outcome).toMatchObject({ kind: 'restarted', startedBy: 'memmon' })
  expect(program.pid).toBe(5_000_001)
})

test.each(BROKEN)('a look while it stops: %s: RUNNING in the end', async (_, how) => {
  const watch = setInterval(() => {
    if (calls('stopProcess') === 0) return
    clearInterval(watch)
    server.misbehave('getProcessInfo', how, 2)
  }, 1)
  const { outcome, end } = await restart()
  expect([outcome.kind, end]).toEqual(['restarted', 'RUNNING'])
})

test('a stop that never works: told, the program is untouched', async () => {
  server.misbehave('stopProcess', { kind: 'status', status: 500 }, 100)
  const { outcome, text, end } = await restart()
  expect(outcome).toMatchObject({ kind: 'failed', phase: 'stop' })
  expect(text).toMatch(/^Failed to stop g:n: .*HTTP 500.*It was not touched/)
  expect([end, calls('stopProcess'), calls('startProcess')]).toEqual(['RUNNING', 3, 0])
})

test.each([
  [Faults.NO_FILE, "NO_FILE: can't find command"],
  [Faults.NOT_EXECUTABLE, 'NOT_EXECUTABLE: x'],
  [Faults.SPAWN_ERROR, 'SPAWN_ERROR: n'],
  [Faults.ABNORMAL_TERMINATION, 'ABNORMAL_TERMINATION: n'],
  [Faults.FAILED, 'FAILED: n'],
])('a start that fails five times with fault %s is told once, and tried until it works', async (code, faultText) => {
  server.misbehave('startProcess', { kind: 'fault', code, text: faultText }, 5)
  const { outcome, end } = await restart()
  expect(outcome).toMatchObject({ kind: 'restarted', failedStarts: 5 })
  expect(end).toBe('RUNNING')
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ kind: 'failed', phase: 'start', fault: `${faultText} (fault ${code})` })
})

test('a start that ends FATAL is tried again', async () => {
  program.script = { ...program.script, startsInto: FATAL }
  setTimeout(() => {
    program.script = { ...program.script, startsInto: RUNNING }
  }, 300)
  const { outcome, end } = await restart()
  expect([outcome.kind, end]).toEqual(['restarted', 'RUNNING'])
  expect(told).toHaveLength(1)
})

test('BACKOFF is left to supervisord', async () => {
  program.script = { ...program.script, startsInto: BACKOFF }
  setTimeout(() => Object.assign(program, { state: RUNNING, pid: 77 }), 300)
  const { outcome } = await restart()
  expect(outcome).toMatchObject({ kind: 'restarted', newPid: 77 })
  expect([calls('startProcess'), told.length]).toEqual([1, 0])
})

test('someone else starts it after our stop: success', async () => {
  server.misbehave('startProcess', { kind: 'fault', code: Faults.ALREADY_STARTED })
  setTimeout(() => program.start(), 150)
  program.script = { ...program.script, stopMs: 50 }
  const { outcome, text } = await restart()
  expect(outcome.kind).toBe('restarted')
  expect(text).toMatch(/^Restarted g:n/)
})

test('an operator stops it again after our start: theirs', async () => {
  program.script = { ...program.script, startMs: 60_000 }
  const watch = setInterval(() => {
    if (program.state === STARTING) Object.assign(program, { state: STOPPED, pid: 0 })
  }, 5)
  const { outcome } = await restart()
  clearInterval(watch)
  expect(outcome).toMatchObject({
    kind: 'skipped',
    reason: 'not running',
    detail: 'someone has stopped it again',
  })
  expect(calls('startProcess')).toBe(1)
})

test('removed while it is down: nothing left to do', async () => {
  server.misbehave('startProcess', { kind: 'fault', code: Faults.BAD_NAME })
  expect((await restart()).outcome).toMatchObject({ kind: 'skipped', reason: 'removed' })
})

test('the waits between tries: 1 s doubling to 60 s, between half and the whole', () => {
  expect([1, 2, 3, 6, 7, 50].map(failures => retryDelayMs(failures, 1))).toEqual([
    1000, 2000, 4000, 32000, 60000, 60000,
  ])
  expect(retryDelayMs(1, 0)).toBe(500)
})
