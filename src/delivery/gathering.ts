// What waits for the next digest. The first thousand messages are kept whole, of more a line for each process and
// event: so all processes are named, and a storm is bounded.
import type { Gathered, GatheredLine } from '../messages/digest.ts'
import type { Message } from '../messages/message.ts'

const MOST_MESSAGES = 1_000
const MOST_LINES = 10_000

export class Gathering {
  #messages: Message[] = []
  readonly #lines = new Map<string, GatheredLine>()
  #dropped = 0

  get isEmpty(): boolean {
    return this.#messages.length === 0
  }

  add(message: Message): void {
    if (this.#messages.length === 1) this.#messages = this.#messages.map(withoutHistory)
    if (this.#messages.length > 0) this.#keep(withoutHistory(message))
    else this.#keep(message)
  }

  #keep(message: Message): void {
    if (this.#messages.length < MOST_MESSAGES) this.#messages.push(message)
    else this.#addLine(message)
  }

  /** All of it; nothing waits any more. */
  take(): Gathered {
    const taken = { messages: this.#messages, lines: [...this.#lines.values()], dropped: this.#dropped }
    this.#messages = []
    this.#lines.clear()
    this.#dropped = 0
    return taken
  }

  #addLine({ event, row, isUrgent }: Message): void {
    const kind = String(event.event)
    const key = `${kind} ${row.what} ${row.process}`
    const before = this.#lines.get(key)
    if (!before && this.#lines.size >= MOST_LINES) this.#dropped++
    else this.#lines.set(key, { event: kind, row, isUrgent, count: (before?.count ?? 0) + 1 })
  }
}

/** A digest has no charts; one that waits alone stays as it is. */
const withoutHistory = ({ history: _, ...message }: Message): Message => message
