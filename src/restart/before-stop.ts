// What a job does before its stop: the process is drained, waits for its turn, is looked at, prepared and looked at
// again. Until the stop is asked for, whatever speaks for the process spares it. Pure.
import { FaultCode } from '../core/errors.ts'
import type { RestartRequest } from '../core/outcome.ts'
import { isWithin, requestText } from '../core/outcome-text.ts'
import { type ProcessInfo, ProcessState, sameRun } from '../core/process.ts'
import type { Drain, RestartPlan } from '../core/rules.ts'
import { timestamp } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
import { askForStop } from './after-stop.ts'
import { failed, go, headOf, leave, noticed, removed, skipped, strayText } from './endings.ts'
import type { Due, Effect, Job, JobEvent, JobIn, Measured, Moment, Sighting, Stepped } from './job.ts'
import { spare, sparedNow } from './spare.ts'

/** sysexits.h: EX_TEMPFAIL. */
const POSTPONE = 75

/** A job for a process that is to be restarted. */
export const waitingJob = (request: RestartRequest, plan: RestartPlan): JobIn<'waiting'> => ({
  request,
  plan,
  owesPost: false,
  state: 'waiting',
  due: 'limit',
  postponed: 0,
  isPostponed: false,
})

/** A job for a process over its soft limit, which is told to finish; `before`: the job that it may have already. */
export function beginDrain(
  request: RestartRequest,
  drain: Drain,
  moment: Moment,
  before?: JobIn<'waiting'>,
): Stepped {
  const isTold = drain.signal !== undefined || drain.command !== undefined
  const drained = { request, sinceTick: moment.tick, isTold }
  const job: Job = before
    ? { ...before, drained }
    : {
        request,
        plan: { group: false },
        owesPost: false,
        drained,
        state: 'draining',
        phase: 'grace',
        isAsking: false,
      }
  const tell: Effect[] = [noticed(job, moment, 'draining', planText(drain, moment.atMs))]
  if (drain.signal !== undefined) tell.push({ do: 'signal', signal: drain.signal })
  if (drain.command !== undefined) tell.push({ do: 'run', hook: 'drain', command: drain.command })
  return go(job, ...tell)
}

export function stepDraining(job: JobIn<'draining'>, event: JobEvent, moment: Moment): Stepped {
  switch (event.kind) {
    case 'breached':
      return go({ ...waitingJob(event.request, event.plan), drained: job.drained } as Job)
    case 'soft':
      return sameRun(event.request.process, job.request.process)
        ? go(drainedFor(job, event.request, moment))
        : beginDrain(event.request, event.drain, moment)
    case 'not asked':
      return { job: undefined, effects: [] }
    case 'relieved':
      return job.drained?.isTold || event.ruleId !== job.request.breach.ruleId
        ? go(job)
        : undrained(job, moment, 'it is back under its soft limit')
    case 'settings':
      return moment.terms.kind === 'spared' && !job.drained?.isTold
        ? undrained(job, moment, moment.terms.why)
        : go(job)
    case 'checked':
      return askDrained(job, moment)
    case 'hook ended':
      return event.hook === 'drain_check' ? onDrainCheck(job, event.result.ok, moment) : go(job)
    case 'looked':
      return onGraceOver({ ...job, isAsking: false }, event.measured, event.sighting, moment)
    case 'table':
      return drainedSeen(job, event.info, moment)
    default:
      return go(job)
  }
}

/** It was told already: another rule takes over where its own lets it be. */
function drainedFor(job: JobIn<'draining'>, request: RestartRequest, { terms }: Moment): Job {
  if (!job.drained || request.breach.ruleId === job.request.breach.ruleId) return job
  if (job.phase !== 'watched' && terms.kind !== 'spared') return job
  return { ...job, request, phase: 'grace', drained: { ...job.drained, request } }
}

/** At each check: drain_check, or its size once its grace is over. What the settings spare is watched, no more. */
function askDrained(job: JobIn<'draining'>, moment: Moment): Stepped {
  const { terms } = moment
  if (job.isAsking || terms.kind === 'spared' || !terms.drain) return go(job)
  if (terms.drain.check !== undefined)
    return go({ ...job, isAsking: true }, { do: 'run', hook: 'drain_check', command: terms.drain.check })
  return isGraceOver(job, moment) ? go({ ...job, isAsking: true }, { do: 'look again' }) : go(job)
}

function onDrainCheck(job: JobIn<'draining'>, hasFinished: boolean, moment: Moment): Stepped {
  if (hasFinished && moment.terms.kind === 'stands') {
    const spent = formatDuration((moment.tick - (job.drained?.sinceTick ?? moment.tick)) / 1000)
    return go(dueJob(job, 'finished', `it has finished, after ${spent}`))
  }
  return isGraceOver(job, moment) ? go(job, { do: 'look again' }) : go({ ...job, isAsking: false })
}

function isGraceOver({ drained }: Job, { terms, tick }: Moment): boolean {
  if (terms.kind === 'spared' || !terms.drain || !drained) return false
  return tick - drained.sinceTick >= terms.drain.graceSeconds * 1000
}

/** Restarted if it is over its soft limit; else left running, and watched until it ends. */
function onGraceOver(
  job: JobIn<'draining'>,
  measured: Measured,
  sighting: Sighting,
  moment: Moment,
): Stepped {
  if (sighting.kind === 'removed') return drainedSeen(job, undefined, moment)
  if (sighting.kind !== 'seen') return go(job)
  const { info } = sighting
  if (info.state !== ProcessState.RUNNING || !sameRun(info, job.request.process))
    return drainedSeen(job, info, moment)
  // What cannot be measured is not known to have recovered, nor to be over its limit.
  if (measured.kind === 'fault' || measured.value === undefined || moment.terms.kind === 'spared')
    return go(job)
  if (!isGraceOver(job, moment)) return go(job)
  const { drain, limit } = moment.terms
  if (!isWithin(job.request.breach, measured.value, limit))
    return go(dueJob(job, 'grace', `its grace of ${formatDuration(drain?.graceSeconds ?? 0)} is over`))
  if (!job.drained?.isTold) return undrained(job, moment, 'it is back under its soft limit')
  if (job.phase === 'watched') return go(job)
  return go({ ...job, phase: 'watched' }, noticed(job, moment, 'recovered', ''))
}

/** A drained process as supervisord shows it: one that has ended by itself is brought back. */
export function drainedSeen(job: Job, info: ProcessInfo | undefined, moment: Moment): Stepped {
  if (!info) return undrained(job, moment, 'it was removed from supervisord')
  switch (info.state) {
    case ProcessState.RUNNING:
    case ProcessState.STARTING:
      if (sameRun(info, job.request.process)) return go(job)
      // Whoever starts it again may fail.
      return job.drained?.isTold && info.state === ProcessState.STARTING
        ? bringBackEnded(job, moment)
        : undrained(job, moment, strayText(job.request.process, info)[1])
    case ProcessState.EXITED:
    case ProcessState.BACKOFF:
    case ProcessState.FATAL:
      return job.drained?.isTold
        ? bringBackEnded(job, moment)
        : undrained(job, moment, strayText(job.request.process, info)[1])
    case ProcessState.STOPPED:
      return undrained(job, moment, strayText(job.request.process, info)[1])
    default:
      return go(job)
  }
}

/** It has done as it was told, or has come to its end in some other way: supervisord has its chance, then memmon. */
function bringBackEnded(job: Job, moment: Moment): Stepped {
  const { drained } = job
  if (!drained) return go(job)
  const ended: Job = {
    ...headOf(job),
    request: drained.request,
    state: 'starting',
    after: 'end',
    askedTick: moment.tick,
    isStarted: false,
    isTried: false,
    failures: 0,
    faults: 0,
    said: 'nothing',
  }
  const detail = 'it has ended by itself, and is started again if supervisord does not'
  return go(ended, noticed(job, moment, 'undrained', detail), { do: 'look', afterMs: 0 })
}

const undrained = (job: Job, moment: Moment, detail: string): Stepped =>
  job.owesPost
    ? leave(job, skipped(job, moment, 'not running', detail), true)
    : { job: undefined, effects: [noticed(job, moment, 'undrained', detail)] }

/** Its restart is due, for a reason of its own. */
function dueJob(job: Job, due: Due, reason: string): Job {
  const { request } = job
  return {
    ...headOf(job),
    request: { ...request, breach: { ...request.breach, reason } },
    state: 'waiting',
    due,
    postponed: 0,
    isPostponed: false,
  }
}

export function stepWaiting(job: JobIn<'waiting'>, event: JobEvent, moment: Moment): Stepped {
  const { terms } = moment
  switch (event.kind) {
    case 'turn': {
      const { due, postponed } = job
      const plan = terms.kind === 'stands' ? terms.plan : job.plan
      const next: Job = {
        ...headOf(job),
        plan,
        state: 'preparing',
        phase: 'looking',
        due,
        postponed,
        beganTick: moment.tick,
      }
      return go(next, { do: 'log', level: 'INFO', text: requestText(job.request) }, { do: 'look again' })
    }
    case 'breached':
      return go(adopted(job, event))
    case 'soft':
      return job.drained ? go(job) : beginDrain(event.request, event.drain, moment, job)
    case 'not asked': {
      const { drained: _, ...rest } = job
      return go(rest)
    }
    case 'checked':
      return go({ ...job, isPostponed: false })
    case 'table':
      return waitingSeen(job, event.info, moment)
    case 'settings':
      return terms.kind === 'spared' ? spare(job, moment, terms.why) : go(job)
    case 'dropped':
      return { job: undefined, effects: [] }
    case 'ending':
      return job.drained || job.request.breach.together !== undefined
        ? go(job)
        : leave(job, skipped(job, moment, 'ending', 'memmon is ending and had not begun with it'))
    default:
      return go(job)
  }
}

/** A newer run of the program and newer figures count more than what it waits for, its group's restart most. */
function adopted(job: JobIn<'waiting'>, { request, plan }: JobEvent & { kind: 'breached' }): Job {
  const { breach, process } = job.request
  if (!sameRun(request.process, process)) return waitingJob(request, plan)
  if (breach.together !== undefined) return job
  const isMore = request.breach.together !== undefined || request.breach.isHard
  const isNewer = !breach.isHard && job.due === 'limit'
  return isMore || isNewer ? { ...job, request, plan } : job
}

function waitingSeen(job: JobIn<'waiting'>, info: ProcessInfo | undefined, moment: Moment): Stepped {
  if (info?.state === ProcessState.RUNNING && sameRun(info, job.request.process)) return go(job)
  if (job.drained) return drainedSeen(job, info, moment)
  if (!info) return removed(job, moment)
  return leave(job, skipped(job, moment, ...strayText(job.request.process, info)))
}

export function stepPreparing(job: JobIn<'preparing'>, event: JobEvent, moment: Moment): Stepped {
  if (event.kind === 'hook ended' && event.hook === 'pre') return onPrepared(job, event.result, moment)
  if (event.kind !== 'looked') return go(job)
  const left = lookedAt(job, event.measured, event.sighting, moment)
  if (left) return left
  const { preCommand, postCommand } = job.plan
  if (job.phase === 'looking again' || preCommand === undefined) return askForStop(job, moment)
  const prepared: Job = { ...job, phase: 'hook', owesPost: postCommand !== undefined }
  return go(prepared, { do: 'run', hook: 'pre', command: preCommand })
}

/** pre_restart_command has ended; it took its time, so that the process is looked at again. */
function onPrepared(
  job: JobIn<'preparing'>,
  result: (JobEvent & { kind: 'hook ended' })['result'],
  moment: Moment,
): Stepped {
  if (!result.ok && result.exitCode === POSTPONE) {
    const postponed = job.postponed + 1
    const times = postponed === 1 ? 'once so far' : `${postponed} times in a row`
    const detail = `pre_restart_command postponed it to a later check (exit code ${POSTPONE}), ${times}`
    const { due } = job
    const waiting: Job = {
      ...headOf(job),
      owesPost: false,
      state: 'waiting',
      due,
      postponed,
      isPostponed: true,
    }
    return go(waiting, { do: 'tell', outcome: skipped(job, moment, 'postponed', detail) })
  }
  const again: Job = { ...job, phase: 'looking again', postponed: 0 }
  if (result.ok) return go(again, { do: 'look again' })
  const text = `pre_restart_command for ${job.request.process.namespec}: ${result.why}. The restart goes on`
  return go(again, { do: 'log', level: 'WARN', text }, { do: 'look again' })
}

/** Nothing stands between this look and the stop. undefined: it is the process that was found, and still over. */
function lookedAt(
  job: JobIn<'preparing'>,
  measured: Measured,
  sighting: Sighting,
  moment: Moment,
): Stepped | undefined {
  if (sighting.kind === 'fault') return leave(job, failed(job, moment, 'check', sighting.text))
  if (sighting.kind === 'removed') return removed(job, moment)
  if (sighting.kind !== 'seen')
    return leave(job, skipped(job, moment, 'shutdown', 'supervisord is shutting down or reloading'))
  const { info } = sighting
  if (info.state !== ProcessState.RUNNING || !sameRun(info, job.request.process))
    return stray(job, info, moment)
  return sparedNow(job, measured, moment)
}

/** It is not the process that was found any more, or does not run. */
function stray(job: Job, info: ProcessInfo, moment: Moment): Stepped {
  if (job.drained) {
    const next = drainedSeen(job, info, moment)
    // STOPPING, by another hand: what becomes of it is seen while it is drained on.
    if (next.job !== job) return next
  }
  return leave(job, skipped(job, moment, ...strayText(job.request.process, info)))
}

/** What could not be told to a process that is drained. */
export function drainFailure(job: Job, event: JobEvent, moment: Moment): Effect[] {
  if (event.kind === 'answered' && event.call === 'signal' && event.fault) {
    if (event.fault.code === FaultCode.BAD_NAME || event.fault.code === FaultCode.NOT_RUNNING) return []
    return [{ do: 'tell', outcome: failed(job, moment, 'drain', event.fault.message) }]
  }
  if (event.kind === 'hook ended' && event.hook === 'drain' && !event.result.ok)
    return [{ do: 'tell', outcome: failed(job, moment, 'drain', `drain_command: ${event.result.why}`) }]
  return []
}

function planText({ signal, command, check, graceSeconds }: Drain, atMs: number): string {
  const how = [
    ...(signal === undefined ? [] : [`SIG${signal}`]),
    ...(command === undefined ? [] : ['drain_command']),
  ]
  const told = how.length > 0 ? `Asked to finish by ${how.join(' and ')}` : 'It has time to recover'
  const done = check === undefined ? '' : ' as soon as drain_check succeeds,'
  return `${told}; restarts${done || ''} at ${timestamp(new Date(atMs + graceSeconds * 1000))}${done ? ' at the latest' : ''}`
}
