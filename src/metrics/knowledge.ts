// What memmon exports, at the moment of a request: counts, and what the last checks saw. Reads nothing for that but memmon's
// own size.

import type { Slices } from '../base/slices.ts'
import type { Watched } from '../check/watched.ts'
import type { Tracked } from '../history/tracked.ts'
import type { Standing } from '../restart/standing.ts'
import type { RememberedLeak } from '../rules/past.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { Counts } from './counts.ts'
import type { Facts } from './families.ts'
import { ownVersion } from './own-version.ts'
import { metricLabel, type ProcessFacts, processFacts } from './process-facts.ts'

/** Each has about five series. */
export const MOST_PROCESSES = 2_000
/** So many take less than a slice. */
const AT_ONCE = 50

export interface KnowledgePorts {
  readonly monitor: {
    /** The processes to watch that the last full check found. */
    readonly watched: readonly Watched[]
    readonly leaks: readonly RememberedLeak[]
    /** The last check could ask and measure. */
    readonly isWell: boolean
  }
  readonly history: { trackedOf(namespec: string): Tracked | undefined }
  readonly restarts: { readonly standing: Standing }
  readonly outbox: { readonly size: number }
  /** undefined: asks Node. */
  readonly readOwnBytes: (() => number) | undefined
  readonly nowMs: () => number
  /** The monotonic clock. */
  readonly tick: () => number
}

export class Knowledge {
  readonly counts = new Counts()
  readonly #ports: KnowledgePorts
  readonly #version = ownVersion()
  readonly #startedAtMs: number
  /** What this check, or the last one, read besides RSS: by name and metric. */
  readonly #read = new Map<string, Map<string, number>>()

  constructor(ports: KnowledgePorts) {
    this.#ports = ports
    this.#startedAtMs = Math.round(ports.nowMs() - process.uptime() * 1000)
  }

  onCheckBegins(): void {
    if (this.#read.size > 0) this.#read.clear()
  }

  onCheckEnds(durationMs: number): void {
    const { monitor, nowMs } = this.#ports
    this.counts.onCheck(monitor.isWell, durationMs, nowMs())
  }

  /** It read a metric of this process other than RSS. */
  onFigure({ namespec }: ProcessInfo, { metric, cumulative }: Rule, bytes: number): void {
    const figures = this.#read.get(namespec) ?? new Map<string, number>()
    this.#read.set(namespec, figures.set(metricLabel(metric, cumulative), bytes))
  }

  async facts(ownLimitBytes: number, slices: Slices): Promise<Facts> {
    const { monitor, restarts, outbox, readOwnBytes = process.memoryUsage.rss } = this.#ports
    const { draining, capped, down } = restarts.standing
    const { watched, leaks } = monitor
    const processes = await this.#processes(watched, leaks, down, slices)
    return {
      version: this.#version,
      startedAtMs: this.#startedAtMs,
      ownBytes: orUndefined(readOwnBytes),
      ownLimitBytes,
      counts: this.counts,
      processes,
      leftOutCount: watched.length - processes.length,
      leakingCount: leaks.length,
      drainingCount: draining.length,
      cappedCount: capped.length,
      downCount: down.length,
      outboxCount: outbox.size,
    }
  }

  async #processes(
    watched: readonly Watched[],
    leaks: readonly RememberedLeak[],
    down: readonly string[],
    slices: Slices,
  ): Promise<ProcessFacts[]> {
    const { history, tick } = this.#ports
    const leaksByName = new Map(leaks.map(leak => [leak.namespec, leak]))
    const downNames = new Set(down)
    const known = {
      trackedOf: (namespec: string) => history.trackedOf(namespec),
      readOf: (namespec: string) => this.#read.get(namespec),
      leakOf: (namespec: string) => leaksByName.get(namespec),
      isDown: (namespec: string) => downNames.has(namespec),
      tick: tick(),
    }
    const all: ProcessFacts[] = []
    for (const [at, one] of watched.slice(0, MOST_PROCESSES).entries()) {
      if (at % AT_ONCE === 0 && slices.isDue()) await slices.rest()
      const facts = processFacts(one, known)
      if (facts) all.push(facts)
    }
    return all
  }
}

/** Reads a file, which fails if no descriptor is left. */
function orUndefined(read: () => number): number | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
