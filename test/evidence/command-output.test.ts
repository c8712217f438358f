// diagnose_command with real commands, as restart/hook-commands.ts runs them: what is kept of each, and what is said of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { sleep } from '../../src/base/sleep.ts'
import { runForOutput } from '../../src/evidence/command-output.ts'
import { createEvidenceStore, type EvidenceStore } from '../../src/evidence/store.ts'
import { HookCommands } from '../../src/restart/hook-commands.ts'
import type { Evidence } from '../../src/rules/outcome.ts'
import { isAlive } from '../helpers/alive.ts'
import { REQUEST as request } from '../helpers/jobs.ts'
import { waitFor } from '../helpers/wait.ts'

let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'memmon-command-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const takenAt = Date.UTC(2026, 10, 22)
const redactor = createRedactor([{ text: 'correct-horse' }, { text: 'loginname', isOnlyQuoted: true }])
const file = () => join(state, 'evidence', 'memmon-20261122T000000000Z-w_a-4711.txt')

interface Given {
  readonly timeoutMs?: number
  readonly store?: EvidenceStore | undefined
  readonly ending?: AbortSignal
  readonly evidence?: Evidence
}

function ran(command: string, given: Given = {}) {
  const { timeoutMs = 60_000, ending = new AbortController().signal, evidence = { sentences: [] } } = given
  const hooks = new HookCommands(
    { hookTimeoutSeconds: 1 },
    { redactor, host: 'web1', sleep, nowMs: () => takenAt },
  )
  const store = 'store' in given ? given.store : createEvidenceStore(state)
  const ports = { runDiagnose: hooks.diagnose, store, redactor, tick: () => performance.now(), ending }
  return runForOutput(command, { request, evidence, takenAt, timeoutMs }, ports)
}

test('what it prints, on stdout and stderr, in a file that nobody else may read', async () => {
  expect(await ran(`sh -c 'echo out; echo err >&2'`)).toEqual({
    isOk: true,
    text: `its output is in ${file()}`,
  })
  expect(readFileSync(file(), 'utf8').split('\n').sort()).toEqual(['', 'err', 'out'])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('it is told which process, and where the evidence is; no shell expands what is not given to one', async () => {
  await ran(`sh -c 'echo $MEMMON_EVENT $MEMMON_PID $MEMMON_PROCESS $MEMMON_EVIDENCE'`, {
    evidence: { path: '/state/x.json', sentences: [] },
  })
  expect(readFileSync(file(), 'utf8')).toBe('diagnose 4711 w:a /state/x.json\n')
  await ran('echo $MEMMON_PID; id')
  expect(readFileSync(file(), 'utf8')).toBe('$MEMMON_PID; id\n')
})

test.each<[what: string, command: string, text: RegExp]>([
  [
    'a failure, with what it had printed',
    `sh -c 'echo half; exit 3'`,
    /^exit code 3; its output is in .*\.txt$/,
  ],
  ['no such program', '/nowhere/py-spy', /^it could not be run: .*ENOENT; it printed nothing$/],
  ['quotes that do not match', `sh -c 'echo`, /; it printed nothing$/],
])('%s', async (_, command, text) => {
  const result = await ran(command)
  expect(result.isOk).toBe(false)
  expect(result.text).toMatch(text)
})

test('nothing printed, nothing written', async () => {
  expect(await ran('true')).toEqual({ isOk: true, text: 'it printed nothing' })
  expect(readdirSync(state)).toEqual([])
})

test('one that hangs is killed with all that it has started, and what it had printed is kept', async () => {
  const pids = join(state, 'pids')
  const script = join(state, 'hangs')
  writeFileSync(
    script,
    `#!/bin/sh\ntrap '' TERM\nsleep 3600 &\necho $$ $! > ${pids}\necho half\nwait\nsleep 3600\n`,
    { mode: 0o755 },
  )
  const result = await ran(script, { timeoutMs: 300 })
  expect(result.isOk).toBe(false)
  expect(result.text).toMatch(/^it had not ended after 0\.\d+ s and was killed.*; its output is in .*\.txt$/)
  expect(readFileSync(file(), 'utf8')).toBe('half\n')
  const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
  expect(started).toHaveLength(2)
  await waitFor('both to be gone', () => started.every(pid => !isAlive(pid)))
})

test('a secret at the place where it is cut does not stay in part', async () => {
  const script = join(state, 'much')
  const size = 1024 * 1024 - 'loginname '.length - 'correct-h'.length
  writeFileSync(
    script,
    `#!/bin/sh\nprintf 'loginname '\nhead -c ${size} /dev/zero | tr '\\0' x\necho correct-horse and more\n`,
    { mode: 0o755 },
  )
  expect(await ran(script)).toMatchObject({ isOk: true, text: expect.stringMatching(/, cut at 1MB$/) })
  const kept = readFileSync(file(), 'utf8')
  expect(kept).toMatch(/^\*\*\* x/)
  expect(kept.slice(-100)).toMatch(/^x*(\*\*\*)?$/)
})

test('without an end: cut at 1 MB, its pipes are closed, and that is no failure', async () => {
  const result = await ran('yes')
  expect(result).toEqual({ isOk: true, text: `its output is in ${file()}, cut at 1MB` })
  expect(statSync(file()).size).toBe(2 ** 20 - redactor.longestBytes)
})

test('memmon ends: it is killed at once', async () => {
  const ending = new AbortController()
  const pidFile = join(state, 'pid')
  const running = ran(`sh -c 'echo $$ > ${pidFile}; sleep 3600'`, { ending: ending.signal })
  const pid = await waitFor('it to run', () => {
    try {
      return Number(readFileSync(pidFile, 'utf8')) || false
    } catch {
      return false
    }
  })
  ending.abort()
  expect((await running).text).toBe('it was ended by SIGKILL; it printed nothing')
  expect(isAlive(pid)).toBe(false)
  expect((await ran('true', { ending: ending.signal })).text).toBe(
    'it was not run: its time was over; it printed nothing',
  )
})

test('memmon ends in the moment in which it is started: killed, too', async () => {
  const ending = new AbortController()
  const running = ran('sleep 3600', { ending: ending.signal })
  ending.abort()
  expect((await running).text).toMatch(
    /^it was (ended by SIGKILL|not run: its time was over); it printed nothing$/,
  )
})

test('no secret that memmon knows is in the file', async () => {
  await ran('echo password of loginname is correct-horse')
  expect(readFileSync(file(), 'utf8')).toBe('password of *** is ***\n')
})

test('no state folder, or a disk that refuses: said', async () => {
  expect((await ran('echo x', { store: undefined })).text).toBe(
    'its output was not kept: memmon has no state folder',
  )
  const refuses = () => Promise.reject(new Error('no space left'))
  expect((await ran('echo x', { store: { write: refuses, writeOutput: refuses } })).text).toBe(
    'its output was not written: no space left',
  )
})

test('five that hang: the last one, whose turn does not come, is not waited for longer than the others', async () => {
  const hooks = new HookCommands({ hookTimeoutSeconds: 1 }, { redactor, host: 'web1', sleep, nowMs: () => 0 })
  const ending = new AbortController()
  const ports = {
    runDiagnose: hooks.diagnose,
    store: undefined,
    redactor,
    tick: () => performance.now(),
    ending: ending.signal,
  }
  const asked = { request, evidence: { sentences: [] }, takenAt, timeoutMs: 200 }
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => runForOutput('sleep 3600', asked, ports)))
  expect(results.map(({ isOk }) => isOk)).toEqual([false, false, false, false, false])
  expect(results[4]?.text).toBe('it was not run: its time was over; it printed nothing')
})
