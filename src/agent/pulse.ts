// The delay of the event loop and the share of garbage collection, over the last seconds or since the last request. The
// first request loads node:perf_hooks for it, 0.5 MB of RSS.
import type { IntervalHistogram, PerformanceEntry } from 'node:perf_hooks'

/** Every so often a timer of Node's own looks whether it comes late; no JavaScript runs for it. */
const RESOLUTION_MS = 250

/** Frequent requests get at least this much. */
const LEAST_WINDOW_MS = 10_000

export interface Pulse {
  readonly eventLoopDelayMs: { readonly mean: number; readonly p99: number; readonly max: number } | null
  /** Of the time since, 0 to 1. */
  readonly gcShare: number
}

export async function openPulse(): Promise<() => Pulse> {
  const { monitorEventLoopDelay, PerformanceObserver, performance } = await import('node:perf_hooks')
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let gcMs = 0
  let sinceMs = performance.now()
  const count = (entries: readonly PerformanceEntry[]): void => {
    for (const { duration } of entries) gcMs += duration
  }
  const observer = new PerformanceObserver(list => count(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    count(observer.takeRecords())
    const nowMs = performance.now()
    const pulse = { eventLoopDelayMs: delaysOf(histogram), gcShare: gcMs / Math.max(1, nowMs - sinceMs) }
    if (nowMs - sinceMs < LEAST_WINDOW_MS) return pulse
    histogram.reset()
    gcMs = 0
    sinceMs = nowMs
    return pulse
  }
}

/** It records the time between two looks. Null before the first. */
function delaysOf(histogram: IntervalHistogram): Pulse['eventLoopDelayMs'] {
  if (!(histogram.max > 0)) return null
  const delayMs = (ns: number) => Math.max(0, Math.round((ns / 1e6 - RESOLUTION_MS) * 100) / 100)
  return {
    mean: delayMs(histogram.mean),
    p99: delayMs(histogram.percentile(99)),
    max: delayMs(histogram.max),
  }
}
