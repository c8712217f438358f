// Why checks are left out: told when it comes or changes, not at every tick, and once when it is over.
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

export class Trouble {
  readonly #log: Log
  /** What was told last; empty if checks go on. */
  #told = ''

  constructor(log: Log) {
    this.#log = log
  }

  /** Checks go on. */
  get isOver(): boolean {
    return this.#told === ''
  }

  tell(text: string): void {
    if (text !== this.#told) this.#log('WARN', text, () => ({ event: 'check_skipped' }))
    this.#told = text
  }

  over(): void {
    if (this.#told !== '') this.#log('INFO', 'Checks resumed', () => ({ event: 'checks_resumed' }))
    this.#told = ''
  }
}

/** `source` is what sizes are read from. */
export const unmeasuredText = (source: string, thrown: unknown): string =>
  `Memory could not be measured, retrying at the next tick: ${source}: ${messageOf(thrown)}`
