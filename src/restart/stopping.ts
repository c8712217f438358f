// A stop that was asked for, or a restart_command that runs, until the process is down or was not stopped after all.
// What supervisord answers in each state: supervisor/rpcinterface.py. Pure.
import { FaultCode, type SupervisorFault } from '../base/errors.ts'
import { type ProcessInfo, ProcessState, sameRun, stateName } from '../rules/process.ts'
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
  strayText,
} from './endings.ts'
import { headOf, type Job, type JobIn, stoppingOf } from './job.ts'
import type { JobEvent, Measured, Moment, Sighting, Stepped } from './job-events.ts'
import { lookNow, pollOf, unseen } from './looks.ts'
import { sparedNow } from './spare.ts'
import { ASKED_BEFORE, bringBack, companyOf, STOP_ATTEMPTS, stillStopping } from './stopped.ts'

/** However slow supervisord is, a stop whose asker was killed is carried out within this time, or not at all. */
const SETTLED_AFTER_MS = 300_000
/** How long restart_command's effect may take, from its start. */
const EFFECT_WITHIN_MS = 60_000

/** Its stop is asked for, or restart_command is run in its place. */
export function askForStop(job: JobIn<'preparing'>, moment: Moment): Stepped {
  const stopping = stoppingOf(job, job.phase === 'noted' ? job.beganTick : moment.tick)
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
      return notAsked(job)
    case 'waited':
      return go(job, { do: 'look again' })
    case 'looked':
      return askAgain(job, event.measured, event.sighting, moment)
    case 'resumed':
      return go(resumedStop(job, moment), lookNow)
    case 'sighted':
      return stoppingSeen(job, event.sighting, moment)
    default:
      return go(job)
  }
}

/** Soon after the kill it is as if the call had broken off: supervisord may still carry it out, even on a newer run. */
function resumedStop(job: JobIn<'stopping'>, { tick }: Moment): Job {
  const isSettled = job.answer === 'taken' || job.by === 'command' || tick - job.askedTick >= SETTLED_AFTER_MS
  const answer = job.answer === 'taken' ? 'taken' : 'lost'
  return { ...job, answer, tries: isSettled ? ASKED_BEFORE : job.tries, faults: 0 }
}

function onStopAnswer(job: JobIn<'stopping'>, fault: SupervisorFault | undefined, moment: Moment): Stepped {
  if (!fault) return go({ ...job, answer: 'taken' }, { do: 'bring company' }, lookNow)
  if (fault.code === FaultCode.BAD_NAME) return removed(job, moment)
  const lost: Job = { ...job, answer: 'lost' }
  // By another hand, unless an earlier try of ours has stopped it: only one that was asked to finish is still ours.
  if (fault.code === FaultCode.NOT_RUNNING)
    return go(job.tries === 1 ? { ...job, answer: 'refused' } : lost, lookNow)
  // The call broke off, or a reload began: supervisord may have stopped it all the same, and says so.
  return go({ ...lost, fault: fault.message }, lookNow)
}

function stoppingSeen(job: JobIn<'stopping'>, sighting: Sighting, moment: Moment): Stepped {
  if (sighting.kind === 'removed')
    return job.answer === 'taken' && job.by !== 'command' ? removedDown(job, moment) : removed(job, moment)
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
      if (job.answer !== 'taken' && !job.drained?.isTold && !WANTED.includes(info.state))
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

/** supervisord has tried to start it since, as a reload does after our stop. */
const WANTED: readonly number[] = [ProcessState.BACKOFF, ProcessState.FATAL]
const HAS_ENDED: readonly number[] = [ProcessState.EXITED, ProcessState.BACKOFF, ProcessState.FATAL]

/** The call broke off before it had an effect. */
function notStopped(job: JobIn<'stopping'>, moment: Moment): Stepped {
  if (job.tries < STOP_ATTEMPTS)
    return go(job, { do: 'wait', ms: retryDelayMs(job.tries, moment.random), for: 'stop' })
  return job.fault === undefined
    ? neverStopped(job, moment)
    : leave(job, failed(job, moment, 'stop', job.fault))
}

/** Back to the look before the stop. The journal keeps what it has: with the next look nothing is to be written. */
function notAsked(job: JobIn<'stopping'>): Stepped {
  if (job.tries > 1) return go(job, { do: 'look again' })
  const { due, askedTick, evidence } = job
  const preparing: Job = {
    ...headOf(job),
    state: 'preparing',
    phase: 'noted',
    due,
    beganTick: askedTick,
    ...(evidence && { evidence }),
  }
  return go(preparing, { do: 'look again' })
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
