// The answers to requests: GET /metrics, in the requested format, for clients with access. Rendered at most once a second,
// however often clients ask.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { CONTENT_TYPES, type Format } from './render.ts'

export interface Rendering {
  readonly render: (format: Format) => Promise<string>
  /** The monotonic clock. */
  readonly tick: () => number
}

const FRESH_MS = 1_000
const MOST_HEADER_BYTES = 8 * 1024

/** `credentials`: user:password; undefined: open to everybody. */
export function answering(credentials: string | undefined, { render, tick }: Rendering): Server {
  const isAllowed = authorizer(credentials)
  const last = new Map<Format, { readonly tick: number; readonly text: Promise<string> }>()
  const textIn = (format: Format): Promise<string> => {
    const before = last.get(format)
    if (before && tick() - before.tick < FRESH_MS) return before.text
    const text = render(format)
    last.set(format, { tick: tick(), text })
    return text
  }
  return createServer({ maxHeaderSize: MOST_HEADER_BYTES }, (request, response) => {
    const refusal = refusalOf(request, isAllowed)
    if (refusal) return refuse(response, refusal)
    const format = formatOf(request.headers.accept)
    textIn(format).then(
      text => send(response, 200, text, { 'Content-Type': CONTENT_TYPES[format] }),
      () => refuse(response, { status: 500, text: 'Internal error in metrics, please report it' }),
    )
  })
}

interface Refusal {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

function refusalOf(
  { method, url = '', headers }: IncomingMessage,
  isAllowed: (authorization: string | undefined) => boolean,
): Refusal | undefined {
  if (!isAllowed(headers.authorization))
    return { status: 401, text: 'Unauthorized', headers: { 'WWW-Authenticate': 'Basic realm="memmon"' } }
  if (url.split('?', 1)[0] !== '/metrics') return { status: 404, text: 'Not found: metrics are at /metrics' }
  if (method === 'GET' || method === 'HEAD') return undefined
  return { status: 405, text: 'Method not allowed: use GET', headers: { Allow: 'GET, HEAD' } }
}

function authorizer(credentials: string | undefined): (authorization: string | undefined) => boolean {
  if (credentials === undefined) return () => true
  const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`
  return (authorization = '') => isSame(authorization.replace(/^basic +/i, 'Basic '), wanted)
}

/** Takes the same time however much of it was right. */
function isSame(text: string, wanted: string): boolean {
  let difference = text.length ^ wanted.length
  for (let at = 0; at < wanted.length; at++) difference |= text.charCodeAt(at) ^ wanted.charCodeAt(at)
  return difference === 0
}

/** OpenMetrics for clients that prefer it to text/plain. */
export function formatOf(accept = ''): Format {
  const ranges = accept.split(',').map(range => {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    const q = parameters.find(parameter => parameter.startsWith('q='))
    return { type, parameters, q: q === undefined ? 1 : Number(q.slice(2)) || 0 }
  })
  const open = ranges.filter(
    ({ type, parameters }) =>
      type === 'application/openmetrics-text' &&
      parameters.every(one => !one.startsWith('version=') || one === 'version=1.0.0'),
  )
  const text = ranges.filter(({ type }) => type === 'text/plain' || type === 'text/*')
  const best = (found: typeof ranges) => Math.max(0, ...found.map(({ q }) => q))
  return best(open) > 0 && best(open) >= best(text) ? 'openmetrics' : 'prometheus'
}

const refuse = (response: ServerResponse, { status, text, headers = {} }: Refusal): void =>
  send(response, status, `${text}\n`, { 'Content-Type': 'text/plain; charset=utf-8', ...headers })

function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  const common = {
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // One answer for each connection: nobody keeps one from others.
    Connection: 'close',
  }
  response.writeHead(status, { ...common, ...headers })
  response.end(text)
}
