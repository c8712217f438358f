// A Status, from a few words about a listener and its programs.
import { join } from 'node:path'
import type { ListenerStatus, Status } from '../../src/status/status.ts'
import { assessmentOf, type Sample } from './assessed.ts'
import { MB, processNamed } from './values.ts'

/** 2026-11-21 14:02:10, local time. */
export const NOW = new Date(2026, 10, 21, 14, 2, 10).getTime()
export const before = (seconds: number): number => NOW - seconds * 1000

/** A listener that is well and whose last tick came 12 s ago. */
export async function listenerWith(
  argv: readonly string[],
  samples: readonly Sample[],
  more: Partial<ListenerStatus> = {},
): Promise<ListenerStatus> {
  const assessment = await assessmentOf(argv, samples)
  const names = assessment.processes.filter(one => !one.isListener).map(({ process }) => process.namespec)
  return {
    section: 'eventlistener:memmon',
    path: '/etc/supervisor/conf.d/memmon.conf',
    process: processNamed('memmon', { pid: 998, nowSeconds: 1_800_000_000, startSeconds: 1_799_900_000 }),
    pid: 998,
    hearing: { kind: 'hears', tickAtMs: before(12), periodSeconds: 60 },
    statePath: join('/var/lib/memmon', 'memmon-0123456789ab'),
    unreadable: undefined,
    asOfMs: before(3600),
    by: 'files',
    failing: undefined,
    ownBytes: 48.7 * MB,
    ownLimitBytes: 128 * MB,
    watched: new Set(names),
    assessment,
    begun: [],
    restarts: [],
    outbox: { count: 0, sinceMs: undefined },
    mutes: [],
    agents: undefined,
    problems: [],
    ...more,
  }
}

export const statusWith = (listeners: readonly ListenerStatus[], more: Partial<Status> = {}): Status => ({
  atMs: NOW,
  server: 'unix:///run/supervisor.sock',
  unanswered: undefined,
  memory: { totalBytes: 1000 * MB, availableBytes: 400 * MB },
  listeners,
  problems: [],
  ...more,
})
