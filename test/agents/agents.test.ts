// Workers of real processes, and commands of people, at a real socket.
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectHost, type Host } from '../../src/agents/client.ts'
import {
  type FakeWorker,
  helloOf,
  type OpenAgents,
  openAgents,
  rawConnection,
  startTicksOf,
  startWorker,
  welcomed,
} from '../helpers/agents.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let path = ''
let open: OpenAgents | undefined
const workers: FakeWorker[] = []
const hosts: Host[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-agents-'))
  path = join(folder, 'agents.sock')
})
afterEach(async () => {
  for (const host of hosts.splice(0)) host.close()
  open?.agents.close()
  open = undefined
  await Promise.all(workers.splice(0).map(one => one.end()))
  rmSync(folder, { recursive: true, force: true })
})

async function start(how = ''): Promise<FakeWorker> {
  const worker = startWorker(path, how)
  workers.push(worker)
  return await welcomed(worker)
}

async function host(at = path): Promise<Host> {
  const found = await connectHost(at)
  if (!('ask' in found)) throw new Error(found.why)
  hosts.push(found)
  return found
}

/** A process without an agent, for connections that say they are it. */
function mute(): FakeWorker {
  const worker = startWorker(path, 'mute')
  workers.push(worker)
  return worker
}

const PATIENCE = { timeoutMs: 60_000 }

describe('what a person asks', () => {
  test('who is connected: pid, start, what it can, its status', async () => {
    open = await openAgents(path)
    const worker = await start()
    const answer = await (await host()).ask({ do: 'agents' }, PATIENCE)
    expect(answer).toMatchObject({
      kind: 'finished',
      data: {
        agents: [
          {
            pid: worker.pid,
            program_pid: worker.pid,
            start_ticks: startTicksOf(worker.pid),
            name: 'fake',
            language: 'node',
            status: { heap_used_bytes: 4_194_304, fields: { jobs: 3 } },
          },
        ],
      },
    })
  })

  test('a sample, with its progress', async () => {
    open = await openAgents(path)
    const { pid } = await start()
    const lefts: (number | undefined)[] = []
    const onProgress = ({ leftMs }: { leftMs: number | undefined }) => void lefts.push(leftMs)
    const asked = { do: 'sample', process: pid, duration_ms: 300 }
    const answer = await (await host()).ask(asked, { ...PATIENCE, onProgress })
    expect(answer).toMatchObject({ kind: 'finished', data: { pid, total_retained: 2_097_152 } })
    expect(lefts).toEqual([300, 200, 100])
  })

  test('a dump, as it was asked for', async () => {
    open = await openAgents(path)
    const { pid } = await start()
    const asked = { do: 'dump', process: pid, what: 'heap', force: true }
    const answer = await (await host()).ask(asked, PATIENCE)
    expect(answer).toEqual({ kind: 'finished', data: { what: 'heap', force: true } })
  })

  test('what a worker refuses is passed on in its words', async () => {
    open = await openAgents(path)
    const { pid } = await start('fails')
    const answer = await (await host()).ask({ do: 'sample', process: pid, duration_ms: 10 }, PATIENCE)
    expect(answer).toEqual({ kind: 'failed', error: 'busy: another sample runs' })
  })

  test('what a worker can do may change', async () => {
    open = await openAgents(path)
    const { pid } = mute()
    const raw = await rawConnection(path)
    raw.socket.write(helloOf(pid, { can: ['status'] }))
    await waitFor('a welcome', () => raw.received().includes('welcome'))
    raw.socket.write(`${JSON.stringify({ update: { can: ['status', 'dump gc'], name: 'later' } })}\n`)
    raw.socket.on('data', chunk => {
      const [, id] = /"id":(\d+),"do":"status"/.exec(String(chunk)) ?? []
      if (id) raw.socket.write(`{"id":${id},"finished":true,"data":{}}\n`)
    })
    const answer = await (await host()).ask({ do: 'agents' }, PATIENCE)
    expect(answer).toMatchObject({
      data: { agents: [{ name: 'later', can: ['status', 'dump gc'], status: {} }] },
    })
  })

  test('a process without an agent, and one that its agent cannot serve', async () => {
    open = await openAgents(path)
    const worker = await rawConnection(path)
    worker.socket.write(helloOf(process.pid, { can: ['status'] }))
    await waitFor('an answer', () => worker.received().includes('refused'))
    const { pid } = mute()
    const person = await host()
    const none = await person.ask({ do: 'status', process: 1 }, PATIENCE)
    expect(none).toMatchObject({ error: expect.stringContaining('no agent in pid 1') })
    const other = await rawConnection(path)
    other.socket.write(helloOf(pid, { can: ['status'] }))
    await waitFor('a welcome', () => other.received().includes('welcome'))
    const cannot = await person.ask({ do: 'dump', process: pid, what: 'heap' }, PATIENCE)
    expect(cannot).toMatchObject({ error: expect.stringContaining('cannot do "dump heap"') })
  })

  test('one that does not answer in time: since when, and what helps', async () => {
    open = await openAgents(path)
    const { pid } = await start('silent')
    const person = await host()
    const answer = await person.ask({ do: 'status', process: pid }, PATIENCE)
    expect(answer).toMatchObject({
      kind: 'failed',
      error: expect.stringMatching(/is not answering since \d{4}-/),
    })
    const all = await person.ask({ do: 'agents' }, PATIENCE)
    expect(all).toMatchObject({ data: { agents: [{ pid, status: null }] } })
  })

  test('late answers of one that hung cost it neither its connection nor its sample', async () => {
    open = await openAgents(path)
    const { pid } = mute()
    const raw = await rawConnection(path)
    raw.socket.write(helloOf(pid))
    await waitFor('a welcome', () => raw.received().includes('welcome'))
    const sample = open.agents.ask(pid, { do: 'sample', duration_ms: 10 }, PATIENCE)
    for (let asked = 0; asked < 100; asked++)
      expect(await open.agents.ask(pid, { do: 'status' }, { timeoutMs: 1 })).toMatchObject({ kind: 'failed' })
    const asked = () => raw.received().match(/"id":\d+,"do"/g) ?? []
    await waitFor('all requests', () => asked().length >= 201)
    const answers = asked().map(one => `{${one.replace('"do"', '"finished":true,"data":{"said":1}')}}\n`)
    raw.socket.write([...answers.slice(1), ...answers.slice(0, 1)].join(''))
    expect(await sample).toEqual({ kind: 'finished', data: { said: 1 } })
    expect(raw.isClosed()).toBe(false)
  })

  test('a person who goes away cancels what was asked', async () => {
    open = await openAgents(path)
    const worker = await start()
    const person = await host()
    const asked = new Promise<void>(resolve => {
      const onProgress = () => resolve()
      void person.ask(
        { do: 'sample', process: worker.pid, duration_ms: 600_000 },
        { ...PATIENCE, onProgress },
      )
    })
    await asked
    person.close()
    await waitFor('the worker to be told', () => worker.said().includes('cancelled'))
  })

  test('a worker that ends while it is asked', async () => {
    open = await openAgents(path)
    const worker = await start()
    const asked = { do: 'sample', process: worker.pid, duration_ms: 600_000 }
    const answer = (await host()).ask(asked, { ...PATIENCE, onProgress: () => void worker.end() })
    expect(await answer).toMatchObject({
      error: expect.stringContaining(`the agent of pid ${worker.pid} has gone`),
    })
  })
})

describe('who is let in', () => {
  test.each([
    ['not its start', (pid: number) => helloOf(pid, { start_ticks: 1 }), 'did not start when it says'],
    ['not a descendant', () => helloOf(1), 'is not a descendant of supervisord'],
    ['no such process', (pid: number) => helloOf(pid, { pid: 4_194_303 }), 'no process with pid 4194303'],
    ['another version', (pid: number) => helloOf(pid, { version: 2 }), 'version 1'],
    ['no JSON', () => 'GET / HTTP/1.1\n', 'not a JSON object'],
  ])('%s: refused with a reason, and closed', async (_, line, reason) => {
    open = await openAgents(path)
    const { pid } = await start()
    const raw = await rawConnection(path)
    raw.socket.write(line(pid))
    await raw.closed
    expect(JSON.parse(raw.received())).toEqual({ refused: expect.stringContaining(reason) })
    expect(open.log.at(-1)).toMatch(/^WARN Refused an agent: /)
  })

  test('the newest connection of a process counts', async () => {
    open = await openAgents(path)
    const { pid } = mute()
    const older = await rawConnection(path)
    older.socket.write(helloOf(pid))
    await waitFor('a welcome', () => older.received().includes('welcome'))
    const newer = await rawConnection(path)
    newer.socket.write(helloOf(pid, { name: 'newer' }))
    await older.closed
    const answer = await (await host()).ask({ do: 'agents' }, PATIENCE)
    expect(answer).toMatchObject({ data: { agents: [{ pid }] } })
  })

  test('a descendant is found by the program above it', async () => {
    // supervisord is here the parent of this process: so this process is the program.
    open = await openAgents(path, {}, process.ppid)
    const { pid } = await start()
    const answer = await (await host()).ask({ do: 'status', process: process.pid }, PATIENCE)
    expect(answer).toMatchObject({ kind: 'finished' })
    await start()
    const two = await (await host()).ask({ do: 'status', process: process.pid }, PATIENCE)
    expect(two).toMatchObject({ error: expect.stringContaining(`give the pid of one: ${pid}, `) })
  })
})

describe('where the socket is open to others', () => {
  const OPEN = { agentSocketMode: 0o666 }
  const ownPath = () => path.replace('.sock', '-own.sock')
  test('a worker proves its pid, as another user, too', async () => {
    chmodSync(folder, 0o755)
    open = await openAgents(path, OPEN)
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
    for (const user of [undefined, other]) {
      const worker = startWorker(path, '', user)
      workers.push(worker)
      await welcomed(worker)
      const asked = { do: 'status', process: worker.pid }
      expect(await (await host(ownPath())).ask(asked, PATIENCE)).toMatchObject({ kind: 'finished' })
    }
  })

  test('nobody takes the place of another process', async () => {
    open = await openAgents(path, OPEN)
    const { pid } = await start()
    const raw = await rawConnection(path)
    raw.socket.write(helloOf(pid))
    await waitFor('a question', () => raw.received().includes('prove'))
    raw.socket.write(`${JSON.stringify({ proved: JSON.parse(raw.received()).prove })}\n`)
    await raw.closed
    expect(raw.received()).toContain(`pid ${pid} does not listen on the socket that memmon named`)
  })

  test('the socket of another process proves nothing', async () => {
    open = await openAgents(path, OPEN)
    const { pid } = await start()
    const raw = await rawConnection(path)
    raw.socket.write(helloOf(pid))
    await waitFor('a question', () => raw.received().includes('prove'))
    const nonce: string = JSON.parse(raw.received()).prove
    const { createServer } = await import('node:net')
    const server = createServer().listen(`\0memmon-${nonce}`)
    await new Promise(resolve => server.once('listening', resolve))
    raw.socket.write(`${JSON.stringify({ proved: nonce })}\n`)
    await raw.closed
    server.close()
    expect(raw.received()).toContain(`is not that of pid ${pid}`)
  })

  test('people are sent to the socket that is theirs', async () => {
    open = await openAgents(path, OPEN)
    expect(await connectHost(path)).toMatchObject({
      kind: 'wrong',
      why: expect.stringContaining('-own.sock'),
    })
    expect(statSync(path).mode & 0o777).toBe(0o666)
    expect(statSync(ownPath()).mode & 0o777).toBe(0o600)
  })
})
