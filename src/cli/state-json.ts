// What a running memmon has counted, begun and holds back, in the documents of `memmon check` and `memmon explain`. Pure.
import type { Outlook } from '../check/outlook.ts'
import type { Hold, KnownLeak, Pending } from '../rules/past.ts'
import type { Progress } from '../rules/patience.ts'
import type { View } from './look.ts'

/** Where rules are from; both are null for the options of this command, as is `memmon` where none runs by them. */
export const originJson = ({ source, running }: View) => ({
  section: source?.section?.name ?? null,
  path: source?.section?.path ?? null,
  memmon: running
    ? {
        pid: running.process.pid,
        as_of: running.state.kind === 'running' ? isoTime(running.state.asOfMs) : null,
        problems: running.state.kind === 'running' ? running.problems : [running.note],
      }
    : null,
})

/** What is known of it; all else is null. */
export const pendingJson = (pending: Pending | Hold | undefined) =>
  pending
    ? {
        kind: pending.kind,
        until: 'untilMs' in pending ? isoTime(pending.untilMs) : null,
        cap: 'cap' in pending ? pending.cap : null,
        times: 'times' in pending ? pending.times : null,
        for_seconds: 'forSeconds' in pending ? Math.floor(pending.forSeconds) : null,
        grace_seconds: 'graceSeconds' in pending ? (pending.graceSeconds ?? null) : null,
      }
    : null

/** null if it does not leak, or nobody has watched. */
export const leakJson = (leak: KnownLeak | undefined) =>
  leak ? { limit_at: leak.limitMs === undefined ? null : isoTime(leak.limitMs) } : null

/** How far its patience is; null where nothing waits, or nobody has counted. */
export function progressJson(progress: Progress | undefined) {
  if (!progress) return null
  const { needed } = progress
  return progress.kind === 'seconds'
    ? { over_seconds: Math.floor(progress.seconds), needed_seconds: needed }
    : {
        over_checks: progress.over,
        needed_checks: needed,
        made_checks: progress.made,
        of_checks: progress.of,
      }
}

/** In one word, or two. */
export function outlookWord(outlook: Outlook): string {
  switch (outlook.kind) {
    case 'down':
      return 'not running'
    case 'blind':
      return 'not readable'
    case 'pending':
      return outlook.pending.kind
    case 'hold':
      return outlook.hold.kind
    case 'act': {
      const { action } = outlook.finding.rule
      return action.kind === 'would' ? `would ${action.what}` : action.kind
    }
    default:
      return outlook.kind
  }
}

const isoTime = (atMs: number): string => new Date(atMs).toISOString()
