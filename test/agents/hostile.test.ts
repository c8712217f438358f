// Peers that are broken or mean: they lose their connection, and nobody else notices.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectHost } from '../../src/agents/client.ts'
import { parseClientLine, parseHello, parseWorkerLine } from '../../src/agents/protocol.ts'
import {
  type FakeWorker,
  helloOf,
  type OpenAgents,
  openAgents,
  type RawConnection,
  rawConnection,
  startWorker,
  welcomed,
} from '../helpers/agents.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let path = ''
let open: OpenAgents
let worker: FakeWorker
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-hostile-'))
  path = join(folder, 'agents.sock')
  open = await openAgents(path)
  worker = await welcomed(startWorker(path))
})
afterEach(async () => {
  open.agents.close()
  await worker.end()
  rmSync(folder, { recursive: true, force: true })
})

/** The worker that does nothing wrong is still served. */
async function othersAreServed(): Promise<void> {
  const host = await connectHost(path)
  if (!('ask' in host)) throw new Error(host.why)
  const answer = await host.ask({ do: 'status', process: worker.pid }, { timeoutMs: 60_000 })
  host.close()
  expect(answer).toMatchObject({ kind: 'finished' })
}

/** A connection of another process, which memmon has taken for a worker. */
async function taken(other: FakeWorker): Promise<RawConnection> {
  const raw = await rawConnection(path)
  raw.socket.write(helloOf(other.pid))
  await waitFor('a welcome', () => raw.received().includes('welcome'))
  return raw
}

/** Writes until nobody takes it any more; how much that was. */
async function writeUntilClosed(
  raw: RawConnection,
  piece: Buffer | string,
  mostBytes: number,
): Promise<number> {
  for (let written = 0; ; written += piece.length) {
    if (raw.isClosed()) return written
    if (written > mostBytes) throw new Error(`still open after ${written} bytes`)
    if (!raw.socket.write(piece))
      await Promise.race([new Promise(resolve => raw.socket.once('drain', resolve)), raw.closed])
  }
}

const GIGABYTE = 2 ** 30
const PIECE = Buffer.alloc(64 * 1024, 'x')

test('a gigabyte without a line end: before it says who it is', async () => {
  await writeUntilClosed(await rawConnection(path), PIECE, GIGABYTE)
  await othersAreServed()
})

test('a gigabyte without a line end: as a worker', async () => {
  const raw = await taken(worker)
  await writeUntilClosed(raw, PIECE, GIGABYTE)
  await welcomed(worker)
  await waitFor('the worker to be back', () => worker.said().split('welcome').length > 2)
  await othersAreServed()
})

test.each([
  ['answers that nobody asked for', '{"id":99,"finished":true,"data":{}}\n'],
  ['no JSON', 'x\n'],
  ['empty lines', '\n'],
])('a flood of %s', async (_, line) => {
  await writeUntilClosed(await taken(worker), line.repeat(1000), GIGABYTE)
  await waitFor('the worker to be back', () => worker.said().split('welcome').length > 2)
  await othersAreServed()
})

test('a thousand connections that say nothing: most are closed at once, the others soon', async () => {
  const raws = await Promise.all(Array.from({ length: 1000 }, () => rawConnection(path)))
  await waitFor('most to be closed', () => raws.filter(raw => raw.isClosed()).length >= 1000 - 288)
  await othersAreServedWhenThereIsRoom(raws)
})

async function othersAreServedWhenThereIsRoom(raws: readonly RawConnection[]): Promise<void> {
  // Those that were let in have 5 s to say who they are.
  await Promise.all(raws.map(raw => raw.closed))
  await othersAreServed()
  expect(open.log.filter(line => line.includes('288 connections are open already'))).toHaveLength(1)
}

test('one that says who it is a byte at a time', async () => {
  const raw = await rawConnection(path)
  const bytes = helloOf(worker.pid)
  let at = 0
  while (!raw.isClosed()) {
    if (at < bytes.length - 1) raw.socket.write(bytes[at++] ?? '')
    await Promise.race([raw.closed, new Promise(resolve => setTimeout(resolve, 100))])
  }
  expect(raw.received()).toBe('')
  await othersAreServed()
})

test('many that come and go', async () => {
  for (let round = 0; round < 200; round++) {
    const raws = await Promise.all(Array.from({ length: 10 }, () => rawConnection(path)))
    for (const raw of raws) raw.socket.destroy()
  }
  await othersAreServed()
})

test('whatever a line holds, it is read as something', () => {
  const said = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map(value => JSON.stringify(value)),
  )
  fc.assert(
    fc.property(said, line => {
      for (const parse of [parseHello, parseWorkerLine, parseClientLine])
        expect(parse(line).kind).toMatch(/^\w+$/)
    }),
  )
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(parseWorkerLine(`{"id":1,"finished":true,"data":${deep}}`)).toMatchObject({ kind: 'answer', id: 1 })
})
