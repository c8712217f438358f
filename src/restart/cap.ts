// --max-restarts: lets through what may be restarted, and tells once of each process that may not.
import type { RestartCap, RestartHistory } from '../core/history.ts'
import type { Capped, RestartRequest } from '../core/outcome.ts'

export interface CapGate {
  /** The requests that may go on. */
  admit(requests: readonly RestartRequest[], now: number): RestartRequest[]
}

/** A gate that calls `onCapped` when a process reaches the cap, and not again before it was let through. */
export function createCapGate(
  cap: () => RestartCap | undefined,
  history: RestartHistory,
  onCapped: (capped: Capped) => void,
): CapGate {
  const told = new Set<string>()
  return {
    admit: (requests, now) =>
      requests.filter(request => {
        const { namespec } = request.process
        const limit = cap()
        const until = limit && history.cappedUntil(namespec, limit, now)
        if (!limit || until === undefined) {
          told.delete(namespec)
          return true
        }
        if (!told.has(namespec))
          onCapped({ kind: 'capped', request, occurredAt: now, cap: limit.written, until })
        told.add(namespec)
        return false
      }),
  }
}
