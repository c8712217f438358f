// What holds a restart back: --max-restarts and --restart-backoff, each said once. Bounded by the number of processes.

import { timestamp } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import type { RestartCap, RestartHistory } from '../rules/history.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import type { Job } from './job.ts'
import { roomierText } from './low-limits.ts'

export interface HoldSettings {
  readonly maxRestarts?: RestartCap
  /** The first wait of a program that is over its limit within minutes; 0: it never waits. */
  readonly restartBackoffSeconds: number
}

export interface HoldsPorts {
  readonly history: RestartHistory
  readonly settings: () => HoldSettings
  readonly tell: (outcome: RestartOutcome) => void
  readonly nowMs: () => number
  readonly tick: () => number
}

export class Holds {
  readonly #ports: HoldsPorts
  readonly #capTold = new Set<string>()
  /** Until when each was said to wait. */
  readonly #saidUntil = new Map<string, number>()

  constructor(ports: HoldsPorts) {
    this.#ports = ports
  }

  /** Forgets what was said of processes that are no longer there. */
  keepOnly(has: (namespec: string) => boolean): void {
    for (const namespec of this.#capTold) if (!has(namespec)) this.#capTold.delete(namespec)
    for (const namespec of this.#saidUntil.keys()) if (!has(namespec)) this.#saidUntil.delete(namespec)
  }

  /** Those that were reported as capped, and still are. */
  get capped(): string[] {
    return [...this.#capTold].filter(namespec => this.cappedUntil(namespec) !== undefined)
  }

  /** False while the cap or the backoff holds it back. */
  mayRestart(namespec: string): boolean {
    return this.cappedUntil(namespec) === undefined && this.#backoffUntil(namespec) === undefined
  }

  /**
   * When a job may go, by the monotonic clock; undefined: now. The decision about a group was made once; a hard limit, and what has
   * had its grace, waits for the cap alone.
   */
  untilTick({ request, drained }: Job): number | undefined {
    const { breach, process } = request
    // A person's request was refused, or not held back.
    if (breach.together !== undefined || breach.isByHand) return undefined
    const until = this.cappedUntil(process.namespec)
    if (until !== undefined || breach.isHard || drained) return until
    return this.#backoffUntil(process.namespec)
  }

  /** --max-restarts lets it be restarted then; undefined: now. */
  cappedUntil(namespec: string): number | undefined {
    const { maxRestarts } = this.#ports.settings()
    return maxRestarts && this.#ports.history.cappedUntil(namespec, maxRestarts, this.#ports.tick())
  }

  #backoffUntil(namespec: string): number | undefined {
    const firstMs = this.#ports.settings().restartBackoffSeconds * 1000
    return firstMs === 0 ? undefined : this.#ports.history.backoffUntil(namespec, firstMs, this.#ports.tick())
  }

  /** Why a person's request is refused, in one clause; undefined if nothing holds it back. */
  refusalOf(namespec: string): string | undefined {
    const [capped, backoff] = [this.cappedUntil(namespec), this.#backoffUntil(namespec)]
    const untilTick = capped ?? backoff
    if (untilTick === undefined) return undefined
    const { nowMs, tick, settings } = this.#ports
    const by =
      capped === undefined ? '--restart-backoff' : `--max-restarts ${settings().maxRestarts?.written}`
    return `${by} allows no restart before ${timestamp(new Date(nowMs() + untilTick - tick())).slice(0, 19)}`
  }

  /** False if --max-restarts does not let it be restarted now, which is told once. */
  passesCap(request: RestartRequest): boolean {
    const { namespec } = request.process
    const { together, isByHand } = request.breach
    const untilTick = together === undefined && !isByHand ? this.cappedUntil(namespec) : undefined
    const { maxRestarts } = this.#ports.settings()
    if (untilTick === undefined || !maxRestarts) {
      this.#capTold.delete(namespec)
      return true
    }
    if (this.#capTold.has(namespec)) return false
    this.#capTold.add(namespec)
    const now = this.#ports.nowMs()
    const until = now + untilTick - this.#ports.tick()
    this.#ports.tell({ kind: 'capped', request, occurredAt: now, cap: maxRestarts.written, until })
    return false
  }

  /** Over its limit again within minutes: said each time that it waits, by mail the first time. */
  sayIfHeld(job: Job): void {
    const { request } = job
    const { namespec } = request.process
    const untilTick = this.untilTick(job)
    if (untilTick === undefined || untilTick === this.#saidUntil.get(namespec)) return
    this.#saidUntil.set(namespec, untilTick)
    const { history, nowMs, tick } = this.#ports
    const waitMs = untilTick - tick()
    const fitting = history.fittingLimitOf(namespec)
    const advice = fitting === undefined || request.breach.isOfMonitor ? '' : `; ${roomierText(fitting)}`
    const when = timestamp(new Date(nowMs() + waitMs))
    this.#ports.tell({
      kind: 'noticed',
      what: 'held',
      request,
      occurredAt: nowMs(),
      detail: `${request.breach.isOfMonitor ? 'It is reported' : 'It exceeds its limit'} again within minutes of its last restart, so memmon waits until ${when} (${formatDuration(waitMs / 1000)}, --restart-backoff)${advice}`,
      isRepeated: history.soonTimesOf(namespec) > 1,
    })
  }
}
