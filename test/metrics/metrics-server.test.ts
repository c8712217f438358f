// Who asks what, by real connections: what is answered, what is refused, what is not waited for.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { get, type IncomingHttpHeaders, request } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseListenAddress } from '../../src/base/listen-address.ts'
import { formatOf } from '../../src/metrics/answer.ts'
import { MetricsServer } from '../../src/metrics/metrics-server.ts'
import type { Format } from '../../src/metrics/render.ts'
import { freePort } from '../helpers/free-port.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let port = 0
let server: MetricsServer
let log: string[] = []
let rendered: Format[] = []
let now = 0
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-serve-'))
  port = await freePort()
  log = []
  rendered = []
  now = 0
  server = new MetricsServer({
    render: async format => {
      rendered.push(format)
      return `of ${format}\n`
    },
    log: (level, text) => void log.push(`${level} ${text}`),
    tick: () => now,
  })
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const said = (text: string) => waitFor(`${text} in ${log}`, () => log.some(line => line.includes(text)))

async function serve(where = String(port), credentials?: string): Promise<void> {
  server.use({ address: parseListenAddress(where), credentials })
  await said('INFO Metrics are served at')
}

interface Answered {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function ask(path = '/metrics', options: Parameters<typeof request>[1] = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options }, response => {
      let body = ''
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('GET /metrics is answered in the text format of Prometheus, HEAD without the text', async () => {
  await serve()
  const { status, headers, body } = await ask('/metrics?x=1')
  expect({ status, body }).toEqual({ status: 200, body: 'of prometheus\n' })
  expect(headers).toMatchObject({
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'content-length': '14',
    connection: 'close',
  })
  expect(await ask('/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
})

test('in OpenMetrics for who asks for it', async () => {
  await serve()
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'
  const { headers, body } = await ask('/metrics', { headers: { accept } })
  expect(body).toBe('of openmetrics\n')
  expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
})

test.each<[accept: string | undefined, format: Format]>([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['Application/OpenMetrics-Text; version=1.0.0; charset=utf-8', 'openmetrics'],
  // As Prometheus 2.42 asks, with versions that are not spoken here.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['application/openmetrics-text;version=0.0.1', 'prometheus'],
  ['application/openmetrics-text;q=0.4,text/plain;q=0.5', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  [',;;q=x', 'prometheus'],
])('Accept: %s asks for %s', (accept, format) => expect(formatOf(accept)).toBe(format))

test.each<[method: string, path: string, status: number]>([
  ['GET', '/', 404],
  ['GET', '/metrics/', 404],
  ['GET', '/..%2fmetrics', 404],
  ['POST', '/metrics', 405],
  ['DELETE', '/metrics', 405],
  ['POST', '/', 404],
])('%s %s is answered by %d, and nothing is rendered', async (method, path, status) => {
  await serve()
  const answered = await ask(path, { method })
  expect(answered.status).toBe(status)
  expect(answered.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined)
  expect(rendered).toEqual([])
})

test('headers without an end are cut off', async () => {
  await serve()
  expect((await ask('/metrics', { headers: { x: 'x'.repeat(9_000) } })).status).toBe(431)
  expect(rendered).toEqual([])
})

test('with a user and a password nobody else is answered, whatever they ask for', async () => {
  await serve(undefined, 'bob:s3cret')
  for (const auth of [undefined, 'bob:s3cre', 'bob:s3cret2', 'alice:s3cret', ':'])
    for (const path of ['/metrics', '/'])
      expect(await ask(path, auth === undefined ? {} : { auth })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="memmon"' },
      })
  expect(rendered).toEqual([])
  expect(await ask('/metrics', { auth: 'bob:s3cret' })).toMatchObject({ status: 200 })
  expect(log.join()).not.toContain('s3cret')
})

test('it is rendered once a second at most, in each format', async () => {
  await serve()
  await Promise.all([ask(), ask(), ask()])
  now = 999
  await ask()
  expect(rendered).toEqual(['prometheus'])
  await ask('/metrics', { headers: { accept: 'application/openmetrics-text' } })
  now = 1_000
  await ask()
  expect(rendered).toEqual(['prometheus', 'openmetrics', 'prometheus'])
})

test('so many connections at a time, and no more', async () => {
  await serve()
  const open = Array.from({ length: 16 }, () => connect(port, '127.0.0.1'))
  const isConnected = (socket: Socket) => !socket.connecting
  await waitFor('16 connections', () => open.every(isConnected))
  await expect(ask()).rejects.toThrow()
  for (const socket of open) socket.destroy()
  await waitFor('an answer', () =>
    ask().then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
})

test('a port that another process has is said once, and had when it is free again after a reload', async () => {
  const other: Server = createServer()
  await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve))
  const address = parseListenAddress(String(port))
  server.use({ address, credentials: undefined })
  await said(`WARN Metrics cannot be served at 127.0.0.1:${port}: listen EADDRINUSE`)
  expect(log[0]).toContain('Retrying every 30 s')
  await new Promise(resolve => other.close(resolve))
  server.use(undefined)
  await serve()
  expect((await ask()).status).toBe(200)
})

test('the same settings leave the address alone; others move it, and none close it', async () => {
  await serve()
  const address = parseListenAddress(String(port))
  server.use({ address, credentials: undefined })
  const other = await freePort()
  server.use({ address: parseListenAddress(String(other)), credentials: undefined })
  await said(`at 127.0.0.1:${other}`)
  expect(log).toHaveLength(2)
  await expect(ask()).rejects.toThrow('ECONNREFUSED')
  port = other
  expect((await ask()).status).toBe(200)
  server.use(undefined)
  await waitFor('the end', () =>
    ask().then(
      () => false,
      () => true,
    ),
  )
})

test("a unix socket is for memmon's user and the group of its folder, and gone at the end", async () => {
  const path = join(folder, 'm.sock')
  await serve(path)
  expect(statSync(path).mode & 0o777).toBe(0o660)
  expect(statSync(path).gid).toBe(statSync(folder).gid)
  const body = await new Promise(resolve => {
    get({ socketPath: path, path: '/metrics', agent: false }, response => {
      response.setEncoding('utf8').on('data', resolve)
    })
  })
  expect(body).toBe('of prometheus\n')
  server.close()
  await waitFor('the socket to go', () => !existsSync(path))
})
