// One HTTP POST to supervisord, over its unix socket or TCP: keep-alive, a deadline for the whole call, a bound
// on the answer.
import { Agent, type IncomingMessage, request } from 'node:http'
import { SupervisorFault } from '../base/errors.ts'
import { formatServerUrl, type ServerAddress } from '../base/server-url.ts'

/** Largest answer accepted: getAllProcessInfo takes about 1.1 KB a process. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface HttpCaller {
  /** Posts a body to /RPC2 and gives the answer's text; throws a SupervisorFault. `timeoutMs` if it may take longer. */
  post(body: string, timeoutMs?: number): Promise<string>
  /** Closes kept connections. */
  close(): void
}

/** A caller that keeps connections to one supervisord and gives each call `usualTimeoutMs`. */
export function createHttpCaller(
  address: ServerAddress,
  credentials: Credentials | undefined,
  usualTimeoutMs: number,
): HttpCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1, scheduling: 'lifo' })
  const target =
    address.kind === 'unix' ? { socketPath: address.path } : { host: address.host, port: address.port }
  const where = formatServerUrl(address)
  // No name for TLS, said so (a key that node:https alone documents): else Node looks for one by a regular expression
  // that takes 2 MB to compile.
  const withoutTls: { readonly servername: string } = { servername: '' }
  const auth = credentials && { auth: `${credentials.username}:${credentials.password}` }

  const post = (body: string, timeoutMs = usualTimeoutMs): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'text/xml',
        'Content-Length': Buffer.byteLength(body),
        Host: 'localhost',
      }
      const outgoing = request({
        ...target,
        ...auth,
        ...withoutTls,
        agent,
        method: 'POST',
        path: '/RPC2',
        headers,
      })
      const settle = (result: string | SupervisorFault) => {
        clearTimeout(timer)
        if (typeof result === 'string') resolve(result)
        else reject(result)
      }
      const timer = setTimeout(() => {
        settle(
          new SupervisorFault(
            'timeout',
            `supervisord at ${where} gave no answer within ${timeoutMs / 1000} s`,
          ),
        )
        outgoing.destroy()
      }, timeoutMs)
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        settle(
          new SupervisorFault(
            'unreachable',
            `no answer from supervisord at ${where}: ${error.code ?? error.message}`,
          ),
        )
      })
      outgoing.on('response', response => readAnswer(response, where, settle))
      outgoing.end(body)
    })

  return { post, close: () => agent.destroy() }
}

function readAnswer(
  response: IncomingMessage,
  where: string,
  settle: (result: string | SupervisorFault) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) {
      settle(
        new SupervisorFault(
          'reply',
          `the answer of supervisord at ${where} is larger than ${MAX_ANSWER_BYTES} bytes`,
        ),
      )
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on('error', error => {
    settle(
      new SupervisorFault('unreachable', `supervisord at ${where} broke off its answer: ${error.message}`),
    )
  })
  response.on('end', () => {
    const status = response.statusCode ?? 0
    if (status === 200) return settle(Buffer.concat(chunks).toString('utf8'))
    if (status === 401) return settle(new SupervisorFault('unauthorized', unauthorizedText(where)))
    settle(
      new SupervisorFault(
        'reply',
        `supervisord at ${where} answered HTTP ${status} ${response.statusMessage}`,
      ),
    )
  })
}

const unauthorizedText = (where: string): string =>
  `supervisord at ${where} refused the user name or password (HTTP 401)`
