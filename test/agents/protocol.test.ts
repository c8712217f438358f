// What a line means, by tables: anything may come.
import { expect, test } from 'vitest'
import { parseClientLine, parseHello, parseWorkerLine } from '../../src/agents/protocol.ts'

const HELLO = {
  hello: 'worker',
  version: 1,
  pid: 4711,
  start_ticks: 123_456,
  language: 'node',
  runtime: 'v20.20.2',
  can: ['status'],
}
const wrong = (reason: string) => ({ kind: 'wrong', reason: expect.stringContaining(reason) })

test.each([
  [
    HELLO,
    {
      kind: 'worker',
      pid: 4711,
      startTicks: 123_456,
      name: undefined,
      language: 'node',
      runtime: 'v20.20.2',
      can: ['status'],
    },
  ],
  [
    { ...HELLO, name: 'x'.repeat(1000), more: {} },
    { kind: 'worker', name: 'x'.repeat(64) },
  ],
  [
    { ...HELLO, can: ['a', 1, null, ...Array(99).fill('b'.repeat(99))] },
    { can: ['a', ...Array(13).fill('b'.repeat(32))] },
  ],
  [
    { ...HELLO, can: 'status', language: 7 },
    { can: [], language: '' },
  ],
  [{ hello: 'client', version: 1 }, { kind: 'client' }],
  [{ ...HELLO, version: 2 }, wrong('version 1')],
  [{ ...HELLO, version: '1' }, wrong('version 1')],
  [{ ...HELLO, hello: 'x' }, wrong('neither')],
  [{ ...HELLO, pid: -1 }, wrong('"pid"')],
  [{ ...HELLO, pid: 1.5 }, wrong('"pid"')],
  [{ ...HELLO, pid: 2 ** 23 }, wrong('"pid"')],
  [{ ...HELLO, pid: '4711' }, wrong('"pid"')],
  [{ ...HELLO, start_ticks: null }, wrong('start_ticks')],
  [[HELLO], wrong('not a JSON object')],
  [null, wrong('not a JSON object')],
  ['hello', wrong('not a JSON object')],
])('a first line: %j', (said, hello) => expect(parseHello(JSON.stringify(said))).toMatchObject(hello))

test.each(['', '{', 'GET / HTTP/1.1', '\0', '{"hello":'])('no JSON: %j', line => {
  expect(parseHello(line)).toMatchObject(wrong('not a JSON object'))
  expect(parseWorkerLine(line)).toMatchObject({ kind: 'wrong' })
  expect(parseClientLine(line)).toMatchObject({ kind: 'wrong', id: undefined })
})

test.each([
  [
    { id: 1, finished: true, data: { a: 1 } },
    { kind: 'answer', id: 1, answer: { kind: 'finished', data: { a: 1 } } },
  ],
  [
    { id: 1, finished: true },
    { kind: 'answer', id: 1, answer: { kind: 'finished', data: undefined } },
  ],
  [
    { id: 1, failed: true, error: 'busy' },
    { kind: 'answer', id: 1, answer: { kind: 'failed', error: 'busy' } },
  ],
  [
    { id: 1, failed: true, error: 'x'.repeat(9999) },
    { kind: 'answer', id: 1, answer: { kind: 'failed', error: 'x'.repeat(1000) } },
  ],
  [
    { id: 1, failed: true, error: { a: 1 } },
    { kind: 'answer', id: 1, answer: { kind: 'failed', error: 'the agent has failed and does not say why' } },
  ],
  [
    { id: 1, progress: { text: 'sampling', left_ms: 5 } },
    { kind: 'progress', id: 1, progress: { text: 'sampling', leftMs: 5 } },
  ],
  [
    { id: 1, progress: {} },
    { kind: 'progress', id: 1, progress: { text: '', leftMs: undefined } },
  ],
  [{ proved: 'abc' }, { kind: 'proved', nonce: 'abc' }],
  [
    { update: { can: ['drain', 7], name: 'x'.repeat(99) } },
    { kind: 'update', update: { can: ['drain'], name: 'x'.repeat(64) } },
  ],
  [{ update: { can: 'drain', name: 7, pid: 1 } }, { kind: 'update', update: {} }],
  [{ id: 1, finished: 'true' }, wrong('neither')],
  [{ id: '1', finished: true }, wrong('no "id"')],
  [{ finished: true }, wrong('no "id"')],
])('a line of a worker: %j', (said, line) => expect(parseWorkerLine(JSON.stringify(said))).toEqual(line))

test.each([
  [
    { id: 1, do: 'agents' },
    { kind: 'agents', id: 1 },
  ],
  [
    { id: 1, do: 'status', process: 7 },
    { kind: 'ask', id: 1, process: 7, ask: { do: 'status' } },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 500, folder: '/x' },
    { kind: 'ask', id: 1, process: 7, ask: { do: 'sample', duration_ms: 500, folder: '/x' } },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 500, classes: true },
    { kind: 'ask', id: 1, process: 7, ask: { do: 'sample', duration_ms: 500, classes: true } },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 500, classes: 'yes' },
    { kind: 'ask', id: 1, process: 7, ask: { do: 'sample', duration_ms: 500 } },
  ],
  [
    { id: 1, do: 'dump', process: 7, what: 'gc' },
    { kind: 'ask', id: 1, process: 7, ask: { do: 'dump', what: 'gc', force: false } },
  ],
  [
    { id: 5, do: 'cancel', of: 1 },
    { kind: 'cancel', of: 1 },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 500, folder: 'x' },
    { ...wrong('whole path'), id: 1 },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 0 },
    { ...wrong('duration_ms'), id: 1 },
  ],
  [
    { id: 1, do: 'sample', process: 7, duration_ms: 1e12 },
    { ...wrong('duration_ms'), id: 1 },
  ],
  [
    { id: 1, do: 'dump', process: 7, what: 'core' },
    { ...wrong('"what"'), id: 1 },
  ],
  [
    { id: 1, do: 'stop', process: 7 },
    { ...wrong('"do"'), id: 1 },
  ],
  [
    { id: 1, do: 'status', process: 'web' },
    { ...wrong('"process"'), id: 1 },
  ],
  [{ do: 'agents' }, { ...wrong('"id"'), id: undefined }],
])('a line of a person: %j', (said, line) => expect(parseClientLine(JSON.stringify(said))).toEqual(line))
