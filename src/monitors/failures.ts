// The failures of one monitor in a row: how long memmon waits after each, what it logs, and what it mails.
import { backoffMs } from '../base/backoff.ts'
import type { Log } from '../base/log.ts'
import { oneLine } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'

const RETRY = { firstMs: 10_000, lastMs: 600_000, jitter: 0 }
/** A single failure may be over at the next try, and does not deserve a mail. */
const MAILED_AFTER = 3

export interface MonitorNews {
  readonly event: 'monitor_failed' | 'monitor_recovered'
  readonly subject: string
  readonly text: string
}

export interface FailurePorts {
  readonly log: Log
  readonly mail: (news: MonitorNews) => void
  /** The monotonic clock. */
  readonly tick: () => number
}

export class Failures {
  readonly #path: string
  readonly #ports: FailurePorts
  #count = 0
  #retryTick = 0
  /** Since it last worked. */
  #isMailed = false

  constructor(path: string, ports: FailurePorts) {
    this.#path = path
    this.#ports = ports
  }

  get areAny(): boolean {
    return this.#count > 0
  }

  get isRetryDue(): boolean {
    return this.#ports.tick() >= this.#retryTick
  }

  /** The monitor of this name has failed. */
  add(name: string, why: string): void {
    const { log, tick } = this.#ports
    this.#count++
    const waitMs = backoffMs(this.#count, RETRY, 0)
    this.#retryTick = tick() + waitMs
    log(
      'WARN',
      `Monitor ${name} failed: ${why}. memmon goes on without it and tries it again in ${formatDuration(waitMs / 1000)}`,
      () => ({ event: 'monitor_failed', monitor: this.#path, why }),
    )
    if (this.#count >= MAILED_AFTER) this.#mailOnce(name, why)
  }

  /** It has answered. */
  over(name: string): void {
    if (!this.areAny && !this.#isMailed) return
    const { log, mail } = this.#ports
    const event = 'monitor_recovered'
    log('INFO', `Monitor ${name} works again`, () => ({ event, monitor: this.#path }))
    if (this.#isMailed)
      mail({ event, subject: `monitor ${name} works again`, text: `${this.#path} answers again.\n` })
    this.#isMailed = false
    this.#count = 0
  }

  /** Its file has changed: the new one gets its first try at once. */
  forget(): void {
    this.#count = 0
    this.#retryTick = 0
  }

  #mailOnce(name: string, why: string): void {
    if (this.#isMailed) return
    this.#isMailed = true
    this.#ports.mail({
      event: 'monitor_failed',
      subject: `monitor ${name} fails`,
      text: `${this.#path} has failed ${this.#count} times in a row: ${oneLine(why)}.\n\nmemmon goes on without it and tries it again, every ten minutes at most. Another message follows when it works again.\n`,
    })
  }
}
