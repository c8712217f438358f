// A program that is down because of memmon: ours until it runs again, is removed, or someone else has decided about it.
// What supervisord answers in each state: supervisor/rpcinterface.py. Pure.
import { FaultCode, type SupervisorFault } from '../base/errors.ts'
import { ProcessState, sameRun } from '../rules/process.ts'
import {
  failed,
  finish,
  go,
  leave,
  neverStopped,
  removed,
  removedDown,
  restarted,
  retryDelayMs,
  skipped,
} from './endings.ts'
import type { Job, JobIn } from './job.ts'
import type { Effect, JobEvent, Moment, Sighting, Stepped } from './job-events.ts'
import { isFailureSaid, lookNow, POLL_MS, pollOf, unseen, withFailureSaid } from './looks.ts'
import { GROUP_WAITS_MS } from './turns.ts'

/** A process in BACKOFF is supervisord's to retry; after this long that is told. */
const BACKOFF_FAILS_AFTER_MS = 60_000
/** How long supervisord's autorestart may take with an EXITED process. */
const AUTORESTART_WITHIN_MS = 3_000

export function stepStarting(job: JobIn<'starting'>, event: JobEvent, moment: Moment): Stepped {
  switch (event.kind) {
    case 'answered':
      return event.call === 'start' ? onStartAnswer(job, event.fault, moment) : go(job)
    case 'resumed': {
      const { seen: _, ...rest } = job
      return go({ ...rest, isStarted: false, faults: 0 }, lookNow)
    }
    case 'sighted':
      return startingSeen(job, event.sighting, moment)
    default:
      return go(job)
  }
}

function onStartAnswer(job: JobIn<'starting'>, fault: SupervisorFault | undefined, moment: Moment): Stepped {
  if (!fault) {
    // What it was seen as before our start says nothing about its end since.
    const { seen: _, ...rest } = job
    return go({ ...rest, isStarted: true, isTried: true }, lookNow)
  }
  if (fault.code === FaultCode.BAD_NAME) return gone(job, moment)
  // Someone else was faster; or the next look waits for the end of a reload.
  if (fault.code === FaultCode.ALREADY_STARTED || fault.code === FaultCode.SHUTDOWN_STATE)
    return go(job, { do: 'look', afterMs: POLL_MS })
  return startFailed({ ...job, isTried: job.isTried || fault.kind !== 'fault' }, fault.message, moment)
}

export function startingSeen(job: JobIn<'starting'>, sighting: Sighting, moment: Moment): Stepped {
  if (sighting.kind === 'removed') return gone(job, moment)
  if (sighting.kind !== 'seen') return unseen(job, sighting, moment)
  const { info } = sighting
  const old = job.request.process
  const one = seenSince({ ...job, faults: 0 }, info.state, moment.tick)
  /** It has been started since, by us or by someone else. */
  const isNewer = job.isStarted || (info.startSeconds !== old.startSeconds && info.startSeconds > 0)
  switch (info.state) {
    case ProcessState.RUNNING:
      if (sameRun(info, old)) return neverStopped(one, moment)
      return finish(one, restarted(one, info, moment, one.isTried, one.failures))
    case ProcessState.STOPPED:
      if (isNewer)
        return leave(one, skipped(one, moment, 'not running', 'someone has stopped it again'), true)
      return go(one, { do: 'start' })
    case ProcessState.FATAL:
      if (!job.isStarted) return go(one, { do: 'start' })
      return startFailed(one, `it ended up FATAL (${info.spawnError || 'no reason given'})`, moment)
    case ProcessState.EXITED:
      return exitedSeen(one, isNewer, moment)
    case ProcessState.BACKOFF:
      return backoffSeen(one, moment)
    default:
      return go(...stillDown(one, moment))
  }
}

/** One that had ended by itself was not brought down by us. */
const gone = (job: JobIn<'starting'>, moment: Moment): Stepped =>
  job.after === 'stop' && !job.isStarted ? removedDown(job, moment) : removed(job, moment)

/** supervisord may start it again by itself; if it does not, and nobody has had it run since, memmon does. */
function exitedSeen(job: JobIn<'starting'>, isNewer: boolean, moment: Moment): Stepped {
  // From the end or the stop itself, where it is that: a memmon that was started anew goes on waiting, not again.
  const sinceTick = isNewer ? (job.seen?.sinceTick ?? moment.tick) : job.askedTick
  if (moment.tick - sinceTick < AUTORESTART_WITHIN_MS) return go(job, { do: 'look', afterMs: POLL_MS })
  if (!isNewer) return go(job, { do: 'start' })
  if (!job.isStarted) return leave(job, skipped(job, moment, 'not running', 'it has ended by itself'), true)
  return leave(
    job,
    failed(job, moment, 'start', 'it has ended by itself (EXITED), and autorestart does not apply'),
    true,
  )
}

/** supervisord tries, and goes on trying. */
function backoffSeen(job: JobIn<'starting'>, moment: Moment): Stepped {
  const isLong = moment.tick - (job.seen?.sinceTick ?? moment.tick) >= BACKOFF_FAILS_AFTER_MS
  if (!isLong || isFailureSaid(job)) return go(...stillDown(job, moment))
  const outcome = failed(job, moment, 'start', 'it exits too soon after each start (BACKOFF)')
  return go(withFailureSaid(job), { do: 'tell', outcome }, pollOf(job, moment))
}

/** A start has failed: told once, tried again for ever. */
function startFailed(job: JobIn<'starting'>, text: string, moment: Moment): Stepped {
  const failures = job.failures + 1
  const look: Effect = { do: 'look', afterMs: retryDelayMs(failures, moment.random) }
  const next: JobIn<'starting'> = { ...job, failures, isStarted: false }
  if (isFailureSaid(job)) return go(...stillDown(next, moment, look))
  return go(withFailureSaid(next), { do: 'tell', outcome: failed(job, moment, 'start', text) }, look)
}

/** Past GROUP_WAITS_MS its group goes on without it, which is said once. */
function stillDown(
  job: JobIn<'starting'>,
  moment: Moment,
  look: Effect = pollOf(job, moment),
): [Job, ...Effect[]] {
  const isReleased = job.said === 'released' || job.said === 'both'
  if (isReleased || moment.tick - job.askedTick < GROUP_WAITS_MS) return [job, look]
  return [{ ...job, said: isFailureSaid(job) ? 'both' : 'released' }, { do: 'release' }, look]
}

export function seenSince(job: JobIn<'starting'>, processState: number, tick: number): JobIn<'starting'> {
  return job.seen?.processState === processState ? job : { ...job, seen: { processState, sinceTick: tick } }
}
