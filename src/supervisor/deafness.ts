// Notices that no events come any more. supervisord holds a listener that wrote one wrong byte in UNKNOWN for good:
// it shows RUNNING and gets no event, and cannot see that itself. Only a fresh start helps.

export interface DeafnessPorts {
  /** supervisord's state name, or undefined if it does not answer (supervisor.getState). */
  readonly getState: () => Promise<string | undefined>
  readonly onDeaf: (silentSeconds: number) => void
  /** A clock that stands still while the machine is suspended. */
  readonly monotonicMs: () => number
}

/** How often it is looked at. */
export const LOOK_EVERY_MS = 10_000
/** A look that comes this late means that memmon itself was stopped or suspended: silence begins anew. */
const LATE_MS = 3 * LOOK_EVERY_MS
const LEAST_SILENCE_MS = 60_000
const SILENT_PERIODS = 4

export class DeafnessWatch {
  readonly #ports: DeafnessPorts
  #periodMs = Number.POSITIVE_INFINITY
  #silentSince: number
  #lookedAt: number
  /** When supervisord first answered RUNNING in this silence. */
  #runningSince: number | undefined
  #asking = false

  constructor(ports: DeafnessPorts) {
    this.#ports = ports
    this.#silentSince = this.#lookedAt = ports.monotonicMs()
  }

  /** A tick has come; the shortest period counts. */
  onTick(periodSeconds: number): void {
    this.#periodMs = Math.min(this.#periodMs, periodSeconds * 1000)
    this.#hear()
  }

  /** To be called every LOOK_EVERY_MS. Before the first tick nothing is known of its period, and nothing is said. */
  async look(): Promise<void> {
    const now = this.#ports.monotonicMs()
    if (now - this.#lookedAt > LATE_MS) this.#hear()
    this.#lookedAt = now
    if (this.#asking || now - this.#silentSince < Math.max(LEAST_SILENCE_MS, SILENT_PERIODS * this.#periodMs))
      return
    this.#asking = true
    const state = await this.#ports.getState()
    this.#asking = false
    if (state !== 'RUNNING') return this.#hear() // silent, stopping, or stopped by a debugger: it cannot send ticks
    const answeredAt = this.#ports.monotonicMs()
    if (answeredAt - this.#silentSince < LEAST_SILENCE_MS) return // a tick came meanwhile
    this.#runningSince ??= answeredAt
    // One that was stopped until just now answers before it ticks: it gets one more period.
    if (answeredAt - this.#runningSince > this.#periodMs)
      this.#ports.onDeaf((answeredAt - this.#silentSince) / 1000)
  }

  #hear(): void {
    this.#silentSince = this.#ports.monotonicMs()
    this.#runningSince = undefined
  }
}
