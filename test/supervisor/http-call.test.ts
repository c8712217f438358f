// Calls over a real unix socket and real TCP, to a supervisord that answers in every way but the right one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseServerUrl } from '../../src/core/server-url.ts'
import { createClient, type SupervisorClient } from '../../src/supervisor/client.ts'
import { type Credentials, createHttpCaller } from '../../src/supervisor/http-call.ts'
import {
  type Misbehaviour,
  type ScriptedOptions,
  ScriptedSupervisord,
} from '../helpers/scripted-supervisord.ts'

let folder = ''
let server: ScriptedSupervisord
let client: SupervisorClient
const auth: Credentials = { username: 'u', password: 'pässwörd' }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon http#1 '))
})
afterEach(async () => {
  client.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function connect(
  options: ScriptedOptions,
  credentials?: Credentials,
  timeoutMs = 20_000,
): Promise<void> {
  server = await ScriptedSupervisord.start({ programs: [{ namespec: 'a:b' }], ...options })
  client = createClient(createHttpCaller(parseServerUrl(server.url), credentials, timeoutMs))
}

const unix = () => ({ socketPath: join(folder, 'a b#?.sock') })
const read = () => client.getProcessInfo('a:b')

test.each([
  ['a unix socket whose path holds spaces and #', unix, undefined],
  ['TCP', () => ({}), undefined],
  ['TCP over IPv6', () => ({ host: '::1' }), undefined],
  ['a user and a password', () => ({ auth }), auth],
])('%s: answered over one kept connection', async (_, options, credentials) => {
  await connect(options(), credentials)
  for (let call = 0; call < 5; call++) expect(await read()).toMatchObject({ namespec: 'a:b' })
  expect(server.connections).toBe(1)
})

test('localhost reaches a supervisord that listens on IPv4 only', async () => {
  await connect({})
  client.close()
  client = createClient(
    createHttpCaller({ kind: 'http', host: 'localhost', port: server.port }, undefined, 20_000),
  )
  expect(await read()).toMatchObject({ namespec: 'a:b' })
})

test.each([
  ['none', undefined],
  ['a wrong one', { username: 'u', password: 'x' }],
])('a password that is %s: the two variables are named, the password is not', async (_, credentials) => {
  await connect({ auth }, credentials)
  await expect(read()).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringMatching(/HTTP 401.*SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment=/),
  })
})

test.each<[string, Misbehaviour]>([
  ['chunked', { kind: 'chunked' }],
  ['without a declaration', { kind: 'no declaration' }],
  ['then closed', { kind: 'close' }],
  ['late, but in time', { kind: 'late', ms: 100 }],
])('an answer that is %s is read', async (_, how) => {
  await connect(unix())
  server.misbehave('getProcessInfo', how)
  expect(await read()).toMatchObject({ namespec: 'a:b' })
})

test.each<[string, Misbehaviour, string, RegExp]>([
  ['HTTP 500', { kind: 'status', status: 500 }, 'reply', /answered HTTP 500/],
  ['HTTP 400', { kind: 'status', status: 400 }, 'reply', /answered HTTP 400/],
  ['HTML', { kind: 'body', body: '<html></html>' }, 'reply', /not XML-RPC/],
  ['invalid UTF-8', { kind: 'body', body: Buffer.from([0xff, 0xfe, 0x3c]) }, 'reply', /not XML-RPC/],
  ['a fault', { kind: 'fault', code: 6, text: 'SHUTDOWN_STATE' }, 'fault', /SHUTDOWN_STATE \(fault 6\)/],
  ['a cut body', { kind: 'cut', bytes: 100 }, 'unreachable', /supervisord at unix:/],
  ['a reset', { kind: 'reset', effect: 'before' }, 'unreachable', /no answer from supervisord at unix:/],
])('%s is a fault of its kind', async (_, how, kind, message) => {
  await connect(unix())
  server.misbehave('getProcessInfo', how, 2)
  await expect(read()).rejects.toMatchObject({ kind, message: expect.stringMatching(message) })
})

test('no answer: the call ends by itself', async () => {
  await connect(unix(), undefined, 200)
  server.misbehave('getProcessInfo', { kind: 'never' })
  await expect(read()).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringMatching(/within 0.2 s/),
  })
  expect(await read()).toMatchObject({ namespec: 'a:b' })
})

test('nobody there: the socket is named', async () => {
  await connect(unix())
  await server.close()
  await expect(read()).rejects.toMatchObject({
    kind: 'unreachable',
    message: expect.stringMatching(/ENOENT|ECONNREFUSED/),
  })
  server = await ScriptedSupervisord.start(unix())
})

test('a connection that was closed meanwhile: reads are repeated, a stop or start never', async () => {
  await connect(unix())
  await read()
  server.misbehave('getProcessInfo', { kind: 'reset', effect: 'before' })
  expect(await read()).toMatchObject({ namespec: 'a:b' })
  server.misbehave('stopProcess', { kind: 'reset', effect: 'before' })
  await expect(client.stopProcess('a:b')).rejects.toMatchObject({ kind: 'unreachable' })
  expect(server.count('stopProcess')).toBe(1)
})
