// What the listeners of one supervisord know, as one document for readers outside: memmon status, memmon top. How each sees
// its processes is an Assessment, as in memmon check; the rest is about the listener itself. Pure.
import type { Assessment } from '../check/assess.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Hearing } from './hearing.ts'

export interface Status {
  /** The time of the look, in epoch milliseconds, as in all such names. */
  readonly atMs: number
  /** supervisord's address. */
  readonly server: string
  /** Why supervisord did not answer, in one line; undefined if it did. */
  readonly unanswered: string | undefined
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number } | undefined
  readonly listeners: readonly ListenerStatus[]
  /** Why there are none, or not all: lines. */
  readonly problems: readonly string[]
}

/** One [eventlistener:x] that runs memmon. */
export interface ListenerStatus {
  /** 'eventlistener:memmon', and its file. */
  readonly section: string
  readonly path: string
  /** As supervisord shows it; undefined if supervisord does not know it, or does not answer. */
  readonly process: ProcessInfo | undefined
  /** memmon's own, even with a script between supervisord and it; undefined if it is not running, or unknown. */
  readonly pid: number | undefined
  readonly hearing: Hearing
  /** The folder searched for its state, and why it cannot be read, in one clause. */
  readonly statePath: string | undefined
  readonly unreadable: string | undefined
  /** The time of its state; undefined without one. */
  readonly asOfMs: number | undefined
  /** 'socket' if memmon itself answered. */
  readonly by: 'socket' | 'files'
  /** Since when checks have failed, and why. */
  readonly failing: Failing | undefined
  readonly ownBytes: number | undefined
  readonly ownLimitBytes: number
  /** Its processes that a rule, a budget or a monitor covers: their namespecs. */
  readonly watched: ReadonlySet<string>
  /** Sizes, limits and what has begun, as in memmon check; undefined while supervisord does not answer. */
  readonly assessment: Assessment | undefined
  /** What it has begun, from the journal alone: names, also while supervisord does not answer. */
  readonly begun: readonly string[]
  /** Newest first. */
  readonly restarts: readonly RestartSeen[]
  /** undefined if it cannot be read. */
  readonly outbox: Outbox | undefined
  /** First to end first. */
  readonly mutes: readonly Mute[]
  /** Connected agents of workers; undefined if unknown. */
  readonly agents: number | undefined
  /** What could not be read, as lines. */
  readonly problems: readonly string[]
}

export interface Failing {
  readonly sinceMs: number
  readonly why: string
}

/** A completed restart. */
export interface RestartSeen {
  readonly namespec: string
  readonly atMs: number
  /** undefined if an earlier version did not record it, and for old ones. */
  readonly reason: string | undefined
}

/** Undelivered messages. */
export interface Outbox {
  readonly count: number
  /** That of the oldest. */
  readonly sinceMs: number | undefined
}

export interface Mute {
  readonly namespec: string
  readonly untilMs: number
}
