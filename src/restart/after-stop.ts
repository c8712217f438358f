// What a job does from its stop on: supervisord has no atomic restart, so the program is ours until it runs again, is
// removed, or someone else has decided about it. What supervisord answers in each state: supervisor/rpcinterface.py.
// Pure.
import { FaultCode, type SupervisorFault } from '../core/errors.ts'
import type { Restarted } from '../core/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun, stateName } from '../core/process.ts'
import {
  conclude,
  done,
  failed,
  finish,
  go,
  headOf,
  leave,
  removed,
  retryDelayMs,
  skipped,
  strayText,
} from './endings.ts'
import type {
  Effect,
  Job,
  JobEvent,
  JobIn,
  Measured,
  Moment,
  Sighting,
  Starting,
  Stepped,
  Stopping,
} from './job.ts'
import { sparedNow } from './spare.ts'

const POLL_MS = 100
const SLOW_POLL_MS = 500
/** After this long a stop or start is polled slowly. */
const SLOW_AFTER_MS = 10_000
const STOP_ATTEMPTS = 3
/** Looks in a row that may fail before that is told. */
const FAULTS_TOLERATED = 3
/** A process in BACKOFF is supervisord's to retry; after this long that is told. */
const BACKOFF_FAILS_AFTER_MS = 60_000
/** How long supervisord's autorestart may take with an EXITED process. */
const AUTORESTART_WITHIN_MS = 3_000
/** How long restart_command's effect may take, from its start. */
const EFFECT_WITHIN_MS = 60_000
/** A stop that takes longer is said; one that takes longer than GROUP_WAITS_MS is a failure. */
const SLOW_STOP_MS = 60_000
/** How long the rest of a group waits for one process that does not come back. */
export const GROUP_WAITS_MS = 300_000

/** Its stop is asked for, or restart_command is run in its place. */
export function askForStop(job: JobIn<'preparing'>, moment: Moment): Stepped {
  const stopping: Job = {
    ...headOf(job),
    state: 'stopping',
    by: job.plan.restartCommand === undefined ? 'supervisord' : 'command',
    due: job.due,
    answer: 'open',
    askedTick: moment.tick,
    tries: 1,
    faults: 0,
    said: 'nothing',
  }
  const { restartCommand } = job.plan
  return restartCommand === undefined
    ? go(stopping, { do: 'stop' })
    : go(stopping, { do: 'run', hook: 'restart', command: restartCommand })
}

export function stepStopping(job: JobIn<'stopping'>, event: JobEvent, moment: Moment): Stepped {
  switch (event.kind) {
    case 'answered':
      return event.call === 'stop' ? onStopAnswer(job, event.fault, moment) : go(job)
    case 'hook ended':
      if (event.hook !== 'restart') return go(job)
      return go(
        event.result.ok
          ? { ...job, answer: 'taken' }
          : { ...job, answer: 'taken', fault: `restart_command: ${event.result.why}; ` },
        lookNow,
      )
    case 'not asked':
      return notAsked(job, moment)
    case 'waited':
      return go(job, { do: 'look again' })
    case 'looked':
      return askAgain(job, event.measured, event.sighting, moment)
    case 'resumed': {
      const answer = job.answer === 'taken' ? 'taken' : 'lost'
      return go({ ...job, answer, tries: STOP_ATTEMPTS, faults: 0 }, lookNow)
    }
    case 'sighted':
      return stoppingSeen(job, event.sighting, moment)
    default:
      return go(job)
  }
}

function onStopAnswer(job: JobIn<'stopping'>, fault: SupervisorFault | undefined, moment: Moment): Stepped {
  if (!fault) return go({ ...job, answer: 'taken' }, { do: 'bring company' }, lookNow)
  if (fault.code === FaultCode.BAD_NAME) return removed(job, moment)
  const lost: Job = { ...job, answer: 'lost' }
  // By another hand, unless an earlier try of ours has stopped it: only one that was told to finish is still ours.
  if (fault.code === FaultCode.NOT_RUNNING)
    return go(job.tries === 1 ? { ...job, answer: 'refused' } : lost, lookNow)
  // The call broke off, or a reload began: supervisord may have stopped it all the same, and says so.
  return go({ ...lost, fault: fault.message }, lookNow)
}

function stoppingSeen(job: JobIn<'stopping'>, sighting: Sighting, moment: Moment): Stepped {
  if (sighting.kind === 'removed') return removed(job, moment)
  if (sighting.kind !== 'seen') return unseen(job, sighting, moment)
  const { info } = sighting
  const seen = { ...job, faults: 0 }
  if (job.by === 'command') return commandSeen(seen, info, moment)
  if (job.answer === 'refused') return refusedSeen(seen, info, moment)
  const old = job.request.process
  switch (info.state) {
    case ProcessState.RUNNING:
      if (!sameRun(info, old)) return finish(seen, restarted(seen, info, moment, false, 0))
      return job.answer === 'lost' ? notStopped(seen, moment) : neverStopped(seen, moment)
    case ProcessState.STOPPING:
      return stillStopping(seen, moment)
    case ProcessState.STOPPED:
      return bringBack(seen, info, moment, ...companyOf(seen))
    case ProcessState.STARTING:
      return go(seen, pollOf(seen, moment))
    default:
      // It has ended by itself, before any stop.
      if (job.answer !== 'taken' && !job.drained?.isTold)
        return leave(seen, skipped(seen, moment, ...strayText(old, info)), true)
      return bringBack(seen, info, moment)
  }
}

/** supervisord did not take our stop, since it was not running any more. */
function refusedSeen(job: JobIn<'stopping'>, info: ProcessInfo, moment: Moment): Stepped {
  const hasEnded = HAS_ENDED.includes(info.state)
  if (hasEnded && job.drained?.isTold) return bringBack(job, info, moment)
  const text = 'it was stopped or has ended just before it could be stopped'
  const isOver = info.state !== ProcessState.STOPPING && !sameRun(info, job.request.process)
  return leave(
    job,
    skipped(job, moment, 'not running', text),
    isOver || hasEnded || info.state === ProcessState.STOPPED,
  )
}

const HAS_ENDED: readonly number[] = [ProcessState.EXITED, ProcessState.BACKOFF, ProcessState.FATAL]

/** It is down: with a stop whose answer was lost, the rest of its group has not been told yet. */
const companyOf = ({ answer }: Stopping): Effect[] => (answer === 'taken' ? [] : [{ do: 'bring company' }])

/** The call broke off before it had an effect. */
function notStopped(job: JobIn<'stopping'>, moment: Moment): Stepped {
  if (job.tries < STOP_ATTEMPTS)
    return go(job, { do: 'wait', ms: retryDelayMs(job.tries, moment.random), for: 'stop' })
  return job.fault === undefined
    ? neverStopped(job, moment)
    : leave(job, failed(job, moment, 'stop', job.fault))
}

/** Back to the look before the stop. */
function notAsked(job: JobIn<'stopping'>, { tick }: Moment): Stepped {
  const { due } = job
  const preparing: Job = {
    ...headOf(job),
    state: 'preparing',
    phase: 'looking again',
    due,
    postponed: 0,
    beganTick: tick,
  }
  return job.tries > 1 ? go(job, { do: 'look again' }) : go(preparing, { do: 'look again' })
}

/** Another try is a stop like the first: of the process that was found, while nothing speaks for it. */
function askAgain(job: JobIn<'stopping'>, measured: Measured, sighting: Sighting, moment: Moment): Stepped {
  const isSame =
    sighting.kind === 'seen' &&
    sighting.info.state === ProcessState.RUNNING &&
    sameRun(sighting.info, job.request.process)
  if (!isSame) return stoppingSeen(job, sighting, moment)
  return (
    sparedNow(job, measured, moment) ?? go({ ...job, answer: 'open', tries: job.tries + 1 }, { do: 'stop' })
  )
}

const neverStopped = (job: Job, moment: Moment): Stepped =>
  leave(job, skipped(job, moment, 'not running', 'it was never stopped'))

/** STOPPING: supervisord sends KILL after stopwaitsecs; a process that hangs in the kernel does not hear that either. */
function stillStopping(job: JobIn<'stopping'>, moment: Moment): Stepped {
  const taken: JobIn<'stopping'> = { ...job, answer: 'taken' }
  const company = companyOf(job)
  const forMs = moment.tick - job.askedTick
  if (forMs >= GROUP_WAITS_MS && job.said !== 'stuck') {
    const outcome = failed(job, moment, 'stopping', 'it has been STOPPING for 5 minutes')
    return go({ ...taken, said: 'stuck' }, ...company, { do: 'tell', outcome }, pollOf(job, moment))
  }
  if (forMs >= SLOW_STOP_MS && job.said === 'nothing') {
    const text = `${job.request.process.namespec} has been STOPPING for a minute: supervisord sends KILL after its stopwaitsecs; memmon starts it when it has stopped`
    return go({ ...taken, said: 'slow' }, ...company, { do: 'log', level: 'WARN', text }, pollOf(job, moment))
  }
  return go(taken, ...company, pollOf(job, moment))
}

/** restart_command has worked if the process is RUNNING as another pid; what it leaves down is started. */
function commandSeen(job: JobIn<'stopping'>, info: ProcessInfo, moment: Moment): Stepped {
  const { process } = job.request
  const isSame = sameRun(info, process)
  if (info.state === ProcessState.RUNNING && !isSame) {
    const { effects, ...stepped } = finish(job, restarted(job, info, moment, true, 0))
    return { ...stepped, effects: [{ do: 'bring company' }, ...effects] }
  }
  const isLate = moment.tick - job.askedTick >= EFFECT_WITHIN_MS
  const isDown = info.state !== ProcessState.RUNNING && info.state !== ProcessState.STARTING
  if (!isLate && job.fault === undefined) return go(job, pollOf(job, moment))
  if (info.state === ProcessState.STOPPING) return stillStopping(job, moment)
  const seen = isSame ? `its pid is still ${process.pid}` : `it is ${stateName(info.state)}`
  const outcome = failed(job, moment, 'command', `${job.fault ?? ''}${seen}`)
  if (!isDown) return leave(job, outcome)
  return bringBack(job, info, moment, { do: 'tell', outcome })
}

/** From here on it is down, and ours. */
function bringBack(job: JobIn<'stopping'>, info: ProcessInfo, moment: Moment, ...effects: Effect[]): Stepped {
  const starting: JobIn<'starting'> = {
    ...headOf(job),
    state: 'starting',
    after: job.drained?.isTold && info.state !== ProcessState.STOPPED ? 'end' : 'stop',
    askedTick: job.askedTick,
    isStarted: false,
    isTried: false,
    failures: 0,
    faults: 0,
    said: 'nothing',
  }
  const next = startingSeen(starting, { kind: 'seen', info }, moment)
  return { ...next, effects: [...effects, ...next.effects] }
}

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
  if (fault.code === FaultCode.BAD_NAME) return removed(job, moment)
  // Someone else was faster; or the next look waits for the end of a reload.
  if (fault.code === FaultCode.ALREADY_STARTED || fault.code === FaultCode.SHUTDOWN_STATE)
    return go(job, { do: 'look', afterMs: POLL_MS })
  return startFailed({ ...job, isTried: job.isTried || fault.kind !== 'fault' }, fault.message, moment)
}

function startingSeen(job: JobIn<'starting'>, sighting: Sighting, moment: Moment): Stepped {
  if (sighting.kind === 'removed') return removed(job, moment)
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

/** supervisord may start it again by itself; if it does not, and nobody has had it run since, memmon does. */
function exitedSeen(job: JobIn<'starting'>, isNewer: boolean, moment: Moment): Stepped {
  if (moment.tick - (job.seen?.sinceTick ?? moment.tick) < AUTORESTART_WITHIN_MS)
    return go(job, { do: 'look', afterMs: POLL_MS })
  if (!isNewer) return go(job, { do: 'start' })
  if (!job.isStarted) return leave(job, skipped(job, moment, 'not running', 'it has ended by itself'), true)
  return leave(
    job,
    failed(job, moment, 'start', 'it has ended by itself (EXITED), and supervisord is not to restart it'),
    true,
  )
}

/** supervisord tries, and goes on trying. */
function backoffSeen(job: JobIn<'starting'>, moment: Moment): Stepped {
  const isLong = moment.tick - (job.seen?.sinceTick ?? moment.tick) >= BACKOFF_FAILS_AFTER_MS
  if (!isLong || job.said !== 'nothing') return go(...stillDown(job, moment))
  const outcome = failed(job, moment, 'start', 'it ends too soon after each start (BACKOFF)')
  return go({ ...job, said: 'failed' }, { do: 'tell', outcome }, pollOf(job, moment))
}

/** A start has failed: told once, tried again for ever. */
function startFailed(job: JobIn<'starting'>, text: string, moment: Moment): Stepped {
  const failures = job.failures + 1
  const look: Effect = { do: 'look', afterMs: retryDelayMs(failures, moment.random) }
  const next: Job = { ...job, failures, isStarted: false }
  if (job.said !== 'nothing') return go(...stillDown(next, moment, look))
  return go({ ...next, said: 'failed' }, { do: 'tell', outcome: failed(job, moment, 'start', text) }, look)
}

/** Past GROUP_WAITS_MS its group goes on without it, which is said once. */
function stillDown(
  job: JobIn<'starting'>,
  moment: Moment,
  look: Effect = pollOf(job, moment),
): [Job, ...Effect[]] {
  if (job.said === 'stuck' || moment.tick - job.askedTick < GROUP_WAITS_MS) return [job, look]
  return [{ ...job, said: 'stuck' }, { do: 'release' }, look]
}

/** supervisord did not answer, or is shutting down: with it gone, the journal's entry is for the next memmon. */
function unseen(
  job: JobIn<'stopping'> | JobIn<'starting'>,
  sighting: Exclude<Sighting, { kind: 'seen' | 'removed' }>,
  moment: Moment,
): Stepped {
  // A reload may be over before memmon ends; after a shutdown nobody is there to ask.
  if (sighting.kind !== 'fault')
    return go(job, moment.isEnding ? { do: 'adjourn' } : { do: 'look', afterMs: SLOW_POLL_MS })
  const faults = job.faults + 1
  const next: Job = { ...job, faults }
  const look: Effect = { do: 'look', afterMs: retryDelayMs(faults, moment.random) }
  if (faults < FAULTS_TOLERATED || next.state !== 'starting' || next.said !== 'nothing') return go(next, look)
  return go(
    { ...next, said: 'failed' },
    { do: 'tell', outcome: failed(job, moment, 'start', sighting.text) },
    look,
  )
}

function seenSince(job: JobIn<'starting'>, processState: number, tick: number): JobIn<'starting'> {
  return job.seen?.processState === processState ? job : { ...job, seen: { processState, sinceTick: tick } }
}

export function stepFinishing(job: JobIn<'finishing'>, event: JobEvent): Stepped {
  if (event.kind === 'resumed') return conclude(job)
  if (event.kind !== 'hook ended' || event.hook !== 'post') return go(job)
  const { job: next } = done(job)
  if (event.result.ok) return { job: next, effects: [] }
  const text = `post_restart_command for ${job.request.process.namespec}: ${event.result.why}`
  return { job: next, effects: [{ do: 'log', level: 'WARN', text }] }
}

function restarted(
  job: JobIn<'stopping'> | JobIn<'starting'>,
  info: ProcessInfo,
  moment: Moment,
  isOurs: boolean,
  failedStarts: number,
): Restarted {
  return {
    kind: 'restarted',
    request: job.request,
    occurredAt: moment.atMs,
    newPid: info.pid,
    durationMs: moment.tick - job.askedTick,
    startedBy: isOurs ? 'memmon' : 'other',
    failedStarts,
  }
}

const lookNow: Effect = { do: 'look', afterMs: 0 }

const pollOf = ({ askedTick }: Stopping | Starting, { tick }: Moment): Effect => ({
  do: 'look',
  afterMs: tick - askedTick < SLOW_AFTER_MS ? POLL_MS : SLOW_POLL_MS,
})
