// What memmon does about a process, or would do if it checked now: one value, from which the screen, the document and the
// explanation take their words. Pure.
import type { Hold, KnownLeak, Pending } from '../rules/past.ts'
import { ProcessState } from '../rules/process.ts'
import type { Assessed } from './assess.ts'
import { type Finding, isWarned } from './finding.ts'

export type Outlook =
  /** It does not run, and not because of memmon. */
  | { readonly kind: 'down' | 'ignored' | 'blind' | 'no rule' }
  /** Begun, and not ended. */
  | { readonly kind: 'pending'; readonly pending: Pending }
  /** It would be restarted, but for this. */
  | { readonly kind: 'hold'; readonly hold: Hold; readonly finding: Finding }
  /** It is under its limit, and grows towards it. */
  | { readonly kind: 'leak'; readonly leak: KnownLeak; readonly finding: Finding }
  | { readonly kind: 'act' | 'waiting' | 'told' | 'young' | 'warn' | 'ok'; readonly finding: Finding }

/** As supervisord shows what memmon restarts; FATAL and BACKOFF say more than that. */
const ON_THE_WAY: readonly number[] = [
  ProcessState.STOPPED,
  ProcessState.STARTING,
  ProcessState.STOPPING,
  ProcessState.EXITED,
]

/** supervisord has tried to start it, but could not. */
const BROKEN: readonly number[] = [ProcessState.FATAL, ProcessState.BACKOFF, ProcessState.UNKNOWN]

/**
 * It should be running but is not: supervisord could not start it, or memmon has stopped it and could not
 * start it.
 */
export const isDown = ({ process: { state }, pending }: Pick<Assessed, 'process' | 'pending'>): boolean =>
  BROKEN.includes(state) ||
  (state !== ProcessState.RUNNING && pending?.kind === 'restarting' && pending.hasFailed === true)

/** `finding`: of its rules the one that decides. */
export function outlookOf(one: Assessed, finding: Finding | undefined): Outlook {
  const { process, pending, isIgnored, blind } = one
  if (process.state !== ProcessState.RUNNING)
    return pending && pending.kind !== 'muted' && ON_THE_WAY.includes(process.state)
      ? { kind: 'pending', pending }
      : { kind: 'down' }
  if (isIgnored) return { kind: 'ignored' }
  if (blind) return { kind: 'blind' }
  if (pending && (!finding || isKept(pending, finding))) return { kind: 'pending', pending }
  if (!finding) return { kind: 'no rule' }
  const outlook = findingOutlook(finding)
  return one.leak && (outlook.kind === 'ok' || outlook.kind === 'warn')
    ? { kind: 'leak', leak: one.leak, finding }
    : outlook
}

/** Of one rule, whatever memmon has begun with the process. */
export function findingOutlook(finding: Finding): Outlook {
  if (finding.hold) return { kind: 'hold', hold: finding.hold, finding }
  const { kind } = finding.verdict
  return { kind: kind === 'fine' ? (isWarned(finding) ? 'warn' : 'ok') : kind, finding }
}

/** A drain ends where a restart is due; a hard limit does not wait for --restart-backoff. */
function isKept(pending: Pending, { rule, verdict }: Finding): boolean {
  if (verdict.kind !== 'act' || rule.action.kind !== 'restart') return true
  if (pending.kind === 'draining' || pending.kind === 'watched') return false
  return pending.kind !== 'held' || !verdict.breach.isHard
}
