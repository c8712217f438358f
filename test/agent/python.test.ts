// The Python agent of examples/: one page of code that speaks the protocol, in a real program.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { SampleReport } from '../../src/agent/report.ts'
import { LINE_BYTES } from '../../src/agents/protocol.ts'
import { AgentServer, descriptorsOf, NONCE, socketOwners } from '../helpers/agent-server.ts'
import { ROOT } from '../helpers/documents.ts'
import { PYTHON } from '../helpers/python.ts'
import { waitFor } from '../helpers/wait.ts'

const EXAMPLES = join(ROOT, 'examples')
const AGENT = join(EXAMPLES, 'memmon_agent.py')
const STARTS = `
import sys, threading, time
sys.path[:0] = [sys.argv[1], ${JSON.stringify(EXAMPLES)}]
import memmon_agent
memmon_agent.start()
`
const leaks = (module: string) => `${STARTS}
memmon_agent.set_status(jobs=4)
from ${module} import remember
def wait_for_jobs():
    time.sleep(600)
threading.Thread(target=wait_for_jobs, name='jobs', daemon=True).start()
recent = []
while True:
    remember()
    recent = (recent + [{'at': n} for n in range(200)])[-400:]
    time.sleep(0.01)
`
const LEAKS = leaks('leaky')
/** No thread has room for its stack. */
const NO_MORE_THREADS = `
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
threading.stack_size(2**30)
`
/** Each in its own file, at line 5. */
const LEAKY = {
  leaky: 'bytearray(1000)',
  leaky_by_json: 'json.loads(TEXT)',
  leaky_by_threading: 'threading.Event()._cond',
}
let folder = ''
let server: AgentServer | undefined
const children: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-python-'))
  for (const [module, made] of Object.entries(LEAKY)) {
    const imports = `import json, threading\nkept, TEXT = [], json.dumps(['x' * 40 + str(at) for at in range(20)])\n`
    writeFileSync(join(folder, `${module}.py`), `${imports}\ndef remember():\n    kept.append(${made})\n`)
  }
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await server?.end()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly child: ChildProcess
  readonly server: AgentServer
}

async function run(code: string, greets: 'welcome' | 'proof' = 'welcome'): Promise<Run> {
  const own = await new AgentServer({ greets }).listen()
  server = own
  const env = { PATH: process.env.PATH, MEMMON_SOCKET: own.path, PYTHONDONTWRITEBYTECODE: '1' }
  const child = spawn(PYTHON, ['-c', code, folder], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return { child, server: own }
}

/** Without its first three descriptors, which a test has given it. */
const socketsOf = (pid: number | undefined): string[] =>
  descriptorsOf(String(pid))
    .slice(3)
    .filter(target => target.startsWith('socket:'))

test('it is a page of code', () => {
  const text = readFileSync(AGENT, 'utf8')
  expect(text.split('\n').length).toBeLessThan(200)
})

test('it is Python 3.8', () => {
  const code = 'import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))'
  execFileSync(PYTHON, ['-c', code, AGENT])
})

test('it proves itself, and answers with its memory and its threads', async () => {
  const { child, server } = await run(LEAKS, 'proof')
  const peer = await server.worker(child.pid)
  await waitFor('the proof', () => peer.lines.some(line => 'proved' in line))
  expect(peer.hello).toMatchObject({ pid: child.pid, language: 'python', start_ticks: expect.any(Number) })
  expect(await peer.data({ do: 'status' })).toMatchObject({
    rss_bytes: expect.any(Number),
    fields: { jobs: 4 },
  })
  const { workers } = await peer.data<{ workers: { name: string; stack: string[] }[] }>({
    do: 'dump',
    what: 'threads',
  })
  expect(workers.find(({ name }) => name === 'jobs')?.stack.join('')).toContain('in wait_for_jobs')
  expect(await peer.error({ do: 'dump', what: 'heap' })).toContain('dump heap')
  expect(socketOwners(NONCE)).toEqual([])
})

test('it says what the program tells of itself, whatever that is', async () => {
  const { server } = await run(`${STARTS}
import datetime, decimal
def fails():
    raise SystemExit('no')
memmon_agent.set_status(jobs=4, share=0.5, queue='mail', name='Zoë', waiting=lambda: 12, fails=fails,
    last=datetime.date(2026, 1, 2), price=decimal.Decimal('1.50'), ratio=float('nan'), large=10**400, lone='\\ud800',
    long='x' * 70_000)
time.sleep(600)`)
  const peer = await server.worker()
  expect(await peer.data({ do: 'status' })).toMatchObject({
    rss_bytes: expect.any(Number),
    uptime_ms: expect.any(Number),
  })
  const { fields } = await peer.data<{ fields: object }>({ do: 'status' })
  const numbers = { jobs: 4, share: 0.5, waiting: 12 }
  const texts = { queue: 'mail', name: 'Zoë', last: '2026-01-02', price: '1.50', ratio: 'nan', lone: '?' }
  expect(fields).toEqual({ ...numbers, ...texts, long: 'x'.repeat(200) })
})

test.each(['\\x01', '\\U0001f40d'])('its status is no longer than memmon reads, of %s', async character => {
  const { server } = await run(`${STARTS}
memmon_agent.set_status(**{'%02d' % at + '${character}' * 70_000: '${character}' * 70_000 for at in range(30)})
time.sleep(600)`)
  const peer = await server.worker()
  const { fields } = await peer.data<{ fields: object }>({ do: 'status' })
  expect(Object.keys(fields).length).toBe(20)
  expect(peer.longestBytes).toBeLessThan(LINE_BYTES)
})

test('its sample puts the leak first, can be cancelled, and it comes back after memmon was restarted', async () => {
  const { child, server } = await run(LEAKS)
  const peer = await server.worker(child.pid)
  const report = await peer.data<SampleReport>({ do: 'sample', duration_ms: 3_000 })
  expect(report.by_location[0]?.data).toBe(`${folder}/leaky.py:5`)
  expect(report.by_location[0]?.survivors).toBeGreaterThan(0)
  const long = peer.ask({ do: 'sample', duration_ms: 600_000 })
  expect(await peer.error({ do: 'sample' })).toMatch(/^busy: /)
  await peer.data({ do: 'cancel', of: long })
  expect(await peer.answer(long)).toMatchObject({ error: 'cancelled' })
  peer.ask({ do: 'sample', duration_ms: 600_000 })
  await server.stop()
  await server.listen()
  const again = await server.worker(child.pid)
  expect(await again.data({ do: 'status' })).toMatchObject({ fields: { jobs: 4 } })
})

test.each(Object.keys(LEAKY))('%s: blames the line of the program, not that of the library', async module => {
  const { server } = await run(leaks(module))
  const peer = await server.worker()
  const report = await peer.data<SampleReport>({ do: 'sample', duration_ms: 2_000 })
  expect(report.by_location[0]?.data).toBe(`${folder}/${module}.py:5`)
  expect(report.by_location[0]?.count).toBeGreaterThan(10)
  expect(report.by_package[0]?.data).toBe('(app)')
  expect(report.by_file.map(({ data }) => data)).not.toContain(AGENT)
})

test('a child forked during a sample runs without it, and is a process of its own', async () => {
  const { child, server } = await run(`${STARTS}
import os, tracemalloc
while not tracemalloc.is_tracing():
    time.sleep(0.01)
parent = os.getpid()
forked = os.fork()
if forked == 0:
    print('%d %s' % (os.getpid(), tracemalloc.is_tracing()), flush=True)
while os.getppid() == parent or forked:
    time.sleep(0.1)`)
  const peer = await server.worker(child.pid)
  const sample = peer.ask({ do: 'sample', duration_ms: 600_000 })
  const said = createInterface({ input: child.stdout as Readable })
  const [line] = await once(said, 'line')
  expect(line).toMatch(/^\d+ False$/)
  const forked = Number.parseInt(line, 10)
  const sockets = socketsOf(child.pid)
  expect(sockets).not.toEqual([])
  expect(socketsOf(forked).filter(target => sockets.includes(target))).toEqual([])
  const own = await server.worker(forked)
  expect(await own.data({ do: 'status' })).toMatchObject({ rss_bytes: expect.any(Number) })
  await peer.data({ do: 'cancel', of: sample })
  expect(await peer.answer(sample)).toMatchObject({ error: 'cancelled' })
  peer.ask({ do: 'sample', duration_ms: 600_000 })
  child.kill('SIGKILL')
  await waitFor('the end of its connection', () => peer.isClosed)
})

test('a program that cannot have a thread more goes on without it', async () => {
  const [before, starts] = STARTS.split('memmon_agent.start()')
  const { child } = await run(`${before}${NO_MORE_THREADS}memmon_agent.start()${starts}sys.exit(6)`)
  expect(await once(child, 'exit')).toEqual([6, null])
})

test('its sample needs no thread more, and answers other questions meanwhile', async () => {
  const { server } = await run(`${STARTS}${NO_MORE_THREADS}time.sleep(600)`)
  const peer = await server.worker()
  const sample = peer.ask({ do: 'sample', duration_ms: 600_000 })
  expect(await peer.data({ do: 'status' })).toMatchObject({ rss_bytes: expect.any(Number) })
  await peer.data({ do: 'cancel', of: sample, finish: true })
  expect(await peer.answer(sample)).toMatchObject({ data: { version: 1, by_class: null, strings: null } })
})

test('a program ends as it would without it', async () => {
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(EXAMPLES)}); import memmon_agent; memmon_agent.start(); sys.exit(6)`
  const { child } = await run(code)
  expect(await once(child, 'exit')).toEqual([6, null])
})
