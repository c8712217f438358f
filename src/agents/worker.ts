// A worker's agent that is connected: what it was asked, and what it answers in time or not.
import { timestamp } from '../base/text.ts'
import { type Ask, isBulk } from './asks.ts'
import type { LineSocket } from './line-socket.ts'
import {
  type Answer,
  BULK_BYTES,
  failed,
  LINE_BYTES,
  lacking,
  type Progress,
  parseWorkerLine,
  type WorkerHello,
} from './protocol.ts'

/** Requests are short: one that does not read them has stopped. */
const MOST_UNREAD_BYTES = 64 * 1024
const MOST_PENDING = 16
/** Lines in a row that have nothing to do with what was asked. */
const MOST_STRAY = 16
/** More, beside the answers to what was asked, is a flood: progress comes once a second. */
const MOST_LINES_A_SECOND = 100
/** To finish a sample early takes a collection of the worker's garbage. */
const FINISH_WITHIN_MS = 5_000

export interface AskTerms {
  readonly timeoutMs: number
  readonly onProgress?: (progress: Progress) => void
  /** Ends it early. */
  readonly signal?: AbortSignal
  /** Asks it to finish early, with the result so far. */
  readonly finish?: AbortSignal
}

interface Pending {
  readonly isBulk: boolean
  readonly onProgress: AskTerms['onProgress']
  readonly end: (answer: Answer) => void
}

export class Worker {
  #hello: WorkerHello
  /** supervisord's child: itself or an ancestor. */
  readonly programPid: number
  readonly connectedAtMs: number
  #heardAtMs: number
  readonly #socket: LineSocket
  readonly #nowMs: () => number
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  /** Answers to come, late ones, too: after a hang they all come at once. */
  #owed = 0
  #strays = 0
  #secondBegunMs = 0
  #linesInSecond = 0

  constructor(socket: LineSocket, { hello, programPid, nowMs, onClose }: WorkerParts) {
    this.#socket = socket
    this.#hello = hello
    this.programPid = programPid
    this.#nowMs = nowMs
    this.connectedAtMs = nowMs()
    this.#heardAtMs = this.connectedAtMs
    socket.mostLineBytes = LINE_BYTES
    socket.ports = {
      onLine: line => this.#onLine(line),
      onClose: () => {
        this.#endAll(
          lacking(
            'gone',
            `the agent of pid ${hello.pid} has gone: the process has ended, or closed the connection`,
          ),
        )
        onClose()
      },
    }
  }

  /** What it has said of itself. */
  get hello(): WorkerHello {
    return this.#hello
  }

  /** When it last said anything. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** Never rejects, and takes no longer than `timeoutMs`. */
  ask(ask: Ask, { timeoutMs, onProgress, signal, finish }: AskTerms): Promise<Answer> {
    const { pid } = this.hello
    if (signal?.aborted) return Promise.resolve(failed('cancelled'))
    if (this.#pending.size >= MOST_PENDING)
      return Promise.resolve(
        failed(`busy: the agent of pid ${pid} has ${MOST_PENDING} requests to answer already`),
      )
    const id = ++this.#lastId
    return new Promise(resolve => {
      const end = (answer: Answer) => {
        clearTimeout(timer)
        clearTimeout(finishTimer)
        signal?.removeEventListener('abort', cancel)
        finish?.removeEventListener('abort', finishSoon)
        this.#pending.delete(id)
        this.#setBound()
        resolve(answer)
      }
      const giveUp = (answer: Answer) => {
        this.#send({ id: ++this.#lastId, do: 'cancel', of: id })
        end(answer)
      }
      const cancel = () => giveUp(failed('cancelled'))
      let finishTimer: NodeJS.Timeout | undefined
      const finishSoon = () => {
        this.#send({ id: ++this.#lastId, do: 'cancel', of: id, finish: true })
        finishTimer = setTimeout(() => giveUp(failed(this.silenceText())), FINISH_WITHIN_MS)
      }
      const timer = setTimeout(() => giveUp(failed(this.silenceText())), timeoutMs)
      finish?.addEventListener('abort', finishSoon, { once: true })
      signal?.addEventListener('abort', cancel, { once: true })
      this.#pending.set(id, { isBulk: isBulk(ask), onProgress, end })
      this.#setBound()
      if (!this.#send({ id, ...ask })) end(failed(this.silenceText()))
    })
  }

  /** Makes room for a newer connection of the same process. */
  close(): void {
    this.#socket.destroy()
  }

  /** What people read if one does not answer. */
  silenceText(): string {
    const since = timestamp(new Date(this.#heardAtMs)).slice(0, 19)
    return `pid ${this.hello.pid} is not answering since ${since}: its event loop may be busy or blocked (memmon diagnose ${this.hello.pid})`
  }

  #send(request: object): boolean {
    const isSent = this.#socket.send(request, MOST_UNREAD_BYTES)
    if (isSent) this.#owed++
    return isSent
  }

  #onLine(text: string): void {
    this.#heardAtMs = this.#nowMs()
    const line = parseWorkerLine(text)
    const isAsked = 'id' in line && line.id <= this.#lastId
    if (isAsked && line.kind === 'answer' && this.#owed > 0) this.#owed--
    else if (this.#isFlood(this.#heardAtMs)) {
      this.close()
      return
    }
    if (line.kind === 'update') {
      this.#hello = { ...this.#hello, ...line.update }
      return
    }
    const pending = isAsked ? this.#pending.get(line.id) : undefined
    if (!pending) {
      if (!isAsked && ++this.#strays > MOST_STRAY) this.close()
      return
    }
    this.#strays = 0
    if (line.kind === 'progress') pending.onProgress?.(line.progress)
    else if (line.kind === 'answer') pending.end(line.answer)
  }

  #isFlood(nowMs: number): boolean {
    if (Math.abs(nowMs - this.#secondBegunMs) >= 1_000) {
      this.#secondBegunMs = nowMs
      this.#linesInSecond = 0
    }
    return ++this.#linesInSecond > MOST_LINES_A_SECOND
  }

  #endAll(answer: Answer): void {
    for (const { end } of [...this.#pending.values()]) end(answer)
  }

  /** As much as what was asked may bring, and no more. */
  #setBound(): void {
    const hasBulk = [...this.#pending.values()].some(one => one.isBulk)
    this.#socket.mostLineBytes = hasBulk ? BULK_BYTES : LINE_BYTES
  }
}

interface WorkerParts {
  readonly hello: WorkerHello
  readonly programPid: number
  readonly nowMs: () => number
  readonly onClose: () => void
}
