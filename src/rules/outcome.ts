// What becomes of a restart. Log line, mail and every later channel are made from these values alone.
import type { ProcessInfo } from './process.ts'
import type { Breach, RestartPlan } from './rule.ts'

/** A process that is to be restarted, as it was when it was found over its limit. */
export interface RestartRequest {
  readonly process: ProcessInfo
  readonly breach: Breach
}

/** What every outcome tells about the process. */
export interface PastOfProcess {
  readonly restartsLastHour: number
  /** The smallest size seen since its last start; undefined if it was not measured since. */
  readonly smallestBytes: number | undefined
}

/** What was taken down of a process before its stop, as far as it is told. */
export interface Evidence {
  /** The file, if there is one. */
  readonly path?: string
  /** Why there is none, as one clause that says what mends it. */
  readonly problem?: string
  /** What its facts say, the most telling first. */
  readonly sentences: readonly string[]
  /** What became of diagnose_command, as one clause. */
  readonly command?: { readonly isOk: boolean; readonly text: string }
  /** What its own agent has said of its memory, if it was to be asked. */
  readonly sample?: MemorySample
}

/** A memory sample before the stop. */
export interface MemorySample {
  /** The first lines of its report. */
  readonly lines: readonly string[]
  /** The file with all of it. */
  readonly path?: string
  /** Why there is none. */
  readonly problem?: string
}

/**
 * How its memory is sampled before the restart; undefined if it is not: over its hard limit it is restarted at once, and one
 * that goes with its group is over no limit.
 */
export function sampleBefore(
  { breach }: RestartRequest,
  { memorySample }: RestartPlan,
): RestartPlan['memorySample'] {
  return breach.isHard || breach.together !== undefined ? undefined : memorySample
}

/** Why a process was left alone. */
export type SkipReason =
  | 'removed' // supervisord no longer knows it
  | 'not running' // exited, stopped or stopping by another hand
  | 'replaced' // other pid or start: the new one is innocent
  | 'recovered' // back under its limit when measured again
  | 'shutdown' // supervisord is ending
  | 'postponed' // by pre_restart_command
  | 'spared' // by the settings, which have changed since
  | 'ending' // memmon is shutting down and had not started on it

/**
 * Where it failed: 'stopping' and 'start' leave the process down, as 'removed' does for good; any other leaves it
 * untouched.
 */
export type FailurePhase =
  | 'check'
  | 'stop'
  | 'stopping'
  | 'start'
  | 'removed'
  | 'signal'
  | 'exec'
  | 'drain'
  | 'command'

interface Occurred {
  readonly request: RestartRequest
  /** Epoch milliseconds. */
  readonly occurredAt: number
  /** How often it was restarted before, and how large it is when fresh. */
  readonly past?: PastOfProcess
  /** Of a process that was stopped, or was about to be. */
  readonly evidence?: Evidence
  /** Why pre_restart_command failed, as one clause: the restart went on. */
  readonly hookFault?: string
}

/** It runs again. */
export interface Restarted extends Occurred {
  readonly kind: 'restarted'
  readonly newPid: number
  /** From the stop that was asked to RUNNING. */
  readonly durationMs: number
  /** 'other' if someone else started it after our stop. */
  readonly startedBy: 'memmon' | 'other'
  /** How many tries to start it failed before. */
  readonly failedStarts: number
}

/** It was left alone. */
export interface Skipped extends Occurred {
  readonly kind: 'skipped'
  readonly reason: SkipReason
  readonly detail: string
}

/** It could not be restarted. After 'start' memmon goes on trying, and a later outcome tells how that ended. */
export interface Failed extends Occurred {
  readonly kind: 'failed'
  readonly phase: FailurePhase
  /** What supervisord, or the connection to it, said. */
  readonly fault: string
  /** How many processes of its group wait for it. */
  readonly heldUp?: number
}

/** It is over its limit and was restarted as often as --max-restarts allows: measured on, not restarted. */
export interface Capped extends Occurred {
  readonly kind: 'capped'
  /** --max-restarts, as written. */
  readonly cap: string
  /** When it may be restarted again, in epoch milliseconds. */
  readonly until: number
}

/** What is told of a process beside restarts: warnings, alerts and their ends, what --dry-run would do, other actions. */
export interface Noticed extends Occurred {
  readonly kind: 'noticed'
  readonly what:
    | 'warned'
    | 'eased'
    | 'alerted'
    | 'relieved'
    | 'would'
    | 'signalled'
    | 'executed'
    | 'draining'
    | 'undrained'
    | 'recovered' // drained, its grace is over, and it is under its soft limit: watched until it ends
    | 'held' // over its limit again within minutes: its restart waits, longer each time
    | 'postponed' // pre_restart_command has postponed its restart for an hour
    | 'leaking' // it grows without levelling off, and is under its limit
    | 'leak_over' // it no longer does, or runs anew
    | 'limit_too_low' // over it within minutes of each start: the limit is below its normal size
  /** What would be done, the signal that was sent, or what the command said. */
  readonly detail: string
  /** Told by mail before: the log alone says it again. */
  readonly isRepeated?: boolean
}

export type RestartOutcome = Restarted | Skipped | Failed | Capped | Noticed
