// Messages as JSON to real HTTP servers, and every way in which one may fail.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { secretsOfUrl } from '../../src/base/secret-forms.ts'
import { parseWebhookUrl } from '../../src/base/webhook-url.ts'
import { createWebhookChannel, postJson } from '../../src/delivery/webhook.ts'
import { outgoing } from '../helpers/values.ts'

const servers: Server[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => answer(request, response, body))
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, timeoutMs = 60_000) =>
  createWebhookChannel({ url: parseWebhookUrl(url, false), allowHttp: false, timeoutMs }).deliver(
    outgoing('memmon: process web:web restarted'),
  )

test('one JSON document, with the text that Slack, Mattermost and Discord show', async () => {
  let seen: { type: string | undefined; document: unknown } | undefined
  const url = await serve((request, response, body) => {
    seen = { type: request.headers['content-type'], document: JSON.parse(body) }
    response.end('ok')
  })
  expect(await post(`${url}/secret?token=hunter2`)).toEqual({ ok: true, said: 'HTTP 200' })
  const text = 'memmon: process web:web restarted'
  expect(seen).toEqual({
    type: 'application/json',
    document: { memmon: 1, event: 'restarted', text, content: text },
  })
})

test.each<[status: number, permanent: boolean]>([
  [400, true],
  [404, true],
  [410, true],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
])('HTTP %d: permanent %s, and the secret is not told', async (status, permanent) => {
  const url = await serve((_, response) => response.writeHead(status).end('no_service'))
  const delivery = await post(`${url}/secret`)
  expect(delivery).toEqual({ ok: false, why: `HTTP ${status}: no_service`, permanent })
})

test('a redirect is followed on the same host, as a POST, three times at most', async () => {
  const methods: string[] = []
  const url = await serve((request, response, body) => {
    methods.push(`${request.method} ${request.url} ${body.length > 10}`)
    if (request.url === '/done') response.end()
    else if (request.url === '/loop') response.writeHead(307, { location: '/loop' }).end()
    else response.writeHead(308, { location: '/done' }).end()
  })
  expect(await post(`${url}/start`)).toMatchObject({ ok: true })
  expect(methods).toEqual(['POST /start true', 'POST /done true'])
  expect(await post(`${url}/loop`)).toEqual({
    ok: false,
    why: 'HTTP 307: it redirects more than 3 times',
    permanent: false,
  })
  expect(methods).toHaveLength(6)
})

test.each([
  ['without credentials', 'bob:s%25cret@', ''],
  ['with other ones', 'bob:s%25cret@', 'eve:other@'],
  ['with some that cannot be decoded', 'bob:s%25cret@', 'u:%@'],
  ['with some that cannot be decoded, where there were none', '', 'u:%@'],
])('a redirect %s: those of the given URL hold', async (_, given, theirs) => {
  const seen: (string | undefined)[] = []
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization)
    const location = `http://${theirs}${request.headers.host}/done`
    if (request.url === '/done') response.end()
    else response.writeHead(307, { location }).end()
  })
  expect(await post(`${url.replace('//', `//${given}`)}/start`)).toEqual({ ok: true, said: 'HTTP 200' })
  const wanted = given && `Basic ${Buffer.from('bob:s%cret').toString('base64')}`
  expect(seen.map(said => said ?? '')).toEqual([wanted, wanted])
})

test('a redirect to nowhere is not followed', async () => {
  let hits = 0
  const url = await serve((_, response) => {
    hits++
    response.writeHead(307).end()
  })
  expect(await post(url)).toEqual({ ok: false, why: 'HTTP 307', permanent: true })
  expect(hits).toBe(1)
})

test('a URL that Node does not take is a failure, and leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const url = new URL('http://bob:s%cret@127.0.0.1:1/')
  const terms = { timeoutMs: 15_000, redactor: createRedactor(secretsOfUrl(url)) }
  expect(await postJson(url, '{}', terms)).toEqual({ ok: false, why: 'URI malformed', permanent: false })
  expect(vi.getTimerCount()).toBe(0)
})

test('no redirect to another host, and none that would turn it into a GET', async () => {
  let hits = 0
  const other = await serve((_, response) => {
    hits++
    response.end()
  })
  const away = await serve((_, response) => response.writeHead(307, { location: `${other}/x` }).end())
  expect(await post(away)).toMatchObject({
    ok: false,
    permanent: true,
    why: expect.stringContaining('it points to 127.0.0.1:'),
  })
  const found = await serve((_, response) => response.writeHead(302, { location: `${other}/x` }).end())
  expect(await post(found)).toMatchObject({ ok: false, permanent: true })
  expect(hits).toBe(0)
})

test('one that hangs before or within its answer, and one that is not there', async () => {
  const silent = await serve(() => {})
  expect(await post(silent, 200)).toMatchObject({
    ok: false,
    permanent: false,
    why: 'no answer within 0.2 s',
  })
  const slow = await serve((_, response) => response.writeHead(500).write('x'))
  expect(await post(slow, 200)).toMatchObject({ ok: false, permanent: false })
  expect(await post('http://127.0.0.1:1/secret')).toEqual({
    ok: false,
    why: 'ECONNREFUSED',
    permanent: false,
  })
})

test.each<[status: number, wanted: object]>([
  [200, { ok: true, said: 'HTTP 200' }],
  [202, { ok: true, said: 'HTTP 202' }],
  [410, { ok: false, why: 'HTTP 410: a part', permanent: true }],
  [503, { ok: false, why: 'HTTP 503: a part', permanent: false }],
])('HTTP %d counts though its body never ends', async (status, wanted) => {
  const url = await serve((_, response) => response.writeHead(status).write('a part'))
  expect(await post(url, 2_000)).toEqual(wanted)
})

test('an answer without an end is cut', async () => {
  const url = await serve((_, response) => {
    response.writeHead(500)
    const timer = setInterval(() => response.write('x'.repeat(1000)), 1)
    response.on('close', () => clearInterval(timer))
  })
  const delivery = await post(url)
  expect(JSON.stringify(delivery).length).toBeLessThan(500)
})

test.each<[url: string, allowHttp: boolean, error: RegExp | undefined]>([
  ['https://hooks.example.com/x', false, undefined],
  ['http://localhost:8080/x', false, undefined],
  ['http://[::1]/x', false, undefined],
  ['http://hooks.example.com/hunter2', false, /http:\/\/ shows the message/],
  ['http://hooks.example.com/x', true, undefined],
  ['ftp://hooks.example.com/hunter2', false, /ftp:\/\/ is not supported for webhooks/],
  ['hunter2', false, /it is not a URL/],
  ['https://bob:s%25cret@hooks.example.com/x%y', false, undefined],
  ['https://bob:hunter2%@hooks.example.com/x', false, /its user or password has a bare %: write % as %25/],
  ['https://hunter2%ff@hooks.example.com/x', false, /its user or password has a bare %: write % as %25/],
])('%s (http allowed: %s)', (url, allowHttp, error) => {
  const attempt = () => parseWebhookUrl(url, allowHttp)
  if (error) expect(attempt).toThrow(error)
  else expect(attempt()).toBeInstanceOf(URL)
  if (error) expect(attempt).not.toThrow(/hunter2/)
})

test('neither its name nor its key holds the URL', () => {
  const url = new URL('https://hooks.example.com/services/hunter2?token=hunter3')
  const { by, key, whatText } = createWebhookChannel({ url, allowHttp: false, timeoutMs: 1 })
  expect(`${by} ${key} ${whatText('x')}`).not.toMatch(/hunter|services/)
  expect(by).toBe('webhook hooks.example.com')
})
