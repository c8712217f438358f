// Who gets told when: the first message at once, what follows within the interval as one digest, failures within a
// minute. What is to go out is handed to the outbox.
import type { Outgoing } from './channel.ts'
import { type DigestContext, digestOf } from './digest.ts'
import type { Message } from './message.ts'

export interface NotifierPorts {
  readonly send: (message: Outgoing) => void
  /** --mail-interval; 0: each message by itself. */
  readonly intervalMs: () => number
  readonly context: () => DigestContext
  readonly newId: () => string
  readonly nowMs: () => number
}

/** A failure waits no longer than this for others. */
const FAILURE_WAITS_MS = 60_000
/** Kept for a digest; past that they are counted. */
const MOST_GATHERED = 1_000

export class Notifier {
  readonly #ports: NotifierPorts
  #gathered: Message[] = []
  #dropped = 0
  #sentAt = Number.NEGATIVE_INFINITY
  #dueAt = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(ports: NotifierPorts) {
    this.#ports = ports
  }

  /** Takes a message and returns at once. */
  take(message: Message): void {
    const now = this.#ports.nowMs()
    const intervalMs = this.#ports.intervalMs()
    if (this.#gathered.length === 0 && now - this.#sentAt >= intervalMs) {
      this.#sentAt = now
      this.#send(message, now)
      return
    }
    if (this.#gathered.length < MOST_GATHERED) this.#gathered.push(message)
    else this.#dropped++
    const dueAt = this.#sentAt + intervalMs
    this.#wakeAt(message.isFailure ? Math.min(dueAt, now + FAILURE_WAITS_MS) : dueAt)
  }

  /** Hands over what was gathered. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#dueAt = Number.POSITIVE_INFINITY
    const now = this.#ports.nowMs()
    const digest = digestOf(this.#gathered, this.#dropped, this.#ports.context(), now)
    this.#gathered = []
    this.#dropped = 0
    if (!digest) return
    this.#sentAt = now
    this.#send(digest, now)
  }

  #wakeAt(at: number): void {
    if (at >= this.#dueAt) return
    this.#dueAt = at
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), Math.max(0, at - this.#ports.nowMs()))
  }

  #send({ subject, text, event, thread }: Message, createdAt: number): void {
    const id = this.#ports.newId()
    this.#ports.send({ id, subject, text, event: { ...event, id }, thread, createdAt })
  }
}
