// The other end of the socket, for the commands of people.
import { connect, type Socket } from 'node:net'
import { errnoOf } from '../base/file-fault.ts'
import { LineReader } from './line-reader.ts'
import {
  type Answer,
  BULK_BYTES,
  failed,
  PROTOCOL_VERSION,
  type Progress,
  parseWorkerLine,
} from './protocol.ts'

/** Numbers may be longer as memmon writes them again. */
const MOST_LINE_BYTES = 4 * BULK_BYTES
const WELCOME_WITHIN_MS = 5_000

/** What is asked of memmon itself, or of a worker. */
export type Asked = { readonly do: string; readonly process?: number } & Readonly<Record<string, unknown>>

export interface AskedTerms {
  /** memmon answers within the worker's time; this is for a memmon that has stopped itself. */
  readonly timeoutMs: number
  readonly onProgress?: (progress: Progress) => void
  /** Ends it early, at the worker, too. */
  readonly signal?: AbortSignal
}

/** A memmon that listens. */
export interface Host {
  /** Never rejects. */
  ask(asked: Asked, terms: AskedTerms): Promise<Answer>
  close(): void
}

/** Why memmon cannot be reached: 'absent' if none listens, 'denied' if this user may not connect. */
export type NoHost = { readonly kind: 'absent' | 'denied' | 'wrong'; readonly why: string }

/** Connects to the socket at that path. Never rejects. */
export async function connectHost(path: string): Promise<Host | NoHost> {
  const socket = connect(path)
  const why = await new Promise<NoHost | undefined>(resolve => {
    socket.once('connect', () => resolve(undefined))
    socket.on('error', thrown => resolve(noHostOf(errnoOf(thrown) ?? '', path)))
  })
  if (why) return why
  const host = new HostConnection(socket)
  const refused = await host.hello()
  if (refused === undefined) return host
  host.close()
  return { kind: 'wrong', why: `${path}: ${refused}` }
}

function noHostOf(code: string, path: string): NoHost {
  if (code === 'EACCES' || code === 'EPERM')
    return { kind: 'denied', why: `${path} is closed to this user: run this as root, or as memmon's user` }
  return { kind: 'absent', why: `${path}: ${code === 'ENOENT' ? 'no such socket' : 'nobody listens'}` }
}

interface Waiting {
  readonly onProgress: AskedTerms['onProgress']
  readonly end: (answer: Answer) => void
}

class HostConnection implements Host {
  readonly #socket: Socket
  readonly #reader = new LineReader()
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #onHello: ((refused: string | undefined) => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => {
      if (
        !this.#reader.push(
          chunk,
          () => MOST_LINE_BYTES,
          line => this.#onLine(line),
        )
      )
        socket.destroy()
    })
    socket.once('close', () => {
      this.#onHello?.('memmon has closed the connection')
      for (const { end } of [...this.#waiting.values()])
        end(failed('memmon has closed the connection: it may have ended'))
    })
  }

  /** Why memmon does not take us; undefined if it does. */
  async hello(): Promise<string | undefined> {
    const answered = new Promise<string | undefined>(resolve => {
      this.#onHello = resolve
    })
    this.#send({ hello: 'client', version: PROTOCOL_VERSION })
    const timer = setTimeout(() => this.#onHello?.('memmon does not answer'), WELCOME_WITHIN_MS)
    const refused = await answered
    clearTimeout(timer)
    this.#onHello = undefined
    return refused
  }

  ask(asked: Asked, { timeoutMs, onProgress, signal }: AskedTerms): Promise<Answer> {
    const id = ++this.#lastId
    return new Promise(resolve => {
      const cancel = () => this.#send({ id: ++this.#lastId, do: 'cancel', of: id })
      const timer = setTimeout(
        () => end(failed('memmon itself does not answer: its log may say why')),
        timeoutMs,
      )
      const end = (answer: Answer) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
        this.#waiting.delete(id)
        resolve(answer)
      }
      this.#waiting.set(id, { onProgress, end })
      this.#send({ ...asked, id })
      if (signal?.aborted) cancel()
      else signal?.addEventListener('abort', cancel, { once: true })
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(said: object): void {
    this.#socket.write(`${JSON.stringify(said)}\n`)
  }

  #onLine(text: string): void {
    if (this.#onHello) {
      this.#onHello(refusalIn(text))
      return
    }
    // memmon passes on what workers say, in the same form.
    const line = parseWorkerLine(text)
    if (!('id' in line)) return
    const waiting = this.#waiting.get(line.id)
    if (line.kind === 'progress') waiting?.onProgress?.(line.progress)
    else waiting?.end(line.answer)
  }
}

function refusalIn(text: string): string | undefined {
  try {
    const said = JSON.parse(text) as { readonly welcome?: unknown; readonly refused?: unknown }
    return said.welcome === 1 ? undefined : `memmon refuses: ${String(said.refused)}`
  } catch {
    return 'this is not a memmon'
  }
}
