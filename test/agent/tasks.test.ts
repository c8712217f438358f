// Samples and dumps of real Node programs: what they say, where their files are, how they end before time, and that the
// program is afterwards as it was.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { nodeOfMajor } from '../../scripts/node-binary.mjs'
import type { SampleReport } from '../../src/agent/report.ts'
import { type App, startApp } from '../helpers/agent-app.ts'
import { type AgentPeer, AgentServer } from '../helpers/agent-server.ts'
import { waitFor } from '../helpers/wait.ts'

const IDLE = 'setInterval(() => {}, 60_000)'
/** Says what Buffer's functions are when asked by SIGUSR2, and whether the program still allocates. */
const ORIGINALS = `const own = [Buffer.alloc, Buffer.allocUnsafe, Buffer.allocUnsafeSlow, Buffer.from, Buffer.concat]
  const now = () => [Buffer.alloc, Buffer.allocUnsafe, Buffer.allocUnsafeSlow, Buffer.from, Buffer.concat]
  process.on('SIGUSR2', () => console.log(now().every((one, at) => one === own[at]) ? 'restored' : 'wrapped'))`

let folder = ''
let server: AgentServer
const apps: App[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-tasks-'))
  server = await new AgentServer().listen()
})
afterEach(() => Promise.all(apps.splice(0).map(app => app.kill())))
afterAll(async () => {
  await server.end()
  rmSync(folder, { recursive: true, force: true })
})

async function run(
  code: string,
  env: Record<string, string> = {},
  node?: string,
  flags: readonly string[] = [],
): Promise<{ app: App; peer: AgentPeer }> {
  const app = startApp([...flags, '-e', code], {
    ...(node === undefined ? {} : { node }),
    socket: server.path,
    env: { SUPERVISOR_GROUP_NAME: 'web', SUPERVISOR_PROCESS_NAME: 'web_01', ...env },
  })
  apps.push(app)
  return { app, peer: await server.worker(app.pid) }
}

const isPrivate = (path: string): boolean => (statSync(path).mode & 0o777) === 0o600

async function answerOf(app: App): Promise<string> {
  const before = app.output().length
  app.child.kill('SIGUSR2')
  return waitFor('an answer to SIGUSR2', () => app.output().slice(before).trim() || undefined)
}

test('Buffers: bytes within 10 %, the exact line, and the functions as they were', async () => {
  const keeps = `const kept = []
function remember() {
  kept.push(
    Buffer.alloc(3_000))
}
setInterval(remember, 20)`
  const { app, peer } = await run(`${ORIGINALS}\n${keeps}`)
  expect(await answerOf(app)).toBe('restored')
  const id = peer.ask({ do: 'sample', duration_ms: 3_000, folder })
  await waitFor('the sampling', () => peer.lines.some(line => line.id === id && hasTimeLeft(line)))
  expect(await answerOf(app)).toBe('wrapped')
  const { data } = (await peer.answer(id)) as { data: SampleReport }
  expect(Math.abs(data.external.retained / data.growth.array_buffers - 1)).toBeLessThan(0.1)
  expect(data.growth.array_buffers).toBeGreaterThan(100_000)
  expect(data.by_location[0]).toMatchObject({ data: '[eval]:7', function: 'remember' })
  expect(await answerOf(app)).toBe('restored')
})

test.each([
  ['Object.freeze(Error)', []],
  ["Object.defineProperty(Error, 'stackTraceLimit', { value: 5, writable: false, configurable: false })", []],
  ['Error.stackTraceLimit = undefined', []],
  ["Error.captureStackTrace = () => { throw new Error('none') }", []],
  ['', ['--frozen-intrinsics']],
])('Buffers of a program that guards its Error: %s %s', async (guard, flags) => {
  const code = `${guard}; const kept = []; let made = 0; process.on('SIGUSR2', () => console.log(made))
setInterval(function remember() { kept.push(Buffer.alloc(3_000)); made++ }, 20)`
  const { app, peer } = await run(code, { NODE_NO_WARNINGS: '1' }, undefined, flags)
  const report = await peer.data<SampleReport>({ do: 'sample', duration_ms: 1_500, folder })
  expect(Number(await answerOf(app))).toBeGreaterThan(20)
  // Without a stack nobody can be blamed.
  if (!guard.includes('none')) expect(report.by_location[0]).toMatchObject({ data: '[eval]:2' })
})

const hasTimeLeft = (line: Readonly<Record<string, unknown>>): boolean =>
  ((line.progress as { left_ms?: number } | undefined)?.left_ms ?? 0) > 0

describe('on each Node', () => {
  const nodes = new Map<string, string>()
  beforeAll(() => {
    for (const major of ['22', '24']) nodes.set(major, nodeOfMajor(major))
  }, 600_000)

  test.each(['this one', '22', '24'])('the report, its file and the one for DevTools: %s', async major => {
    const code = `class Session {}; const all = []; setInterval(() => all.push(new Session(), String(all.length + 1e6)), 5)`
    const { app, peer } = await run(code, {}, nodes.get(major))
    const report = await peer.data<SampleReport>({ do: 'sample', duration_ms: 1_500, folder, classes: true })
    expect(report).toMatchObject({
      version: 1,
      pid: app.pid,
      program: 'web:web_01',
      precise: true,
    })
    expect(report.duration_ms).toBeGreaterThanOrEqual(1_500)
    expect(report.total_allocated).toBeGreaterThanOrEqual(report.total_retained)
    const sessions = report.by_class?.find(({ data }) => data === 'Session')?.growth ?? 0
    expect(sessions).toBeGreaterThan(0)
    // One was made with each of them, and each has a text of its own.
    const strings = report.strings?.find(({ data }) => data === '#')?.growth
    expect(Math.abs((strings ?? 0) / sessions - 1)).toBeLessThan(0.1)
    const { report: path = '', heapprofile = '' } = report.files
    expect(basename(path)).toMatch(new RegExp(`^memmon-\\d{8}T\\d{9}Z-web_web_01-${app.pid}-sample\\.json$`))
    const { files: _, ...written } = JSON.parse(readFileSync(path, 'utf8'))
    expect({ ...written, files: report.files }).toEqual(report)
    expect(Object.keys(JSON.parse(readFileSync(heapprofile, 'utf8')))).toEqual(['head', 'samples'])
    expect([path, heapprofile].map(isPrivate)).toEqual([true, true])
  })
})

test.each([
  ['large objects, of which the last one is', 'last = Array(12_500)', 100_000],
  [
    'small ones, of which none is',
    'for (let at = 0; at < 20_000; at++) last = Array(10); last = 0',
    2_560_000,
  ],
])('what is allocated is counted whether it is kept or not: %s', async (_, allocate, bytes) => {
  const code = `let last; let bytes = 0; process.on('SIGUSR2', () => console.log(bytes))
    setInterval(() => { ${allocate}; bytes += ${bytes} }, 10)`
  const { app, peer } = await run(code)
  const before = Number(await answerOf(app))
  const report = await peer.data<SampleReport>({ do: 'sample', duration_ms: 3_000, folder })
  const made = Number(await answerOf(app)) - before
  expect(Math.abs(report.total_allocated / made - 1)).toBeLessThan(0.5)
  expect(report).toMatchObject({ by_class: null, strings: null })
})

test('one at a time; cancelled, or ended early with what there is; and memmon may go away meanwhile', async () => {
  const { app, peer } = await run(`${ORIGINALS}; ${IDLE}`)
  const first = peer.ask({ do: 'sample', duration_ms: 600_000, folder })
  expect(await peer.error({ do: 'dump', what: 'threads', folder })).toMatch(/^busy: /)
  expect(await peer.data({ do: 'status' })).toHaveProperty('rss_bytes')
  await peer.data({ do: 'cancel', of: first })
  expect(await peer.answer(first)).toMatchObject({ failed: true, error: 'cancelled' })
  expect(await answerOf(app)).toBe('restored')
  const second = peer.ask({ do: 'sample', duration_ms: 600_000, folder })
  await waitFor('progress', () => peer.lines.some(line => line.id === second && hasTimeLeft(line)))
  await peer.data({ do: 'cancel', of: second, finish: true })
  const { data } = (await peer.answer(second)) as { data: SampleReport }
  expect(data.duration_ms).toBeLessThan(600_000)
  peer.ask({ do: 'sample', duration_ms: 600_000, folder })
  await waitFor('the third', async () => (await answerOf(app)) === 'wrapped')
  peer.end()
  const again = await server.worker(app.pid)
  await waitFor('the end of it', async () => (await answerOf(app)) === 'restored')
  expect(await again.data({ do: 'status' })).toHaveProperty('rss_bytes')
  expect(again.lines.filter(line => 'failed' in line)).toEqual([])
})

test('a program that samples its own heap is left alone, and goes on to do so', async () => {
  const { app, peer } =
    await run(`const { Session } = require('node:inspector'); const session = new Session()
    session.connect(); session.post('HeapProfiler.startSampling', { samplingInterval: 1024 })
    process.on('SIGUSR2', () => session.post('HeapProfiler.stopSampling', (error, { profile }) =>
      console.log(error ? 'lost' : profile.samples.length > 0 ? 'its own' : 'empty')))
    const kept = []; setInterval(() => kept.push({ at: Date.now() }), 1)`)
  expect(await peer.error({ do: 'sample', duration_ms: 1_000, folder })).toMatch(/^busy: .*its own heap/)
  expect(await answerOf(app)).toBe('its own')
  expect(await peer.data({ do: 'sample', duration_ms: 1_000, folder })).toHaveProperty('by_package')
})

test('a program ends in the middle of a sample as it would without it', async () => {
  const { app, peer } = await run(`const hold = setInterval(() => {}, 60_000)
    process.on('SIGUSR2', () => { clearInterval(hold); process.exitCode = 4 })`)
  const id = peer.ask({ do: 'sample', duration_ms: 600_000, folder })
  await waitFor('the sampling', () => peer.lines.some(line => line.id === id && hasTimeLeft(line)))
  app.child.kill('SIGUSR2')
  expect([await app.ended, app.output()]).toEqual([4, ''])
})

test('a heap snapshot: refused where it would harm, else a file for DevTools', async () => {
  const { peer } = await run(`const kept = { planted: 'x' }; ${IDLE}`)
  const data = await peer.data<{ path: string; size_bytes: number }>({ do: 'dump', what: 'heap', folder })
  expect(isPrivate(data.path)).toBe(true)
  expect(statSync(data.path).size).toBe(data.size_bytes)
  expect(JSON.parse(readFileSync(data.path, 'utf8'))).toHaveProperty('snapshot')
})

test('threads: the stacks of workers, all threads by name, and no environment', async () => {
  const code = `const { Worker } = require('node:worker_threads')
    new Worker('function waitsForJobs() { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50) }; waitsForJobs()', { eval: true })`
  const { app, peer } = await run(code, { DATABASE_PASSWORD: 'hunter2' })
  const data = await waitFor('the stack', async () => {
    const dump = await peer.data<Dump>({ do: 'dump', what: 'threads', folder })
    return dump.workers[0]?.stack.some(line => line.includes('waitsForJobs')) && dump
  })
  expect(data.thread_count).toBe(readdirSync(`/proc/${app.pid}/task`).length)
  // Its first thread has that name from Node 24 on.
  expect(data.threads[0]).toMatchObject({ tid: app.pid, name: expect.stringMatching(/^(node|MainThread)$/) })
  expect(readFileSync(data.path, 'utf8')).not.toContain('hunter2')
  expect(isPrivate(data.path)).toBe(true)
})

interface Dump {
  readonly path: string
  readonly workers: readonly { readonly stack: readonly string[] }[]
  readonly thread_count: number
  readonly threads: readonly { readonly name: string }[]
}

test('gc: the collections of a time, by kind', async () => {
  const { peer } = await run(
    'setInterval(() => { globalThis.x = Array.from({ length: 1e5 }, (_, at) => ({ at })) }, 10)',
  )
  const data = await peer.data<{ count: number; share: number; by_kind: object; spaces: object[] }>({
    do: 'dump',
    what: 'gc',
    duration_ms: 1_000,
  })
  expect(data.count).toBeGreaterThan(0)
  expect(data.share).toBeGreaterThan(0)
  expect(data.by_kind).toHaveProperty('scavenge')
  expect(data.spaces).toContainEqual(expect.objectContaining({ name: 'old_space' }))
})

test('scheduler: what the event loop waits for', async () => {
  const code =
    "for (let at = 0; at < 7; at++) setTimeout(() => {}, 60_000); require('node:net').createServer().listen(0)"
  const { peer } = await run(code)
  const data = await peer.data<{ resources: Record<string, number> }>({ do: 'dump', what: 'scheduler' })
  expect(data.resources).toMatchObject({ Timeout: 7, TCPServerWrap: 1 })
})

test('scheduler: it answers while a worker thread is in a native call, which Node would wait for', async () => {
  const free = join(folder, 'free')
  const code = `const { Worker } = require('node:worker_threads')
    new Worker("require('node:child_process').execSync('while [ ! -e ${free} ]; do sleep 0.1; done')", { eval: true })
    setTimeout(() => console.log('ready'), 500)`
  const { app, peer } = await run(code)
  await waitFor('the thread', () => app.output().includes('ready'))
  try {
    expect(await peer.data({ do: 'dump', what: 'scheduler' })).toHaveProperty('event_loop')
  } finally {
    writeFileSync(free, '')
  }
})

test('a file goes to a folder of its own where the one asked for is closed, and that one stays small', async () => {
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  const { peer } = await run(IDLE, { TMPDIR: temporary })
  const own = join(temporary, `memmon-${process.getuid?.()}`)
  const dump = { do: 'dump', what: 'threads', folder: join(folder, 'missing') }
  const { path } = await peer.data<{ path: string }>(dump)
  expect(path.startsWith(join(own, 'memmon-'))).toBe(true)
  expect([statSync(own).mode & 0o777, isPrivate(path)]).toEqual([0o700, true])
  for (let more = 0; more < 22; more++) await peer.data(dump)
  expect(readdirSync(own)).toHaveLength(20)
  // Somebody else's, or open to others: nothing is written there.
  chmodSync(own, 0o777)
  expect(await peer.error(dump)).toContain(`${own} is not a folder of user`)
})
