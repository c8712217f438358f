// Who gets told when: the first message at once, what follows within the interval as one digest, failures within a
// minute. What is to go out is handed to the outbox.

import { digestOf } from '../messages/digest.ts'
import type { EventContext } from '../messages/event.ts'
import type { Message } from '../messages/message.ts'
import type { Outgoing } from './channel.ts'
import { Gathering } from './gathering.ts'

export interface NotifierPorts {
  readonly send: (message: Outgoing) => void
  /** --mail-interval; 0: each message by itself. */
  readonly intervalMs: () => number
  readonly context: () => EventContext
  readonly newId: () => string
  readonly nowMs: () => number
  /** The monotonic clock, in milliseconds, for what is gathered. */
  readonly tick: () => number
}

/** A failure waits no longer than this for others. */
const FAILURE_WAITS_MS = 60_000

export class Notifier {
  readonly #ports: NotifierPorts
  readonly #gathering = new Gathering()
  #sentTick = Number.NEGATIVE_INFINITY
  #dueTick = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #isEnding = false

  constructor(ports: NotifierPorts) {
    this.#ports = ports
  }

  /** Takes a message and returns at once. */
  take(message: Message): void {
    const now = this.#ports.tick()
    if (this.#isEnding || (this.#gathering.isEmpty && now >= this.#nextTick)) {
      this.#sentTick = now
      this.#send(message)
      return
    }
    this.#gathering.add(message)
    this.#wakeAt(message.isFailure ? Math.min(this.#nextTick, now + FAILURE_WAITS_MS) : this.#nextTick)
  }

  /** The interval may have changed: a shorter one goes for what was gathered already. */
  onInterval(): void {
    if (!this.#gathering.isEmpty) this.#wakeAt(this.#nextTick)
  }

  /** Hands over what was gathered, and from now on all at once: nobody would hand over what is gathered later. */
  end(): void {
    this.#isEnding = true
    this.flush()
  }

  /** Hands over what was gathered. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#dueTick = Number.POSITIVE_INFINITY
    const digest = digestOf(this.#gathering.take(), this.#ports.context(), this.#ports.nowMs())
    if (!digest) return
    this.#sentTick = this.#ports.tick()
    this.#send(digest)
  }

  get #nextTick(): number {
    return this.#sentTick + this.#ports.intervalMs()
  }

  #wakeAt(tick: number): void {
    if (tick >= this.#dueTick) return
    this.#dueTick = tick
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), Math.max(0, tick - this.#ports.tick()))
  }

  #send({ subject, text, event, thread, history }: Message): void {
    const id = this.#ports.newId()
    const createdAt = this.#ports.nowMs()
    const kept = history && { history }
    this.#ports.send({ id, subject, text, event: { ...event, id }, thread, createdAt, ...kept })
  }
}
