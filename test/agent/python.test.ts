// The Python agent of examples/: one page of code that speaks the protocol, in a real program.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { SampleReport } from '../../src/agent/report.ts'
import { AgentServer } from '../helpers/agent-server.ts'
import { ROOT } from '../helpers/documents.ts'
import { PYTHON } from '../helpers/python.ts'
import { waitFor } from '../helpers/wait.ts'

const EXAMPLES = join(ROOT, 'examples')
const LEAKS = `
import sys, threading, time
sys.path[:0] = [sys.argv[1], ${JSON.stringify(EXAMPLES)}]
import memmon_agent
memmon_agent.start()
memmon_agent.set_status(jobs=4)
from leaky import remember
def wait_for_jobs():
    time.sleep(600)
threading.Thread(target=wait_for_jobs, name='jobs', daemon=True).start()
recent = []
while True:
    remember()
    recent = (recent + [{'at': n} for n in range(200)])[-400:]
    time.sleep(0.01)
`
let folder = ''
let server: AgentServer | undefined
const children: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-python-'))
  writeFileSync(
    join(folder, 'leaky.py'),
    'kept = []\n\n\ndef remember():\n    kept.append(bytearray(1000))\n',
  )
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

test('it is a page of code', () => {
  const text = readFileSync(join(EXAMPLES, 'memmon_agent.py'), 'utf8')
  expect(text.split('\n').length).toBeLessThan(200)
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

test('a program ends as it would without it', async () => {
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(EXAMPLES)}); import memmon_agent; memmon_agent.start(); sys.exit(6)`
  const { child } = await run(code)
  expect(await once(child, 'exit')).toEqual([6, null])
})
