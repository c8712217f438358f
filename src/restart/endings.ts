// How a job ends or goes back to where it was: the outcome is told, what is owed is done, and a process that was told
// to finish stays memmon's. Pure.
import { backoffMs } from '../base/backoff.ts'
import type { Failed, FailurePhase, Noticed, Restarted, Skipped, SkipReason } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun, stateName } from '../rules/process.ts'
import { headOf, type Job, type JobIn } from './job.ts'
import type { Effect, JobEvent, Moment, Stepped } from './job-events.ts'

/** The same job in the same or another state. */
export const go = (job: Job, ...effects: Effect[]): Stepped => ({ job, effects })

export const skipped = (job: Job, { atMs }: Moment, reason: SkipReason, detail: string): Skipped => ({
  kind: 'skipped',
  request: job.request,
  occurredAt: atMs,
  reason,
  detail,
})

export const failed = (job: Job, { atMs }: Moment, phase: FailurePhase, fault: string): Failed => ({
  kind: 'failed',
  request: job.request,
  occurredAt: atMs,
  phase,
  fault,
  ...beforeStop(job),
})

/** What was taken before its stop, and what pre_restart_command said there. */
const beforeStop = (job: Job) => ({
  ...('evidence' in job && job.evidence && { evidence: job.evidence }),
  ...(job.hookFault !== undefined && { hookFault: job.hookFault }),
})

export const noticed = (job: Job, { atMs }: Moment, what: Noticed['what'], detail: string): Effect => ({
  do: 'tell',
  outcome: { kind: 'noticed', what, request: job.drained?.request ?? job.request, occurredAt: atMs, detail },
})

/** It runs again: told, and post_restart_command follows. */
export function finish(job: Job, outcome: Restarted): Stepped {
  const told: Effect = { do: 'tell', outcome }
  if (job.plan.postCommand === undefined && !job.owesPost) return { job: undefined, effects: [told] }
  return conclude({ ...headOf(job), state: 'finishing', outcome, isDrainedOn: false })
}

/** It was not restarted. One that was asked to finish and still runs is drained on, unless `isOver`. */
export function leave(job: Job, outcome: Skipped | Failed, isOver = false): Stepped {
  const told: Effect = { do: 'tell', outcome }
  const isDrainedOn = job.drained !== undefined && !isOver
  if (job.owesPost) return conclude({ ...headOf(job), state: 'finishing', outcome, isDrainedOn })
  return { job: isDrainedOn ? drainedOn(job) : undefined, effects: [told] }
}

/** Nothing more is to be said of it. */
export function done(job: JobIn<'finishing'>): Stepped {
  return { job: job.isDrainedOn ? drainedOn(job) : undefined, effects: [] }
}

/** Back to being drained, by its soft limit. */
export function drainedOn(job: Job): Job | undefined {
  if (!job.drained) return undefined
  const { plan, drained } = job
  return {
    request: drained.request,
    plan,
    owesPost: false,
    drained,
    state: 'draining',
    phase: 'grace',
    isAsking: false,
  }
}

/** Tells the outcome and runs post_restart_command, with the pid that runs now. */
export function conclude(job: JobIn<'finishing'>): Stepped {
  const { plan, outcome, request } = job
  const told: Effect = { do: 'tell', outcome }
  if (plan.postCommand !== undefined) {
    const pid = outcome.kind === 'restarted' ? outcome.newPid : request.process.pid
    return go(job, told, { do: 'run', hook: 'post', command: plan.postCommand, pid })
  }
  const text = `post_restart_command for ${request.process.namespec} is not run: the settings no longer name one`
  return { ...done(job), effects: [told, { do: 'log', event: 'hook_failed', level: 'WARN', text }] }
}

/** It is away from supervisord, or supervisord is. A shutdown leaves the journal's entry to the next memmon. */
export const removed = (job: Job, moment: Moment): Stepped =>
  leave(job, skipped(job, moment, 'removed', 'it was removed from supervisord'), true)

/** Memmon had stopped it: it is down, and nobody is left who would start it. */
export const removedDown = (job: Job, moment: Moment): Stepped =>
  leave(
    job,
    failed(job, moment, 'removed', 'it was removed from supervisord after memmon had stopped it'),
    true,
  )

/** What is said of a process that is no longer the one that was found, or no longer runs. */
export function strayText(old: ProcessInfo, info: ProcessInfo): readonly [SkipReason, string] {
  const isUp = info.state === ProcessState.RUNNING || info.state === ProcessState.STARTING
  if (isUp && info.pid !== old.pid)
    return ['replaced', `it was restarted meanwhile and is pid ${info.pid} now`]
  if (isUp && !sameRun(info, old))
    return ['replaced', 'supervisord gives another start time for it now; the next check looks at it anew']
  return ['not running', `it is ${stateName(info.state)} by now`]
}

/** As it was found: our stop has had no effect. */
export const neverStopped = (job: Job, moment: Moment): Stepped =>
  leave(job, skipped(job, moment, 'not running', 'it was never stopped'))

export function restarted(
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
    ...beforeStop(job),
  }
}

export function stepFinishing(job: JobIn<'finishing'>, event: JobEvent): Stepped {
  if (event.kind === 'resumed') return conclude(job)
  if (event.kind !== 'hook ended' || event.hook !== 'post') return go(job)
  const { job: next } = done(job)
  if (event.result.ok) return { job: next, effects: [] }
  const text = `post_restart_command for ${job.request.process.namespec}: ${event.result.why}`
  return { job: next, effects: [{ do: 'log', event: 'hook_failed', level: 'WARN', text }] }
}

/** The wait before the next try: 1 s doubling to 60 s, each between half and the whole of it. */
export const retryDelayMs = (failures: number, random: number): number => backoffMs(failures, RETRIES, random)

const RETRIES = { firstMs: 1_000, lastMs: 60_000, jitter: 0.5 }
