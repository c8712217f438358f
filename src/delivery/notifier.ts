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

  constructor(ports: NotifierPorts) {
    this.#ports = ports
  }

  /** Takes a message and returns at once. */
  take(message: Message): void {
    const now = this.#ports.tick()
    const intervalMs = this.#ports.intervalMs()
    if (this.#gathering.isEmpty && now - this.#sentTick >= intervalMs) {
      this.#sentTick = now
      this.#send(message)
      return
    }
    this.#gathering.add(message)
    const dueTick = this.#sentTick + intervalMs
    this.#wakeAt(message.isFailure ? Math.min(dueTick, now + FAILURE_WAITS_MS) : dueTick)
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
