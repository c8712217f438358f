// The listener's door to evidence, on a real process: this one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import type { RunDiagnose } from '../../src/evidence/command-output.ts'
import { EvidenceTaker } from '../../src/evidence/taker.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { PROCESS, REQUEST } from '../helpers/jobs.ts'
import { endAll, started } from './live.ts'

let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'memmon-taker-'))
})
afterEach(async () => {
  await endAll()
  rmSync(state, { recursive: true, force: true })
})

const request: RestartRequest = { ...REQUEST, process: { ...PROCESS, pid: process.pid } }
const LONG = { evidence: true, evidenceTimeoutSeconds: 60, diagnoseTimeoutSeconds: 60 }
const runDiagnose: RunDiagnose = async (command, _, { onOutput }) => {
  onOutput(Buffer.from(`${command} ran`))
  return { ok: true }
}

const takerWith = (secret = 'unheard of', settings = LONG, siblingCount = 0) =>
  new EvidenceTaker(settings, {
    historyOf: () => undefined,
    siblingCountOf: () => siblingCount,
    redactor: createRedactor([{ text: secret }]),
    runDiagnose,
    tick: () => performance.now(),
    nowMs: Date.now,
  })

test('the file in the state folder, with what was asked about', async () => {
  const taker = takerWith()
  taker.attach({ path: state })
  const { path = '', problem, sentences } = await taker.take(request)
  expect(problem).toBeUndefined()
  expect(dirname(path)).toBe(join(state, 'evidence'))
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    process: { group: 'w', name: 'a', pid: process.pid },
    facts: { pid: process.pid, status: { state: expect.any(String) } },
  })
  expect(sentences.length).toBeLessThanOrEqual(5)
})

test('before there is a state folder: no file, and that is no problem', async () => {
  expect(Object.keys(await takerWith().take(request))).toEqual(['sentences'])
})

test('several at once wait for none of the others', async () => {
  const taker = takerWith()
  taker.attach({ path: state })
  const taken = await Promise.all(
    Array.from({ length: 30 }, (_, at) =>
      taker.take({ ...request, process: { ...request.process, name: `a${at}` } }),
    ),
  )
  expect(taken.map(({ problem }) => problem).filter(problem => problem !== undefined)).toEqual([])
  expect(new Set(taken.map(({ path }) => path)).size).toBe(30)
})

test('what stands in the place of its folder is a problem that says what mends it', async () => {
  const taker = takerWith()
  writeFileSync(join(state, 'evidence'), '')
  taker.attach({ path: state })
  const { path, problem } = await taker.take(request)
  expect(path).toBeUndefined()
  expect(problem).toContain(join(state, 'evidence'))
})

test('the sentences hold no secret that memmon knows', async () => {
  const sentences = async (secret?: string) => (await takerWith(secret).take(request)).sentences
  const [first = ''] = await sentences()
  const secret = /[a-z]{6,}/.exec(first)?.[0] ?? ''
  expect(secret).not.toBe('')
  expect((await sentences(secret)).join(' ')).not.toContain(secret)
})

/** 64 MB that its child shares, which ends with it. */
const FORKED = `
import os
held = bytearray(64 << 20)
reader, writer = os.pipe()
if os.fork() == 0:
    os.close(writer)
    os.read(reader, 1)
    os._exit(0)
`

test.each([
  [0, 'other processes'],
  [1, 'its siblings'],
])('beside %i others of its group its memory is shared with %s', async (siblingCount, whom) => {
  const { pid } = await started(FORKED)
  const taker = takerWith(undefined, LONG, siblingCount)
  const { sentences } = await taker.take({ ...request, process: { ...PROCESS, pid } })
  expect(sentences.join('\n')).toContain(` are shared with ${whom}: PSS is `)
})

test('the time is over before anything was read: it still resolves, and says what is missing', async () => {
  let tick = 0
  const taker = new EvidenceTaker(
    { ...LONG, evidenceTimeoutSeconds: 1 },
    {
      historyOf: () => undefined,
      siblingCountOf: () => 0,
      redactor: createRedactor(),
      runDiagnose,
      tick: () => {
        tick += 600
        return tick
      },
      nowMs: Date.now,
    },
  )
  taker.attach({ path: state })
  const { sentences } = await taker.take(request)
  expect(sentences).toEqual([])
})

test('diagnose_command: its output beside the evidence, and alone where no evidence is taken', async () => {
  const both = takerWith()
  both.attach({ path: state })
  const { path = '', command } = await both.take(request, 'py-spy')
  expect(command).toEqual({ isOk: true, text: `its output is in ${path.replace(/json$/, 'txt')}` })
  expect(readFileSync(path.replace(/json$/, 'txt'), 'utf8')).toBe('py-spy ran')
  both.use({ ...LONG, evidence: false })
  const alone = await both.take(request, 'py-spy')
  expect(Object.keys(alone).sort()).toEqual(['command', 'sentences'])
  expect(alone.command?.text).toMatch(/^its output is in .*\.txt$/)
})
