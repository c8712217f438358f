// How much memory there is changes, as when a container is given more: limits that are shares follow it, unless they
// would contradict each other or come to nothing then.
import { messageOf, UsageError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { formatSize } from '../base/units.ts'
import type { Capacity } from './capacity.ts'

export interface CapacityPorts {
  /** What the rules hold for now; undefined if no limit is a share, or nothing could be read. */
  readonly current: () => Capacity | undefined
  /** True if a limit is a share of it. */
  readonly isNeeded: () => boolean
  readonly read: () => Capacity | undefined
  /** Takes the limits for this capacity, and says why; throws a UsageError and takes nothing if they do not fit. */
  readonly use: (why: string) => void
  readonly log: Log
  readonly mail: (subject: string, text: string) => void
}

export class CapacityReload {
  readonly #ports: CapacityPorts
  /** What was refused last, so that it is not told at every tick. */
  #refused = ''

  constructor(ports: CapacityPorts) {
    this.#ports = ports
  }

  /** At each tick. */
  look(): void {
    const { current, isNeeded, read, use } = this.#ports
    if (!isNeeded()) return
    const [known, now] = [current(), read()]
    if (now?.bytes === known?.bytes) {
      this.#refused = ''
      return
    }
    if (!now) {
      this.#refuse('Total memory can no longer be read', 'it cannot be read')
      return
    }
    try {
      use('Total memory has changed')
      this.#refused = ''
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown
      this.#refuse(messageOf(thrown), `there are ${formatSize(now.bytes)} now, by ${now.source}`)
    }
  }

  #refuse(text: string, what: string): void {
    const { log, mail } = this.#ports
    const key = `${text} ${what}`
    if (key === this.#refused) return
    this.#refused = key
    for (const line of text.split('\n'))
      log('ERRO', `${line}. The current settings stay in force`, () => ({ event: 'settings' }))
    mail(
      'the limits do not fit the current total memory; the current settings stay in force',
      `${text}\n\nTotal memory has changed: ${what}. memmon continues with its current limits in bytes.\n`,
    )
  }
}
