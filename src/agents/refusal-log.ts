// What the log says of connections that were refused: at most a line a minute, however many there are.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'

const EACH_MS = 60_000

export class RefusalLog {
  readonly #log: Log
  readonly #nowMs: () => number
  #saidAtMs = Number.NEGATIVE_INFINITY
  #unsaid = 0

  constructor(log: Log, nowMs: () => number) {
    this.#log = log
    this.#nowMs = nowMs
  }

  add(reason: string): void {
    const now = this.#nowMs()
    // A clock that was set back says nothing for no longer than a minute.
    if (Math.abs(now - this.#saidAtMs) < EACH_MS) {
      this.#unsaid++
      return
    }
    const more = this.#unsaid > 0 ? ` (and ${this.#unsaid} more since the last such line)` : ''
    this.#log('WARN', `Refused an agent: ${reason}${more}`, trouble('agents'))
    this.#saidAtMs = now
    this.#unsaid = 0
  }
}
