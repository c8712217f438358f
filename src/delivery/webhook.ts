// A message as one JSON document to a URL. The URL is a secret: nothing but its host is ever told.
import type { IncomingMessage } from 'node:http'
import { messageOf } from '../base/errors.ts'
import { fingerprint } from '../base/fingerprint.ts'
import { createRedactor, type Redactor } from '../base/redact.ts'
import { secretsOfUrl } from '../base/secret-forms.ts'
import { type Channel, type Delivery, failedTry, type Outgoing } from './channel.ts'

export interface WebhookTerms {
  readonly url: URL
  readonly allowHttp: boolean
  /** For one try, redirects and all. */
  readonly timeoutMs: number
  /** What the server says goes through it. */
  readonly redactor?: Redactor
}

interface PostTerms {
  readonly timeoutMs: number
  readonly redactor: Redactor
}

const MOST_REDIRECTS = 3
/** As much of the answer as is of interest. */
const ANSWER_BYTES = 300
/** Discord takes no more. */
const CONTENT_CHARACTERS = 2_000

export function createWebhookChannel(given: WebhookTerms): Channel {
  const { url, redactor = createRedactor() } = given
  const terms = { ...given, redactor }
  redactor.learn(secretsOfUrl(url))
  const by = `webhook ${url.host}`
  return {
    key: `webhook ${fingerprint(url.href)}`,
    by,
    whatText: subject => `"${subject}"`,
    deliver: message => postJson(url, bodyOf(message), terms),
  }
}

function bodyOf({ subject, event }: Outgoing): string {
  const text = String(event.text ?? subject)
  return JSON.stringify({ ...event, text, content: text.slice(0, CONTENT_CHARACTERS) })
}

/** One try to post it, following redirects. Never rejects. */
export async function postJson(url: URL, body: string, terms: PostTerms): Promise<Delivery> {
  try {
    return await post(url, body, terms, Date.now() + terms.timeoutMs, 0)
  } catch (thrown) {
    // Node throws at once for what it cannot request.
    return failedTry(terms.redactor.quote(messageOf(thrown)))
  }
}

/** Rejects if the request cannot be made. */
async function post(
  url: URL,
  body: string,
  terms: PostTerms,
  until: number,
  redirects: number,
): Promise<Delivery> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'User-Agent': 'memmon',
  }
  return await new Promise(resolve => {
    const settle = (delivery: Delivery | Promise<Delivery>) => {
      clearTimeout(timer)
      resolve(delivery)
    }
    const outgoing = request(url, { method: 'POST', headers, agent: false }, response => {
      const { statusCode = 0 } = response
      if (isSuccess(statusCode)) {
        response.destroy() // the status says all: its body may never end
        settle({ ok: true, said: `HTTP ${statusCode}` })
        return
      }
      late = readStart(response, terms.redactor, said => {
        const target = redirectOf(response, url)
        const isFollowed = target?.host === url.host && target.protocol === url.protocol
        if (!target || !isFollowed) settle(refusalOf(statusCode, said, target))
        else if (redirects < MOST_REDIRECTS) settle(post(target, body, terms, until, redirects + 1))
        else settle(tooOften(statusCode))
      })
    })
    // The system's own words may hold the address, never the path.
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      settle(failedTry(error.code ?? 'the connection broke')),
    )
    outgoing.end(body)
    let late = () => {
      resolve(failedTry(`no answer within ${terms.timeoutMs / 1000} s`))
      outgoing.destroy()
    }
    // Begins when the request is made: what is thrown before ends the try.
    const timer = setTimeout(() => late(), Math.max(1, until - Date.now()))
  })
}

/** The first bytes of the answer; the rest is not waited for. What it returns ends the reading. */
function readStart(response: IncomingMessage, redactor: Redactor, done: (said: string) => void): () => void {
  const most = ANSWER_BYTES + redactor.longestBytes
  let said = Buffer.alloc(0)
  const end = () => {
    response.destroy()
    const start = said.subarray(0, most).toString('utf8')
    done(redactor.quote(start, said.length >= most ? 'end' : undefined))
  }
  response.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk])
    if (said.length >= most) end()
  })
  response.on('end', end)
  response.on('error', end)
  return end
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** Where 307 and 308 point: others would turn the POST into something else. With the user and password of the URL that was given. */
function redirectOf({ statusCode, headers }: IncomingMessage, from: URL): URL | undefined {
  const { location } = headers
  if ((statusCode !== 307 && statusCode !== 308) || location === undefined) return undefined
  try {
    const target = new URL(location, from)
    target.username = from.username
    target.password = from.password
    return target
  } catch {
    return undefined
  }
}

/** Somebody may mend the server. */
const tooOften = (status: number): Delivery =>
  failedTry(`HTTP ${status}: it redirects more than ${MOST_REDIRECTS} times`)

/** `target`: where memmon does not follow. */
function refusalOf(status: number, said: string, target: URL | undefined): Delivery {
  if (target) {
    return {
      ok: false,
      why: `HTTP ${status}: it points to ${target.host}, where memmon does not follow`,
      permanent: true,
    }
  }
  return {
    ok: false,
    why: `HTTP ${status}${said ? `: ${said}` : ''}`,
    permanent: status >= 300 && status < 500 && status !== 408 && status !== 429,
  }
}
