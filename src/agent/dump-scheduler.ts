// What the event loop waits for, by kind.
import type { Answer } from './answer.ts'
import { processReport } from './process-report.ts'

export function dumpScheduler(): Answer {
  const { idle, active, utilization } = performance.eventLoopUtilization()
  return {
    data: {
      resources: counted(process.getActiveResourcesInfo()),
      event_loop: { idle_ms: Math.round(idle), active_ms: Math.round(active), utilization },
      handles: handles(),
    },
  }
}

/** As libuv has them: timers, sockets, files, signals, threads of the program. */
const handles = (): Record<string, number> =>
  counted(
    (processReport().libuv ?? []).map(
      ({ type = 'unknown', is_active: isActive, is_referenced: isReferenced }) =>
        `${type}${isActive === false ? ', inactive' : ''}${isReferenced === false ? ', unreferenced' : ''}`,
    ),
  )

/** The most frequent ones first. */
function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}
