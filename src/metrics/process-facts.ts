// What memmon exports about one process: what the last checks know. Reads nothing for that. Pure.

import { oneLine } from '../base/text.ts'
import type { Watched } from '../check/watched.ts'
import type { Tracked } from '../history/tracked.ts'
import { isMemory, type Metric } from '../rules/metric.ts'
import type { RememberedLeak } from '../rules/past.ts'
import { canBeNamed, type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'

export type Labels = Readonly<Record<string, string>>

/** An amount, and its metric. */
export interface Figure {
  readonly labels: Labels
  readonly bytes: number
}

export interface ProcessFacts {
  readonly labels: Labels
  /** undefined if nobody wants it to run. */
  readonly isUp: boolean | undefined
  readonly figures: readonly Figure[]
  readonly limits: readonly Figure[]
  readonly growthBytesPerSecond: number | undefined
  readonly secondsToLimit: number | undefined
}

/** What is known, by name. */
export interface Known {
  readonly trackedOf: (namespec: string) => Tracked | undefined
  /** What the last check read besides RSS, by metric. */
  readonly readOf: (namespec: string) => ReadonlyMap<string, number> | undefined
  readonly leakOf: (namespec: string) => RememberedLeak | undefined
  /** memmon has stopped it and failed to start it so far. */
  readonly isDown: (namespec: string) => boolean
  /** The monotonic clock. */
  readonly tick: number
}

/** undefined if no label can hold its name: two such names would be one. */
export function processFacts({ process, rules }: Watched, known: Known): ProcessFacts | undefined {
  if (!canBeNamed(process)) return undefined
  const { namespec } = process
  const tracked = known.trackedOf(namespec)
  const isKnown = tracked?.runs === true && !tracked.isRestored && sameRun(tracked, process)
  const leak = isKnown ? known.leakOf(namespec) : undefined
  const verdict = tracked?.series.verdict
  return {
    labels: namesOf(process),
    isUp: isUp(process, known.isDown(namespec)),
    figures: [
      ...(isKnown ? [figure('rss', tracked.series.cumulative === true, tracked.endBytes)] : []),
      ...[...(known.readOf(namespec) ?? [])].map(([metric, bytes]) => ({ labels: labelsOf(metric), bytes })),
    ],
    limits: limitsOf(rules),
    growthBytesPerSecond: leak && verdict?.kind === 'leak' ? verdict.slopeBytesPerHour / 3600 : undefined,
    secondsToLimit:
      leak?.limitTick === undefined ? undefined : Math.max(0, (leak.limitTick - known.tick) / 1000),
  }
}

/** rss, or rss_with_descendants. */
export const metricLabel = (metric: Metric, cumulative: boolean): string =>
  cumulative ? `${metric}_with_descendants` : metric

const figure = (metric: Metric, cumulative: boolean, bytes: number): Figure => ({
  labels: labelsOf(metricLabel(metric, cumulative)),
  bytes,
})

/** One object for each: see Value.shared. They live as long as the process table. */
const names = new WeakMap<ProcessInfo, Labels>()

function namesOf(process: ProcessInfo): Labels {
  const labels = names.get(process) ?? { group: oneLine(process.group), name: oneLine(process.name) }
  names.set(process, labels)
  return labels
}

/** The same, bounded by the number of metrics. */
const metrics = new Map<string, Labels>()

function labelsOf(metric: string): Labels {
  const labels = metrics.get(metric) ?? { metric }
  metrics.set(metric, labels)
  return labels
}

/** Nobody wants a stopped or exited process to run, unless memmon has stopped it. */
function isUp({ state }: ProcessInfo, isDown: boolean): boolean | undefined {
  if (isDown) return false
  if (state === ProcessState.RUNNING) return true
  return state === ProcessState.STOPPED || state === ProcessState.EXITED ? undefined : false
}

function limitsOf(rules: readonly Rule[]): Figure[] {
  const lowest = new Map<string, number>()
  for (const { metric, cumulative, limit, hardLimit } of rules) {
    const bytes = Math.min(limit, hardLimit)
    if (!isMemory(metric) || !Number.isFinite(bytes)) continue
    const label = metricLabel(metric, cumulative)
    lowest.set(label, Math.min(bytes, lowest.get(label) ?? bytes))
  }
  return [...lowest].map(([metric, bytes]) => ({ labels: labelsOf(metric), bytes }))
}
