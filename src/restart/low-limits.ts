// A limit below a program's normal size: the program exceeds it within minutes of each start, however often it is
// restarted. Said once for each limit. Bounded by the number of processes.
import { formatSize } from '../base/units.ts'
import type { RestartHistory } from '../rules/history.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'

export interface LowLimitPorts {
  readonly history: Pick<RestartHistory, 'tooLowFor'>
  readonly tell: (outcome: RestartOutcome) => void
  readonly nowMs: () => number
}

export class LowLimits {
  readonly #ports: LowLimitPorts
  /** The limit that each was said to have. */
  readonly #saidOf = new Map<string, number>()

  constructor(ports: LowLimitPorts) {
    this.#ports = ports
  }

  /** Forgets what was said of processes that are no longer there. */
  keepOnly(has: (namespec: string) => boolean): void {
    for (const namespec of this.#saidOf.keys()) if (!has(namespec)) this.#saidOf.delete(namespec)
  }

  /** A breach of a limit, which the history knows of. */
  sayIfTooLow(request: RestartRequest): void {
    const { history, tell, nowMs } = this.#ports
    const { process, breach } = request
    const fittingBytes = history.tooLowFor(process.namespec)
    if (fittingBytes === undefined || breach.limit <= (this.#saidOf.get(process.namespec) ?? 0)) return
    this.#saidOf.set(process.namespec, breach.limit)
    const detail = tooLowText(fittingBytes)
    tell({ kind: 'noticed', what: 'limit_too_low', request, occurredAt: nowMs(), detail })
  }
}

/** Promises nothing: a program that leaks exceeds that limit, too. */
export const roomierText = (fittingBytes: number): string =>
  `a limit of ${formatSize(fittingBytes)} would leave room for the sizes seen so far`

/** What may be wrong with it, and what would not be. */
export const tooLowText = (fittingBytes: number): string =>
  `Either its limit is too low, or it leaks fast: ${roomierText(fittingBytes)}`
