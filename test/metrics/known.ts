// What the parts of a listener know, in the test's hands: processes with their rules, real histories, whom restarts are about.
import { watchedOf } from '../../src/check/watched.ts'
import { Histories } from '../../src/history/histories.ts'
import type { KnowledgePorts } from '../../src/metrics/knowledge.ts'
import type { RememberedLeak } from '../../src/rules/past.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { rulesFrom } from '../helpers/values.ts'

const EXEMPT = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
export const NOW_MS = Date.UTC(2026, 10, 21, 12)

/** Ports that a test may change; `sizes` in bytes by namespec, of a check of now. */
export function portsFor(
  processes: readonly ProcessInfo[],
  flags: readonly string[],
  sizes: Readonly<Record<string, number>> = {},
) {
  const histories = new Histories(() => 5)
  const rules = rulesFrom(...flags)
  const cumulative = rules.some(rule => rule.cumulative)
  for (const process of processes) {
    const bytes = sizes[process.namespec]
    if (bytes === undefined) continue
    const sample = { bytes, limitBytes: undefined, run: process, metric: 'rss' as const, cumulative }
    histories.sample(process.namespec, { ...sample, atSeconds: 100, atMs: NOW_MS })
  }
  return {
    monitor: {
      watched: watchedOf(processes, { rules, budgets: [], monitors: [] }, EXEMPT),
      leaks: [] as readonly RememberedLeak[],
      isWell: true,
    },
    history: { trackedOf: (namespec: string) => histories.trackedOf(namespec) },
    restarts: {
      standing: {
        draining: [] as readonly string[],
        capped: [] as readonly string[],
        down: [] as readonly string[],
      },
    },
    outbox: { size: 0 },
    readOwnBytes: () => 50_000_000,
    nowMs: () => NOW_MS,
    tick: () => 100_000,
  } satisfies KnowledgePorts
}
