// What those who look from outside are told of the listener itself: when its last tick came, and why checks fail.
import { ListenerFile } from '../restart/listener-file.ts'
import type { StateFolder } from '../restart/state-folder.ts'

/** One that asks a slow supervisord may take its time. */
const CHECK_WITHIN_MS = 60_000

interface Failing {
  readonly sinceMs: number
  readonly why: string
}

export interface VitalsPorts {
  /** This run of memmon, as its lock has it. */
  readonly run: string
  /** Why checks are left out; the same object as long as it is the same. */
  readonly failing: () => Failing | undefined
  readonly nowMs: () => number
  readonly tick: () => number
}

export class Vitals {
  readonly #ports: VitalsPorts
  readonly #file: ListenerFile
  /** The check that goes on. */
  #begun: { readonly atMs: number; readonly atTick: number } | undefined
  #late: Failing | undefined

  constructor(ports: VitalsPorts) {
    this.#ports = ports
    this.#file = new ListenerFile({ ...ports, failing: () => this.#late ?? ports.failing() })
  }

  /** The state folder is memmon's. */
  attach(folder: StateFolder): void {
    this.#file.attach(folder)
  }

  onTick(periodSeconds: number): void {
    if (this.#begun && this.#ports.tick() - this.#begun.atTick > CHECK_WITHIN_MS)
      this.#late ??= { sinceMs: this.#begun.atMs, why: 'the check that began then has not ended' }
    this.#file.onTick(periodSeconds)
  }

  /** For those who ask by the socket. */
  get document() {
    return {
      run: this.#ports.run,
      tick_at_ms: this.#file.tickAtMs ?? null,
      period_seconds: this.#file.periodSeconds ?? null,
      failing: this.#late ?? this.#ports.failing() ?? null,
    }
  }

  /** A check goes on, or is over. */
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

  /** memmon ends: nothing more is written. */
  close(): Promise<void> {
    return this.#file.close()
  }
}
