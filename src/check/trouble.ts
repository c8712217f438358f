// Why checks are left out: told when it comes or changes, not at every tick, and once when it is over.
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

export class Trouble {
  readonly #log: Log
  readonly #nowMs: () => number
  #failing: { readonly sinceMs: number; readonly why: string } | undefined

  constructor(log: Log, nowMs: () => number) {
    this.#log = log
    this.#nowMs = nowMs
  }

  /** Checks go on. */
  get isOver(): boolean {
    return this.#failing === undefined
  }

  /** Since when, in epoch milliseconds, and the last reason logged; undefined if checks go on. */
  get failing() {
    return this.#failing
  }

  tell(why: string): void {
    if (why === this.#failing?.why) return
    this.#log('WARN', why, () => ({ event: 'check_skipped' }))
    this.#failing = { sinceMs: this.#failing?.sinceMs ?? this.#nowMs(), why }
  }

  over(): void {
    if (this.#failing) this.#log('INFO', 'Checks resumed', () => ({ event: 'checks_resumed' }))
    this.#failing = undefined
  }
}

/** `source` is what sizes are read from. */
export const unmeasuredText = (source: string, thrown: unknown): string =>
  `Memory could not be measured, retrying at the next tick: ${source}: ${messageOf(thrown)}`
