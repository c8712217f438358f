// What the listeners of one supervisord know, as one document for whoever looks from outside: memmon status, memmon top. What
// each sees of its processes is an Assessment, as in memmon check; the rest is about the listener itself. Pure.
import type { Assessment } from '../check/assess.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Hearing } from './hearing.ts'

export interface Status {
  /** When it was looked, in epoch milliseconds, as is all that is named so. */
  readonly atMs: number
  /** supervisord's address. */
  readonly server: string
  /** Why supervisord could not be asked, in one line; undefined if it has answered. */
  readonly unanswered: string | undefined
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number } | undefined
  readonly listeners: readonly ListenerStatus[]
  /** Why there are none, or not all: lines. */
  readonly problems: readonly string[]
}

/** One [eventlistener:x] that runs memmon. */
export interface ListenerStatus {
  /** 'eventlistener:memmon', and the file that has it. */
  readonly section: string
  readonly path: string
  /** As supervisord shows it; undefined if it does not know it, or does not answer. */
  readonly process: ProcessInfo | undefined
  /** memmon's own, also where a script is between supervisord and it; undefined if it does not run, or that is not known. */
  readonly pid: number | undefined
  readonly hearing: Hearing
  /** Where its state was looked for, and why it cannot be read, in one clause. */
  readonly statePath: string | undefined
  readonly unreadable: string | undefined
  /** As of when its state holds; undefined if there is none. */
  readonly asOfMs: number | undefined
  /** 'socket' if it has answered itself. */
  readonly by: 'socket' | 'files'
  /** Since when no check has come to a good end, and why. */
  readonly failing: Failing | undefined
  readonly ownBytes: number | undefined
  readonly ownLimitBytes: number
  /** Of its processes those that a rule, a budget or a monitor is about: their namespecs. */
  readonly watched: ReadonlySet<string>
  /** Sizes, limits and what has begun, as memmon check has them; undefined while supervisord does not answer. */
  readonly assessment: Assessment | undefined
  /** What it has begun, by the journal alone: names, also while supervisord does not answer. */
  readonly begun: readonly string[]
  /** The newest first. */
  readonly restarts: readonly RestartSeen[]
  /** undefined if it cannot be read. */
  readonly outbox: Outbox | undefined
  /** The first to end first. */
  readonly mutes: readonly Mute[]
  /** Agents of workers that are connected; undefined where that is not known. */
  readonly agents: number | undefined
  /** Lines about what could not be read. */
  readonly problems: readonly string[]
}

export interface Failing {
  readonly sinceMs: number
  readonly why: string
}

/** A restart that was carried through. */
export interface RestartSeen {
  readonly namespec: string
  readonly atMs: number
  /** undefined where an earlier version has not noted it, and of those long ago. */
  readonly reason: string | undefined
}

/** Messages that no channel has taken yet. */
export interface Outbox {
  readonly count: number
  /** Of the oldest. */
  readonly sinceMs: number | undefined
}

export interface Mute {
  readonly namespec: string
  readonly untilMs: number
}
