// What outsiders learn about the listener itself: when its last tick came, and why checks fail.
import { ListenerFile } from '../restart/listener-file.ts'
import type { StateFolder } from '../restart/state-folder.ts'

/** A check that asks a slow supervisord may take longer. */
const CHECK_WITHIN_MS = 60_000

interface Failing {
  readonly sinceMs: number
  readonly why: string
}

export interface VitalsPorts {
  /** This run of memmon, as in its lock. */
  readonly run: string
  /** Why checks are skipped; the same object until that changes. */
  readonly failing: () => Failing | undefined
  readonly nowMs: () => number
  readonly tick: () => number
}

export class Vitals {
  readonly #ports: VitalsPorts
  readonly #file: ListenerFile
  /** The check in progress. */
  #begun: { readonly atMs: number; readonly atTick: number } | undefined
  #late: Failing | undefined

  constructor(ports: VitalsPorts) {
    this.#ports = ports
    this.#file = new ListenerFile({ ...ports, failing: () => this.#late ?? ports.failing() })
  }

  /** memmon has the state folder. */
  attach(folder: StateFolder): void {
    this.#file.attach(folder)
  }

  onTick(periodSeconds: number): void {
    if (this.#begun && this.#ports.tick() - this.#begun.atTick > CHECK_WITHIN_MS)
      this.#late ??= { sinceMs: this.#begun.atMs, why: 'the check that began then has not ended' }
    this.#file.onTick(periodSeconds)
  }

  /** For requests through the socket. */
  get document() {
    return {
      run: this.#ports.run,
      tick_at_ms: this.#file.tickAtMs ?? null,
      period_seconds: this.#file.periodSeconds ?? null,
      failing: this.#late ?? this.#ports.failing() ?? null,
    }
  }

  /** A check has begun, or is over. */
  onCheck(isGoingOn: boolean): void {
    const { nowMs, tick } = this.#ports
    if (isGoingOn) {
      this.#begun = { atMs: nowMs(), atTick: tick() }
      return
    }
    this.#begun = undefined
    this.#late = undefined
    this.#file.look()
  }

  /** memmon ends: writes nothing more. */
  close(): Promise<void> {
    return this.#file.close()
  }
}
