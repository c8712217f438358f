// Calls over a real unix socket and real TCP, to a supervisord that answers as scripted.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { parseServerUrl } from '../../src/base/server-url.ts'
import { createClient, type SupervisorClient } from '../../src/supervisor/client.ts'
import { type Credentials, createHttpCaller, type HttpCaller } from '../../src/supervisor/http-call.ts'
import type { Misbehaviour } from '../helpers/misbehaviour.ts'
import { type ScriptedOptions, ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

/** Longer than any answer takes on a busy machine. */
const PATIENT_MS = 15_000
const GET = '<?xml version="1.0"?><methodCall><methodName>supervisor.getState</methodName></methodCall>'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-http-'))
})
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

async function scripted(options: ScriptedOptions = {}): Promise<ScriptedSupervisord> {
  const supervisord = await ScriptedSupervisord.start(options)
  closers.push(() => supervisord.close())
  return supervisord
}

function callerOf(url: string, timeoutMs = PATIENT_MS, credentials?: Credentials): HttpCaller {
  const caller = createHttpCaller(parseServerUrl(url), credentials, timeoutMs)
  closers.push(() => caller.close())
  return caller
}

const clientOf = (url: string, timeoutMs = PATIENT_MS): SupervisorClient =>
  createClient(callerOf(url, timeoutMs))

const faultOf = (promise: Promise<unknown>): Promise<SupervisorFault> =>
  promise.then(
    value => Promise.reject(new Error(`answered ${JSON.stringify(value).slice(0, 100)} instead of failing`)),
    thrown => thrown as SupervisorFault,
  )

test.each([
  'plain.sock',
  'with space and #hash?x=%20.sock',
  'ünï→.sock',
])('a unix socket named "%s"', async name => {
  const { url } = await scripted({ socketPath: join(folder, name), programs: [{ namespec: 'a:b' }] })
  expect(url).toContain(name)
  expect(await clientOf(url).getAllProcessInfo()).toMatchObject([{ namespec: 'a:b', state: 20 }])
})

test('TCP', async () => {
  const { url } = await scripted({ programs: [{ namespec: 'a:b' }] })
  expect(await clientOf(url).getAllProcessInfo()).toHaveLength(1)
})

test('localhost where supervisord listens on IPv4 only', async () => {
  const { port } = await scripted()
  expect(await callerOf(`http://localhost:${port}`).post(GET)).toContain('statecode')
})

test('an IPv6 address in brackets is called as such', async () => {
  const supervisord = await scripted({ host: '::1' }).catch(() => undefined)
  if (supervisord) {
    expect(supervisord.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    return expect(await callerOf(supervisord.url).post(GET)).toContain('statecode')
  }
  // A machine without IPv6: no name was looked up (ENOTFOUND), the address was tried.
  const fault = await faultOf(callerOf('http://[::1]:9').post(GET))
  expect(fault.message).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT|ENETUNREACH|ECONNREFUSED/)
})

const AUTH = { username: 'bøb', password: 'p:a ss→' }

test('Basic auth with the right name and password', async () => {
  const { url } = await scripted({ auth: AUTH })
  expect(await callerOf(url, PATIENT_MS, AUTH).post(GET)).toContain('statecode')
})

test.each<[string, Credentials | undefined]>([
  ['none', undefined],
  ['a wrong password', { ...AUTH, password: 'secret-guess' }],
  ['a wrong name', { ...AUTH, username: 'rob' }],
])('Basic auth with %s: the fault says so, and the connection is closed', async (_, given) => {
  const supervisord = await scripted({ auth: AUTH })
  const fault = await faultOf(callerOf(supervisord.url, PATIENT_MS, given).post(GET))
  expect(fault.kind).toBe('unauthorized')
  expect(fault.message).toContain('refused the user name or password (HTTP 401)')
  expect(fault.message).toContain(supervisord.url)
  expect(fault.message).not.toContain('secret-guess')
  expect(supervisord.calls).toEqual([])
  await waitFor('the connection to be closed', () => supervisord.open.size === 0)
})

test('calls one after another share one connection', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  const client = clientOf(supervisord.url)
  for (let count = 0; count < 5; count++) await client.getAllProcessInfo()
  expect(supervisord.count()).toBe(5)
  expect(supervisord.connections).toBe(1)
})

test('many calls side by side take four connections at most, and one is kept', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  const client = clientOf(supervisord.url)
  await Promise.all(Array.from({ length: 20 }, () => client.getProcessInfo('a:b')))
  expect(supervisord.count('getProcessInfo')).toBe(20)
  expect(supervisord.connections).toBeLessThanOrEqual(4)
  await waitFor('the spare connections to be closed', () => supervisord.open.size === 1)
})

test.each([
  ['dropped while idle', (supervisord: ScriptedSupervisord) => supervisord.dropConnections()],
  [
    'reset under the next read',
    (supervisord: ScriptedSupervisord) => supervisord.misbehave('*', { kind: 'reset', effect: 'before' }),
  ],
])('a kept connection is %s: a read is made again over a new one', async (_, lose) => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  const client = clientOf(supervisord.url)
  await client.getProcessInfo('a:b')
  lose(supervisord)
  expect(await client.getProcessInfo('a:b')).toMatchObject({ namespec: 'a:b' })
  expect(supervisord.connections).toBe(2)
})

test.each([
  'before',
  'after',
] as const)('a stop that is reset %s its effect is not made again', async effect => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b', stopMs: 60_000 }] })
  supervisord.misbehave('stopProcess', { kind: 'reset', effect })
  expect(await faultOf(clientOf(supervisord.url).stopProcess('a:b'))).toMatchObject({ kind: 'unreachable' })
  expect(supervisord.count('stopProcess')).toBe(1)
  expect(supervisord.program('a:b').state).toBe(effect === 'before' ? 20 : 40)
})

test.each<[string, (client: SupervisorClient) => Promise<unknown>]>([
  ['getAllProcessInfo', client => client.getAllProcessInfo()],
  ['getProcessInfo', client => client.getProcessInfo('a:b')],
  ['stopProcess', client => client.stopProcess('a:b')],
  ['startProcess', client => client.startProcess('a:b')],
  ['getAllConfigInfo', client => client.getListenerNamespecs()],
])('%s without an answer ends with a timeout, and its connection with it', async (method, call) => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  supervisord.misbehave(method, { kind: 'never' })
  const client = clientOf(supervisord.url, 500)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fault = faultOf(call(client))
  await waitFor('the call', () => supervisord.count(method) === 1)
  vi.advanceTimersByTime(500)
  expect(await fault).toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining('no answer within 0.5 s'),
  })
  expect(supervisord.count(method)).toBe(1)
  await waitFor('the connection to be closed', () => supervisord.open.size === 0)
})

test('an answer that begins in time and never ends is a timeout, too', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  supervisord.misbehave('getProcessInfo', { kind: 'stall', bytes: 100 })
  const fault = await faultOf(clientOf(supervisord.url, 500).getProcessInfo('a:b'))
  expect(fault.kind).toBe('timeout')
})

test('an answer that comes late, but in time, is taken', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  supervisord.misbehave('getProcessInfo', { kind: 'late', ms: 300 })
  expect(await clientOf(supervisord.url).getProcessInfo('a:b')).toMatchObject({ namespec: 'a:b' })
})

test.each<[string, Misbehaviour, Partial<SupervisorFault>]>([
  ['HTTP 400', { kind: 'status', status: 400 }, { kind: 'reply', message: 'HTTP 400 Bad Request' }],
  ['HTTP 411', { kind: 'status', status: 411 }, { kind: 'reply', message: 'HTTP 411 Length Required' }],
  ['HTTP 500', { kind: 'status', status: 500 }, { kind: 'reply', message: 'HTTP 500' }],
  ['HTTP 204', { kind: 'status', status: 204 }, { kind: 'reply', message: 'HTTP 204' }],
  ['a redirect', { kind: 'status', status: 302 }, { kind: 'reply', message: 'HTTP 302' }],
  ['HTML', { kind: 'body', body: '<html>hi<br></html>' }, { kind: 'reply', message: 'not XML-RPC' }],
  ['an empty body', { kind: 'body', body: '' }, { kind: 'reply', message: 'not XML-RPC' }],
  [
    'a fault',
    { kind: 'fault', code: 10, text: 'BAD_NAME: a:b' },
    { kind: 'fault', code: 10, message: 'BAD_NAME: a:b (fault 10)' },
  ],
  ['SHUTDOWN_STATE', { kind: 'fault', code: 6 }, { kind: 'fault', code: 6, message: 'FAULT_6 (fault 6)' }],
  [
    "Go's one fault",
    { kind: 'fault', code: -32500, text: 'fail' },
    { kind: 'fault', code: -32500, message: 'fail' },
  ],
])('%s is a fault of its kind, and is not asked again', async (_, how, { message = '', ...fields }) => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  supervisord.misbehave('getProcessInfo', how)
  const client = clientOf(supervisord.url)
  const fault = await faultOf(client.getProcessInfo('a:b'))
  expect(fault).toMatchObject({
    name: 'SupervisorFault',
    ...fields,
    message: expect.stringContaining(message),
  })
  expect(supervisord.count()).toBe(1)
  expect(await client.getProcessInfo('a:b')).toMatchObject({ namespec: 'a:b' })
})

test('a body that is cut at every 50th byte is a fault, never half an answer', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:b' }] })
  const client = clientOf(supervisord.url)
  for (let bytes = 0; bytes < 1200; bytes += 50) {
    supervisord.misbehave('getAllProcessInfo', { kind: 'cut', bytes }, 2) // a read is tried twice
    expect(await faultOf(client.getAllProcessInfo()), `${bytes} bytes`).toMatchObject({ kind: 'unreachable' })
  }
  expect(await client.getAllProcessInfo()).toHaveLength(1)
})

test.each<Misbehaviour>([
  { kind: 'chunked' },
  { kind: 'no declaration' },
  { kind: 'close' },
])('an answer of the kind %o is understood', async how => {
  const supervisord = await scripted({ programs: [{ namespec: 'gröup:→😀' }] })
  supervisord.misbehave('*', how, 2)
  const client = clientOf(supervisord.url)
  for (let count = 0; count < 3; count++) {
    expect(await client.getAllProcessInfo()).toMatchObject([{ namespec: 'gröup:→😀' }])
  }
})

test.each([
  ['announced', 'body'],
  ['chunked', 'endless'],
] as const)('an answer of more than 64 MB is refused: %s', async (_, kind) => {
  const supervisord = await scripted()
  const how = kind === 'body' ? { kind, body: Buffer.alloc((64 << 20) + 1, ' ') } : { kind }
  supervisord.misbehave('*', how)
  const fault = await faultOf(callerOf(supervisord.url).post(GET))
  expect(fault).toMatchObject({
    kind: 'reply',
    message: expect.stringContaining('larger than 67108864 bytes'),
  })
  await waitFor('the connection to be closed', () => supervisord.open.size === 0)
})

test('bytes that are no HTTP are a fault, too', async () => {
  const server = createServer(socket => socket.on('error', () => {}).end('220 mail.example.com ESMTP\r\n'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const { port } = server.address() as { port: number }
  const fault = await faultOf(callerOf(`http://127.0.0.1:${port}`).post(GET))
  expect(fault).toMatchObject({ name: 'SupervisorFault', kind: 'unreachable' })
})

test('what is not there: the fault says where, and why', async () => {
  const supervisord = await scripted()
  const { port } = supervisord
  await supervisord.close()
  closers.pop()
  const tcp = await faultOf(callerOf(`http://localhost:${port}`).post(GET))
  expect(tcp).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  expect(tcp.message).toContain(`http://localhost:${port}`)
  const unix = await faultOf(callerOf(`unix://${folder}/no.sock`).post(GET))
  expect(unix).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ENOENT') })
  expect(unix.message).toContain(`unix://${folder}/no.sock`)
})

test('close ends the calls that are open', async () => {
  const supervisord = await scripted()
  supervisord.misbehave('*', { kind: 'never' })
  const caller = callerOf(supervisord.url)
  const fault = faultOf(caller.post(GET))
  await waitFor('the call to arrive', () => supervisord.count() === 1)
  caller.close()
  expect(await fault).toMatchObject({ kind: 'unreachable' })
})

test('a body in several-byte characters has its length in bytes', async () => {
  const supervisord = await scripted({ programs: [{ namespec: 'a:→😀&<' }] })
  expect(await clientOf(supervisord.url).getProcessInfo('a:→😀&<')).toMatchObject({ name: '→😀&<' })
  expect(supervisord.calls).toMatchObject([{ method: 'getProcessInfo', params: ['a:→😀&<'] }])
})

test('the table of all processes is waited for twice as long each time that it was too late, 2 minutes at most', async () => {
  const waits: (number | undefined)[] = []
  const post = async (_body: string, timeoutMs?: number): Promise<string> => {
    waits.push(timeoutMs)
    throw new SupervisorFault(waits.length === 2 ? 'unreachable' : 'timeout', 'away')
  }
  const client = createClient({ post, close: () => {} }, 30_000)
  const ask = () => expect(client.getAllProcessInfo()).rejects.toThrow(SupervisorFault)
  for (let at = 0; at < 5; at++) await ask()
  expect(waits).toEqual([30_000, 60_000, 60_000, 120_000, 120_000, 120_000])
  await expect(client.getPid()).rejects.toThrow(SupervisorFault)
  expect(waits.at(-1)).toBeUndefined()
})
