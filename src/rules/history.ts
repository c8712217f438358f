// How often programs were restarted, and how large they are when fresh: what tells a leak from a limit that is too
// low. In memory, bounded by the number of programs; the journal carries it over a restart of memmon. Ticks are
// milliseconds of the monotonic clock: a change of the date neither opens nor closes anything.
import { isMemory } from './metric.ts'
import type { PastOfProcess, RestartRequest } from './outcome.ts'
import { type ProcessInfo, type ProcessKey, sameRun, uptimeSecondsOf } from './process.ts'
import type { Breach } from './rule.ts'

/** --max-restarts 3/1h: no more than `count` restarts of a process within `windowSeconds`. */
export interface RestartCap {
  readonly count: number
  readonly windowSeconds: number
  readonly written: string
}

/** Over its limit sooner than this after its start is soon. */
const SOON_SECONDS = 300
/** So often in a row, and the limit is below the normal size. */
const SOON_TIMES = 3
const HOUR_MS = 3_600_000
/** No window of --max-restarts is longer. */
const KEEP_MS = 24 * HOUR_MS
/** Restarts kept a process: --max-restarts allows no higher count. */
export const MOST_COUNTED = 1_000
/** --restart-backoff doubles up to so many times its first wait. */
export const MOST_BACKOFF_STEPS = 10
const MEGABYTE = 1024 * 1024

interface Past {
  restartTicks: number[]
  run: ProcessKey | undefined
  smallestBytes: number | undefined
  /** Sizes at the breaches of this limit that came soon, without one that came late between them. */
  soonBytes: number[]
  soonLimit: number
  /** How many restarts in a row were followed by such a breach, and the run that the last one was of. */
  soonTimes: number
  breachRun: ProcessKey | undefined
}

export class RestartHistory {
  readonly #pasts = new Map<string, Past>()

  /** A restart that was carried through; `soonTimes` as an earlier memmon had counted. */
  recordRestart(namespec: string, tick: number, soonTimes?: number): void {
    const past = this.#past(namespec)
    past.restartTicks = [...past.restartTicks, tick]
      .filter(then => tick - then < KEEP_MS)
      .slice(-MOST_COUNTED)
    past.soonTimes = soonTimes ?? past.soonTimes
  }

  /** A breach that leads to a restart: soon after one of ours, or late; once for each run. Not by hand. */
  recordBreach({ process, breach }: RestartRequest): void {
    if (breach.isByHand) return
    const past = this.#past(process.namespec)
    if (past.breachRun && sameRun(past.breachRun, process)) return
    past.breachRun = { pid: process.pid, startSeconds: process.startSeconds }
    const isSoon = uptimeSecondsOf(process) < SOON_SECONDS
    past.soonTimes = isSoon && past.restartTicks.length > 0 ? past.soonTimes + 1 : 0
    if (!isSoon) past.soonBytes = []
    else if (!breach.budget && !breach.isOfMonitor && isMemory(breach.metric)) recordSoon(past, breach)
  }

  /** A size that was measured; kept only for what was restarted before. */
  observe(process: ProcessInfo, sizeBytes: number): void {
    const past = this.#pasts.get(process.namespec)
    // 0 is what a process has before its exec, or as a zombie.
    if (!past || sizeBytes === 0) return
    if (!past.run || !sameRun(past.run, process)) past.smallestBytes = undefined
    past.run = process
    past.smallestBytes = Math.min(past.smallestBytes ?? sizeBytes, sizeBytes)
  }

  /** Forgets programs that supervisord no longer has. */
  keepOnly(namespecs: ReadonlySet<string>): void {
    for (const namespec of this.#pasts.keys()) if (!namespecs.has(namespec)) this.#pasts.delete(namespec)
  }

  pastOf(namespec: string, tick: number): PastOfProcess {
    const past = this.#pasts.get(namespec)
    return {
      restartsLastHour: past?.restartTicks.filter(then => tick - then < HOUR_MS).length ?? 0,
      smallestBytes: past?.smallestBytes,
    }
  }

  /** When the cap allows the next restart; undefined if it allows one now. */
  cappedUntil(namespec: string, cap: RestartCap, tick: number): number | undefined {
    const windowMs = cap.windowSeconds * 1000
    const within = (this.#pasts.get(namespec)?.restartTicks ?? []).filter(then => tick - then < windowMs)
    const first = within[within.length - cap.count]
    return first === undefined ? undefined : first + windowMs
  }

  /**
   * --restart-backoff: when the next restart may be, `firstMs` after the last one, then twice, four times as long, ten
   * times at most; undefined if it may be now.
   */
  backoffUntil(namespec: string, firstMs: number, tick: number): number | undefined {
    const past = this.#pasts.get(namespec)
    const last = past?.restartTicks.at(-1)
    if (!past || last === undefined || past.soonTimes === 0) return undefined
    const until = last + firstMs * Math.min(MOST_BACKOFF_STEPS, 2 ** (past.soonTimes - 1))
    return until > tick ? until : undefined
  }

  /** How many restarts in a row were followed by a breach within minutes. */
  soonTimesOf(namespec: string): number {
    return this.#pasts.get(namespec)?.soonTimes ?? 0
  }

  /** A limit that the sizes at those breaches would not have broken; undefined if none is known. */
  fittingLimitOf(namespec: string): number | undefined {
    const sizes = this.#pasts.get(namespec)?.soonBytes ?? []
    return sizes.length > 0 ? fittingLimitBytes(sizes) : undefined
  }

  /** The same where it broke its limit soon so often in a row that this is below its normal size. */
  tooLowFor(namespec: string): number | undefined {
    const { soonBytes = [] } = this.#pasts.get(namespec) ?? {}
    return soonBytes.length === SOON_TIMES ? fittingLimitBytes(soonBytes) : undefined
  }

  #past(namespec: string): Past {
    const past = this.#pasts.get(namespec) ?? {
      restartTicks: [],
      run: undefined,
      smallestBytes: undefined,
      soonBytes: [],
      soonLimit: 0,
      soonTimes: 0,
      breachRun: undefined,
    }
    this.#pasts.set(namespec, past)
    return past
  }
}

/** A limit that was raised is judged anew. */
function recordSoon(past: Past, { value, limit }: Breach): void {
  const before = limit > past.soonLimit ? [] : past.soonBytes
  past.soonBytes = [...before, value].slice(-SOON_TIMES)
  past.soonLimit = Math.max(limit, past.soonLimit)
}

/** The largest of the sizes and half as much again, in round megabytes. */
function fittingLimitBytes(sizes: readonly number[]): number {
  const step = 10 * MEGABYTE
  return Math.ceil((Math.max(...sizes) * 1.5) / step) * step
}
