// The recipes of docs/evidence.md that say so, as memmon runs them, on real processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { sleep } from '../../src/base/sleep.ts'
import { runForOutput } from '../../src/evidence/command-output.ts'
import { createEvidenceStore } from '../../src/evidence/store.ts'
import { HookCommands } from '../../src/restart/hook-commands.ts'
import { codeBlocks, readDocument } from '../helpers/documents.ts'
import { PROCESS, REQUEST } from '../helpers/jobs.ts'
import { PYTHON } from '../helpers/python.ts'

const TRIED = [...readDocument('docs/evidence.md').matchAll(/^\| `([\w-]+)` \| .* \| by a test \|$/gm)].map(
  ([, name = '']) => name,
)
const BLOCK = codeBlocks('docs/evidence.md').find(({ text }) => text.includes('diagnose_command'))?.text ?? ''
const commandFor = (program: string): string =>
  new RegExp(`\\[program:${program}\\]\\ndiagnose_command = (.*)`).exec(BLOCK)?.[1] ?? ''

let folder = ''
let child: ChildProcess | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-recipes-'))
})
afterEach(() => child?.kill('SIGKILL'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process that says when it is ready. */
async function started(command: string, ...args: string[]): Promise<number> {
  const running = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  child = running
  await new Promise(resolve => running.stdout.once('data', resolve))
  return running.pid ?? 0
}

/** Yama lets a process be debugged by its ancestors alone, unless it says otherwise. */
const python = (): Promise<number> =>
  started(
    PYTHON,
    '-c',
    'import ctypes, time; ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1)); print("ready", flush=True); time.sleep(3600)',
  )

async function diagnosed(pid: number, command: string): Promise<{ text: string; printed: string }> {
  const redactor = createRedactor()
  const hooks = new HookCommands(
    { hookTimeoutSeconds: 1 },
    { redactor, host: 'web1', sleep, nowMs: Date.now },
  )
  const ports = {
    runDiagnose: hooks.diagnose,
    store: createEvidenceStore(folder),
    redactor,
    tick: () => performance.now(),
    ending: new AbortController().signal,
  }
  const request = { ...REQUEST, process: { ...PROCESS, pid } }
  const asked = { request, evidence: { sentences: [] }, takenAt: Date.now(), timeoutMs: 100_000 }
  const { isOk, text } = await runForOutput(command, asked, ports)
  expect(isOk, text).toBe(true)
  const [, path] = /^its output is in (.*)$/.exec(text) ?? []
  return { text, printed: path === undefined ? '' : readFileSync(path, 'utf8') }
}

test('these are those that say so', () => expect(TRIED).toEqual(['native', 'core', 'node']))

test('native: the stacks of its threads', async () => {
  const { printed } = await diagnosed(await python(), commandFor('native'))
  expect(printed).toMatch(/^Thread 1 .*\n#0 /m)
})

test('core: a file that a debugger reads', async () => {
  const pid = await python()
  const command = commandFor('core').replace('/var/crash/core', join(folder, 'core'))
  const { printed } = await diagnosed(pid, command)
  expect(printed).toContain(`Saved corefile ${join(folder, 'core')}.${pid}`)
  expect(
    readFileSync(join(folder, `core.${pid}`))
      .subarray(1, 4)
      .toString(),
  ).toBe('ELF')
})

test('node: its report', async () => {
  const pid = await started(
    process.execPath,
    '--report-on-signal',
    `--report-directory=${folder}`,
    '-e',
    'setTimeout(() => {}, 3_600_000); console.log("ready")',
  )
  const { text } = await diagnosed(pid, commandFor('node'))
  expect(text).toBe('it printed nothing')
  const [report = ''] = readdirSync(folder).filter(name => name.startsWith('report.'))
  expect(JSON.parse(readFileSync(join(folder, report), 'utf8')).header).toMatchObject({
    trigger: 'Signal',
    processId: pid,
  })
})
