// What a running memmon remembers, as far as a look by hand depends on it: the windows of its rules and budgets, what it
// has begun with a process, and what keeps it from restarting one.
import type { BudgetState } from './budgets.ts'
import type { RememberedWindow } from './judgement.ts'
import type { RestartRequest } from './outcome.ts'
import type { ProcessInfo, ProcessKey } from './process.ts'
import type { Rule } from './rule.ts'
import type { Window } from './windows.ts'

/** What keeps memmon from restarting a process that exceeds its limit; `...Ms` is epoch milliseconds. */
export type Hold =
  /** --max-restarts. */
  | { readonly kind: 'capped'; readonly cap: string; readonly untilMs: number; readonly leftSeconds: number }
  /** --restart-backoff. */
  | { readonly kind: 'held'; readonly untilMs: number; readonly leftSeconds: number }

/** What memmon has begun with a process and not ended. */
export type Pending =
  | Hold
  /** By pre_restart_command, so many times in a row. */
  | { readonly kind: 'postponed'; readonly times: number }
  /** It waits for its turn, in its group or behind other groups. */
  | { readonly kind: 'queued' }
  | {
      readonly kind: 'draining'
      readonly forSeconds: number
      /** undefined if the rules that are known here do not say. */
      readonly graceSeconds: number | undefined
    }
  /** It was drained, its grace is over, and it is under its soft limit: watched until it ends. */
  | { readonly kind: 'watched' }
  | {
      readonly kind: 'restarting'
      /** memmon has stopped it, and a start has failed. */
      readonly hasFailed?: true
    }
  /** By hand: until then memmon neither restarts it nor reports anything about it. */
  | { readonly kind: 'muted'; readonly untilMs: number; readonly leftSeconds: number }

/** A process that grows and does not level off. */
export interface RememberedLeak {
  readonly namespec: string
  readonly run: ProcessKey
  /** When it reaches its limit, by the monotonic clock in milliseconds; undefined where that is not forecast. */
  readonly limitTick?: number
}

/** The same for a look by hand; `limitMs` is epoch milliseconds. */
export interface KnownLeak {
  readonly limitMs?: number
  /** 0 from then on. */
  readonly leftSeconds?: number
}

/** What a check depends on besides what it sees. */
export interface Remembered {
  readonly rules: readonly Rule[]
  readonly windows: readonly RememberedWindow[]
  /** By budget, as it is written. */
  readonly budgets: ReadonlyMap<string, BudgetState>
  readonly leaks: readonly RememberedLeak[]
}

/** The same, and what has begun, for a look by hand. */
export interface Past {
  /** Now, by the monotonic clock, which windows are counted by. */
  readonly tick: number
  windowOf(process: ProcessInfo, rule: Rule): Window | undefined
  /** By budget, as it is written. */
  readonly budgets: ReadonlyMap<string, BudgetState>
  pendingOf(process: ProcessInfo): Pending | undefined
  /** undefined if it does not leak. */
  leakOf(process: ProcessInfo): KnownLeak | undefined
  /** undefined if nothing keeps memmon from restarting it now. */
  holdOf(request: RestartRequest): Hold | undefined
  /** False for what --max-restarts or --restart-backoff does not let be restarted for a budget. */
  mayRestart(namespec: string): boolean
}
