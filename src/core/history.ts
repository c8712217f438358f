// How often programs were restarted, and how large they are when fresh: what tells a leak from a limit that is too
// low. In memory, bounded by the number of programs; the journal carries the counts over a restart of memmon.
import { isMemory } from './metric.ts'
import type { RestartRequest } from './outcome.ts'
import { type ProcessInfo, type ProcessKey, sameRun, uptimeSecondsOf } from './process.ts'

/** --max-restarts 3/1h: no more than `count` restarts of a process within `windowSeconds`. */
export interface RestartCap {
  readonly count: number
  readonly windowSeconds: number
  readonly written: string
}

/** What every outcome tells about the process. */
export interface PastOfProcess {
  readonly restartsLastHour: number
  /** The smallest size seen since its last start; undefined if it was not measured since. */
  readonly smallestBytes: number | undefined
  /** Set when it was over its limit within its first minutes three times running: a limit that would fit. */
  readonly fittingLimitBytes: number | undefined
}

/** Over its limit sooner than this after its start is soon. */
const SOON_SECONDS = 300
const SOON_TIMES = 3
const HOUR_MS = 3_600_000
/** No window of --max-restarts is longer. */
const KEEP_MS = 24 * HOUR_MS
/** Restarts kept a process: --max-restarts allows no higher count. */
export const MOST_COUNTED = 1_000
const MEGABYTE = 1024 * 1024

interface Past {
  restartsAt: number[]
  run: ProcessKey | undefined
  smallestBytes: number | undefined
  /** Sizes at the breaches that came soon, without one that came late between them. */
  soonBytes: number[]
}

export class RestartHistory {
  readonly #pasts = new Map<string, Past>()

  /** A restart that was carried through. */
  recordRestart(namespec: string, at: number): void {
    const past = this.#past(namespec)
    past.restartsAt = [...past.restartsAt, at].filter(then => at - then < KEEP_MS).slice(-MOST_COUNTED)
  }

  /** A breach that leads to a restart: soon after the start, or late. */
  recordBreach({ process, breach }: RestartRequest): void {
    if (breach.budget || !isMemory(breach.metric)) return
    const past = this.#past(process.namespec)
    past.soonBytes =
      uptimeSecondsOf(process) < SOON_SECONDS ? [...past.soonBytes, breach.value].slice(-SOON_TIMES) : []
  }

  /** A size that was measured; kept only for what was restarted before. */
  observe(process: ProcessInfo, sizeBytes: number): void {
    const past = this.#pasts.get(process.namespec)
    if (!past) return
    if (!past.run || !sameRun(past.run, process)) past.smallestBytes = undefined
    past.run = process
    past.smallestBytes = Math.min(past.smallestBytes ?? sizeBytes, sizeBytes)
  }

  /** Forgets programs that supervisord no longer has. */
  keepOnly(namespecs: ReadonlySet<string>): void {
    for (const namespec of this.#pasts.keys()) if (!namespecs.has(namespec)) this.#pasts.delete(namespec)
  }

  pastOf(namespec: string, now: number): PastOfProcess {
    const past = this.#pasts.get(namespec)
    const soon = past && past.soonBytes.length === SOON_TIMES
    return {
      restartsLastHour: this.#countSince(namespec, now - HOUR_MS),
      smallestBytes: past?.smallestBytes,
      fittingLimitBytes: soon ? fittingLimitBytes(past.soonBytes) : undefined,
    }
  }

  /** When the cap allows the next restart, in epoch milliseconds; undefined if it allows one now. */
  cappedUntil(namespec: string, cap: RestartCap, now: number): number | undefined {
    const windowMs = cap.windowSeconds * 1000
    const within = (this.#pasts.get(namespec)?.restartsAt ?? []).filter(at => now - at < windowMs)
    const first = within[within.length - cap.count]
    return first === undefined ? undefined : first + windowMs
  }

  #countSince(namespec: string, since: number): number {
    return this.#pasts.get(namespec)?.restartsAt.filter(at => at > since).length ?? 0
  }

  #past(namespec: string): Past {
    const past = this.#pasts.get(namespec) ?? {
      restartsAt: [],
      run: undefined,
      smallestBytes: undefined,
      soonBytes: [],
    }
    this.#pasts.set(namespec, past)
    return past
  }
}

/** The largest of the sizes and half as much again, in round megabytes. */
function fittingLimitBytes(sizes: readonly number[]): number {
  const step = 10 * MEGABYTE
  return Math.ceil((Math.max(...sizes) * 1.5) / step) * step
}
