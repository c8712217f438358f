// A job: one process that memmon has begun something with, from the first thing it is told until nothing is left to
// do. Its states; job-events.ts has what it hears and asks for, step.ts says which follows from which, and
// docs/restarts.md draws them. All ticks are milliseconds of the clock that nobody sets.
import type { Evidence, Failed, Restarted, RestartRequest, Skipped } from '../rules/outcome.ts'
import type { RestartPlan } from '../rules/rule.ts'

/** It was asked to finish, or given time to recover. */
export interface Drained {
  /** By its soft limit, whatever brought the job where it is now. */
  readonly request: RestartRequest
  readonly sinceTick: number
  /** Its agent, a signal or a command has asked it: from then on it is memmon's until it ends. */
  readonly isTold: boolean
  /** Its agent was asked and has not answered: the next memmon asks again, and the agent drains once. */
  readonly awaitsAgent?: true
}

interface JobHead {
  /** The process as it was found, and why. */
  readonly request: RestartRequest
  readonly plan: RestartPlan
  /** pre_restart_command has run: post_restart_command follows, whatever becomes of the restart. */
  readonly owesPost: boolean
  /** Why pre_restart_command failed in this turn: told with the outcome. */
  readonly hookFault?: string
  readonly drained?: Drained
}

/** Why a restart is due. What says that it has finished is restarted whatever its size. */
export type Due = 'limit' | 'grace' | 'finished'

/** pre_restart_command has postponed it, so often in a row. */
export interface Postponing {
  readonly times: number
  readonly sinceTick: number
  /** That this goes on for too long was told. */
  readonly isTold: boolean
}

/** Told to finish; `watched` once its grace is over while it is back under its limit. */
interface Draining {
  readonly state: 'draining'
  readonly phase: 'grace' | 'watched'
  /** drain_check runs, or its size is being read. */
  readonly isAsking: boolean
}

/** For its turn: in its group, after other groups, for the cap, the backoff, or the hook that has postponed it. */
interface Waiting {
  readonly state: 'waiting'
  readonly due: Due
  readonly postponing?: Postponing
  /** Not before the next check. */
  readonly isPostponed: boolean
}

/** Its turn has come: a look at it, pre_restart_command and another look, its evidence and the last look. */
interface Preparing {
  readonly state: 'preparing'
  /** `noted`: its stop is in the journal, and was not asked for, since that look is no longer fresh. */
  readonly phase: 'looking' | 'hook' | 'looking again' | 'evidence' | 'last look' | 'noted'
  readonly due: Due
  readonly postponing?: Postponing
  /** When its turn came; once noted, when its stop was decided. */
  readonly beganTick: number
  readonly evidence?: Evidence
}

/** A stop is asked for, or restart_command runs. */
export interface Stopping {
  readonly state: 'stopping'
  readonly by: 'supervisord' | 'command'
  readonly due: Due
  /** What became of the asking: not known yet, taken, refused, or lost with a connection or an earlier memmon. */
  readonly answer: 'open' | 'taken' | 'refused' | 'lost'
  readonly askedTick: number
  readonly tries: number
  /** Looks in a row that failed. */
  readonly faults: number
  /** How much of its slowness was said. */
  readonly said: 'nothing' | 'slow' | 'stuck'
  /** What restart_command said when it failed. */
  readonly fault?: string
  readonly evidence?: Evidence
}

/** It is down because of us, and is brought back. */
export interface Starting {
  readonly state: 'starting'
  /** stop: stopped by us. end: it has ended while it was drained. */
  readonly after: 'stop' | 'end'
  /** When the stop was asked for, or its end was seen. */
  readonly askedTick: number
  /** supervisord has taken our last start. */
  readonly isStarted: boolean
  /** A start of ours may have worked, even if its answer was lost. */
  readonly isTried: boolean
  /** Starts that have failed, and looks in a row. */
  readonly failures: number
  readonly faults: number
  /** A failure, that its group goes on without it, or both. */
  readonly said: 'nothing' | 'failed' | 'released' | 'both'
  /** Since when it has been in this state, where that matters: EXITED or BACKOFF. */
  readonly seen?: { readonly processState: number; readonly sinceTick: number }
  readonly evidence?: Evidence
}

/** It has ended one way or the other: that is told, and post_restart_command runs. */
interface Finishing {
  readonly state: 'finishing'
  readonly outcome: Restarted | Skipped | Failed
  /** It was asked to finish and still runs: it is drained on. */
  readonly isDrainedOn: boolean
}

type JobState = Draining | Waiting | Preparing | Stopping | Starting | Finishing
export type Job = JobHead & JobState
export type JobIn<State extends JobState['state']> = JobHead & Extract<JobState, { state: State }>

/** What of a job is kept from state to state. */
export function headOf({ request, plan, owesPost, hookFault, drained }: Job): JobHead {
  return {
    request,
    plan,
    owesPost,
    ...(hookFault !== undefined && { hookFault }),
    ...(drained && { drained }),
  }
}

/** A job whose stop is to be asked for, which was decided at that tick. */
export const stoppingOf = (job: JobIn<'preparing'>, askedTick: number): JobIn<'stopping'> => {
  const { plan, due, evidence } = job
  return {
    ...headOf(job),
    state: 'stopping',
    by: plan.restartCommand === undefined ? 'supervisord' : 'command',
    due,
    answer: 'open',
    askedTick,
    tries: 1,
    faults: 0,
    said: 'nothing',
    ...(evidence && { evidence }),
  }
}

/** True from its turn on: the process is being restarted, and checks leave it alone. */
export const isAway = ({ state }: Job): boolean => state !== 'draining' && state !== 'waiting'

/** True while pre_restart_command has not begun, or where there is none: nothing was done to the process. */
export const isBeforeHook = ({ phase, plan }: JobIn<'preparing'>): boolean =>
  phase === 'looking' || ((phase === 'evidence' || phase === 'last look') && plan.preCommand === undefined)

/** True while the journal must know it: a process or a person was told something, or it must follow a process that was. */
export const isNoted = (job: Job): boolean =>
  job.drained !== undefined ||
  job.owesPost ||
  job.request.breach.together !== undefined ||
  job.request.breach.isByHand === true ||
  (job.state === 'preparing' && (job.phase === 'hook' || job.phase === 'noted')) ||
  job.state === 'stopping' ||
  job.state === 'starting' ||
  job.state === 'finishing'
