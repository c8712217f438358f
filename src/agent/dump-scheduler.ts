// What the event loop waits for, by kind.
import type { Answer } from './answer.ts'

/** Without Node's report, which knows the handles better: it waits for each worker thread that is in a native call. */
export function dumpScheduler(): Answer {
  const { idle, active, utilization } = performance.eventLoopUtilization()
  return {
    data: {
      resources: counted(process.getActiveResourcesInfo()),
      event_loop: { idle_ms: Math.round(idle), active_ms: Math.round(active), utilization },
    },
  }
}

/** The most frequent ones first. */
function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}
