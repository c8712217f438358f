// A job: one process that memmon has begun something with, from the first thing it is told until nothing is left to
// do. Its states, the events it hears and the effects it asks for; step.ts says which follows from which, and
// docs/restarts.md draws them. All ticks are milliseconds of the clock that nobody sets.
import type { SupervisorFault } from '../core/errors.ts'
import type { Failed, Noticed, Restarted, RestartRequest, Skipped } from '../core/outcome.ts'
import type { ProcessInfo } from '../core/process.ts'
import type { Drain, RestartPlan } from '../core/rules.ts'
import type { HookResult } from './hooks.ts'

/** It was asked to finish, or given time to recover. */
export interface Drained {
  /** By its soft limit, whatever brought the job where it is now. */
  readonly request: RestartRequest
  readonly sinceTick: number
  /** A signal or a command has told it: from then on it is memmon's until it ends. */
  readonly isTold: boolean
}

interface JobHead {
  /** The process as it was found, and why. */
  readonly request: RestartRequest
  readonly plan: RestartPlan
  /** pre_restart_command has run: post_restart_command follows, whatever becomes of the restart. */
  readonly owesPost: boolean
  readonly drained?: Drained
}

/** Why a restart is due. What says that it has finished is restarted whatever its size. */
export type Due = 'limit' | 'grace' | 'finished'

/** Told to finish; `watched` once its grace is over while it is back under its limit. */
export interface Draining {
  readonly state: 'draining'
  readonly phase: 'grace' | 'watched'
  /** drain_check runs, or its size is being read. */
  readonly isAsking: boolean
}

/** For its turn: in its group, after other groups, for the cap, the backoff, or the hook that has postponed it. */
export interface Waiting {
  readonly state: 'waiting'
  readonly due: Due
  /** How often pre_restart_command has postponed it. */
  readonly postponed: number
  /** Not before the next check. */
  readonly isPostponed: boolean
}

/** Its turn has come: a look at it, pre_restart_command, and another look. */
export interface Preparing {
  readonly state: 'preparing'
  /** `noted`: its stop is in the journal, and was not asked for, since that look is no longer fresh. */
  readonly phase: 'looking' | 'hook' | 'looking again' | 'noted'
  readonly due: Due
  readonly postponed: number
  /** When its turn came; once noted, when its stop was decided. */
  readonly beganTick: number
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
}

/** It has ended one way or the other: that is told, and post_restart_command runs. */
export interface Finishing {
  readonly state: 'finishing'
  readonly outcome: Restarted | Skipped | Failed
  /** It was told to finish and still runs: it is drained on. */
  readonly isDrainedOn: boolean
}

export type JobState = Draining | Waiting | Preparing | Stopping | Starting | Finishing
export type Job = JobHead & JobState
export type JobIn<State extends JobState['state']> = JobHead & Extract<JobState, { state: State }>

/** What supervisord says of the process. */
export type Sighting =
  | { readonly kind: 'seen'; readonly info: ProcessInfo }
  | { readonly kind: 'removed' | 'shutdown' }
  | { readonly kind: 'fault'; readonly text: string }

/** What was measured again; undefined where there is nothing to measure, as with a zombie. */
export type Measured =
  | { readonly kind: 'value'; readonly value: number | undefined }
  | { readonly kind: 'fault'; readonly text: string }

export type HookName = 'pre' | 'post' | 'restart' | 'drain' | 'drain_check'

/** The next try of a stop, or the end of a pre_restart_command of which no memmon hears any more. */
export type WaitedFor = 'stop' | 'hook'

export type JobEvent =
  /** A rule asks for its restart, or for its draining. */
  | { readonly kind: 'breached'; readonly request: RestartRequest; readonly plan: RestartPlan }
  | { readonly kind: 'soft'; readonly request: RestartRequest; readonly drain: Drain }
  /** It is back under its soft limit. */
  | { readonly kind: 'relieved'; readonly ruleId: string }
  /** The answers to the effects. */
  | {
      readonly kind: 'looked'
      readonly measured: Measured
      readonly sighting: Sighting
      /** The state in which it was asked for: in any other it answers another question. */
      readonly askedIn: Job['state']
    }
  | { readonly kind: 'sighted'; readonly sighting: Sighting }
  | {
      readonly kind: 'answered'
      readonly call: 'stop' | 'start' | 'signal'
      readonly fault: SupervisorFault | undefined
    }
  | { readonly kind: 'hook ended'; readonly hook: HookName; readonly result: HookResult }
  | { readonly kind: 'waited'; readonly for: WaitedFor }
  /** While it was noted that it is to be stopped, or told to finish, settings changed or time passed: nothing was done. */
  | { readonly kind: 'not asked' }
  /** A check begins; its table is there. */
  | { readonly kind: 'checked' }
  | { readonly kind: 'table'; readonly info: ProcessInfo | undefined }
  /** It may go. */
  | { readonly kind: 'turn' }
  /** --max-restarts does not let it go on, which was told. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'settings' }
  /** memmon is to end. */
  | { readonly kind: 'ending' }
  /** The journal of an earlier memmon holds it; `isNewer`: another supervisord has come since. */
  | { readonly kind: 'resumed'; readonly isNewer: boolean }

export type Effect =
  | { readonly do: 'look again' }
  | { readonly do: 'look'; readonly afterMs: number }
  | { readonly do: 'stop' }
  | { readonly do: 'start' }
  | { readonly do: 'signal'; readonly signal: string }
  | { readonly do: 'run'; readonly hook: HookName; readonly command: string; readonly pid?: number }
  | { readonly do: 'wait'; readonly ms: number; readonly for: WaitedFor }
  | { readonly do: 'tell'; readonly outcome: Restarted | Skipped | Failed | Noticed }
  | { readonly do: 'log'; readonly level: 'INFO' | 'WARN'; readonly text: string }
  /** Its stop was taken: with restart_group the rest of its group follows. */
  | { readonly do: 'bring company' }
  /** Still down after so long: its group goes on without it. */
  | { readonly do: 'release' }
  /** supervisord is shutting down, and memmon with it: what is left is for the next one, by the journal. */
  | { readonly do: 'adjourn' }

/** What the settings in force say of the rule that a job goes back to. */
export type Terms =
  | { readonly kind: 'stands'; readonly plan: RestartPlan; readonly drain?: Drain; readonly limit: number }
  | { readonly kind: 'spared'; readonly why: string; readonly plan?: RestartPlan }

/** What a step goes by besides the job and the event. */
export interface Moment {
  readonly tick: number
  /** Epoch milliseconds, for what is told. */
  readonly atMs: number
  /** 0 up to 1, for jitter. */
  readonly random: number
  readonly isEnding: boolean
  /** A hook has ended by then, counted from its start. */
  readonly hookEndsWithinMs: number
  readonly terms: Terms
}

/** What follows from an event; without a job it is over. */
export interface Stepped {
  readonly job: Job | undefined
  readonly effects: readonly Effect[]
}

/** A job whose stop is to be asked for, which was decided at that tick. */
export const stoppingOf = (job: JobIn<'preparing'>, askedTick: number): JobIn<'stopping'> => {
  const { request, plan, owesPost, drained, due } = job
  return {
    request,
    plan,
    owesPost,
    ...(drained && { drained }),
    state: 'stopping',
    by: plan.restartCommand === undefined ? 'supervisord' : 'command',
    due,
    answer: 'open',
    askedTick,
    tries: 1,
    faults: 0,
    said: 'nothing',
  }
}

/** True from its turn on: the process is being restarted, and checks leave it alone. */
export const isAway = ({ state }: Job): boolean => state !== 'draining' && state !== 'waiting'

/** True while the journal has to know of it: a process was told something, or has to follow one that was. */
export const isNoted = (job: Job): boolean =>
  job.drained !== undefined ||
  job.owesPost ||
  job.request.breach.together !== undefined ||
  (job.state === 'preparing' && (job.phase === 'hook' || job.phase === 'noted')) ||
  job.state === 'stopping' ||
  job.state === 'starting' ||
  job.state === 'finishing'
