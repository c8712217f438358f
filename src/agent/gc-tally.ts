// The collections of V8's in a stretch of time.
import { PerformanceObserver } from 'node:perf_hooks'

export interface GcTally {
  readonly count: number
  readonly totalMs: number
  readonly longestMs: number
  /** By V8's name for the kind: scavenge, mark_sweep_compact, incremental, weak_callbacks. */
  readonly byKind: Readonly<
    Record<string, { readonly count: number; readonly totalMs: number; readonly longestMs: number }>
  >
}

/** A PerformanceEntry of type gc. */
interface Collection {
  readonly duration: number
  readonly detail?: { readonly kind?: number }
}

/** As perf_hooks.constants has them. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'scavenge',
  2: 'minor_mark_sweep',
  4: 'mark_sweep_compact',
  8: 'incremental',
  16: 'weak_callbacks',
}

/** Counts until the function that is returned is called. */
export function countCollections(): () => GcTally {
  const sums = new Map<string, { count: number; totalMs: number; longestMs: number }>()
  const add = (entries: readonly Collection[]): void => {
    for (const { duration, detail } of entries) {
      const name = KINDS[detail?.kind ?? 0] ?? 'other'
      const sum = sums.get(name) ?? { count: 0, totalMs: 0, longestMs: 0 }
      sums.set(name, sum)
      sum.count += 1
      sum.totalMs += duration
      sum.longestMs = Math.max(sum.longestMs, duration)
    }
  }
  const observer = new PerformanceObserver(list => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    add(observer.takeRecords())
    observer.disconnect()
    const all = [...sums.values()]
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0),
      longestMs: all.reduce((most, { longestMs }) => Math.max(most, longestMs), 0),
      byKind: Object.fromEntries(sums),
    }
  }
}
