// Notices that no ticks come any more, or none at all. supervisord holds a listener that wrote one wrong byte in
// UNKNOWN for good: it shows RUNNING and gets no event, and cannot see that itself. Where ticks have come before, a
// fresh start helps; where none ever came, it would only be the same again, and somebody has to be told.

export interface DeafnessPorts {
  /** supervisord's state name, or undefined if it does not answer (supervisor.getState). */
  readonly getState: () => Promise<string | undefined>
  /** Ticks have come, and come no longer. */
  readonly onDeaf: (silentSeconds: number) => void
  /** No tick has come since the start; again each hour. */
  readonly onUnheard: (silentSeconds: number) => void
  /** A clock that stands still while the machine is suspended. */
  readonly monotonicMs: () => number
}

/** How often it is looked at. */
export const LOOK_EVERY_MS = 10_000
/** A look that comes this late means that memmon itself was stopped or suspended: silence begins anew. */
const LATE_MS = 3 * LOOK_EVERY_MS
const LEAST_SILENCE_MS = 60_000
const SILENT_PERIODS = 4
/** The first TICK_60 comes within a minute. */
const FIRST_TICK_MS = 75_000
const UNHEARD_EVERY_MS = 3_600_000

/** How long no tick may come if ticks come in this period; undefined: since its start, before the first. */
export const silenceMs = (periodMs: number | undefined): number =>
  periodMs === undefined ? FIRST_TICK_MS : Math.max(LEAST_SILENCE_MS, SILENT_PERIODS * periodMs)

export class DeafnessWatch {
  readonly #ports: DeafnessPorts
  /** undefined until the first tick has come. */
  #periodMs: number | undefined
  #silentSince: number
  #lookedAt: number
  /** When supervisord first answered RUNNING in this silence. */
  #runningSince: number | undefined
  #asking = false
  #unheardAt = Number.NEGATIVE_INFINITY

  constructor(ports: DeafnessPorts) {
    this.#ports = ports
    this.#silentSince = this.#lookedAt = ports.monotonicMs()
  }

  /** A tick has come; the shortest period counts. */
  onTick(periodSeconds: number): void {
    this.#periodMs = Math.min(this.#periodMs ?? Number.POSITIVE_INFINITY, periodSeconds * 1000)
    this.#hear()
  }

  /** To be called every LOOK_EVERY_MS. */
  async look(): Promise<void> {
    const now = this.#ports.monotonicMs()
    if (now - this.#lookedAt > LATE_MS) this.#hear()
    this.#lookedAt = now
    if (this.#asking || now - this.#silentSince < silenceMs(this.#periodMs)) return
    if (this.#periodMs === undefined && now - this.#unheardAt < UNHEARD_EVERY_MS) return
    this.#asking = true
    const state = await this.#ports.getState()
    this.#asking = false
    if (state !== 'RUNNING') return this.#hear() // silent, stopping, or stopped by a debugger: it cannot send ticks
    this.#judge(this.#ports.monotonicMs())
  }

  /** supervisord is RUNNING. */
  #judge(answeredAt: number): void {
    const silentMs = answeredAt - this.#silentSince
    if (silentMs < LEAST_SILENCE_MS) return // a tick came meanwhile
    if (this.#periodMs === undefined) {
      this.#unheardAt = answeredAt
      this.#ports.onUnheard(silentMs / 1000)
      return
    }
    this.#runningSince ??= answeredAt
    // One that was stopped until just now answers before it ticks: it gets one more period.
    if (answeredAt - this.#runningSince > this.#periodMs) this.#ports.onDeaf(silentMs / 1000)
  }

  #hear(): void {
    this.#silentSince = this.#ports.monotonicMs()
    this.#runningSince = undefined
  }
}
