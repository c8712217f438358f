// Notices that no ticks come any more, or none at all. supervisord holds a listener that wrote one wrong byte in
// UNKNOWN for good: it shows RUNNING and gets no event, and cannot see that itself. Where ticks have come before, a
// fresh start helps; where none ever came, it would only be the same again, and somebody has to be told.

import { FaultCode, type SupervisorFault } from '../base/errors.ts'

/** supervisord's state name (supervisor.getState), or why it does not tell. */
export type ToldState = string | SupervisorFault

export interface DeafnessPorts {
  readonly getState: () => Promise<ToldState>
  /** Ticks have come, and come no longer. */
  readonly onDeaf: (silentSeconds: number) => void
  /** No tick has come since the start, and supervisord cannot be asked if there is a fault; again each hour. */
  readonly onUnheard: (silentSeconds: number, fault: SupervisorFault | undefined) => void
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
  /** When supervisord first answered in this silence. */
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
    if (!mayTick(state, this.#periodMs === undefined)) return this.#hear()
    this.#judge(this.#ports.monotonicMs(), typeof state === 'string' ? undefined : state)
  }

  /** supervisord should have sent ticks. */
  #judge(answeredAt: number, fault: SupervisorFault | undefined): void {
    const silentMs = answeredAt - this.#silentSince
    if (silentMs < LEAST_SILENCE_MS) return // a tick came meanwhile
    if (this.#periodMs === undefined) {
      this.#unheardAt = answeredAt
      this.#ports.onUnheard(silentMs / 1000, fault)
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

/**
 * False while supervisord is stopping, or stopped by a debugger. One that refuses memmon is at work. One that cannot be
 * reached may be ending, unless no tick ever came: then the address may be wrong.
 */
function mayTick(state: ToldState, isUnheard: boolean): boolean {
  if (typeof state === 'string') return state === 'RUNNING'
  if (state.kind === 'unreachable') return isUnheard
  return state.kind !== 'timeout' && state.code !== FaultCode.SHUTDOWN_STATE
}
