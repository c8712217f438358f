// What a job hears, what it asks for, and what a step goes by: the events and effects of step.ts. All ticks are
// milliseconds of the monotonic clock.
import type { SupervisorFault } from '../base/errors.ts'
import type { CommandResult } from '../base/pipe-command.ts'
import type { EvidenceLine } from '../messages/evidence-text.ts'
import type { Drain } from '../rules/action.ts'
import type { Evidence, Failed, Noticed, Restarted, RestartRequest, Skipped } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { RestartPlan } from '../rules/rule.ts'
import type { Job } from './job.ts'

/** What supervisord says of the process. */
export type Sighting =
  | { readonly kind: 'seen'; readonly info: ProcessInfo }
  | { readonly kind: 'removed' | 'shutdown' }
  | { readonly kind: 'fault'; readonly text: string }

/** What was measured again; undefined where there is nothing to measure, as with a zombie. */
export type Measured =
  | { readonly kind: 'value'; readonly value: number | undefined }
  | { readonly kind: 'fault'; readonly text: string }

/** The result of having the agent of a process ask it to finish. */
export type AgentAnswer =
  | { readonly kind: 'taken' }
  /** 'unheard': the request did not reach the program. 'failed': it may have. */
  | { readonly kind: 'unheard' | 'failed'; readonly why: string }

export type HookName = 'pre' | 'post' | 'restart' | 'drain' | 'drain_check'

/** The next try of a stop, or the end of a pre_restart_command of which no memmon hears any more. */
type WaitedFor = 'stop' | 'hook'

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
  /** The agent of the process with that pid. */
  | { readonly kind: 'agent answered'; readonly pid: number; readonly answer: AgentAnswer }
  | { readonly kind: 'hook ended'; readonly hook: HookName; readonly result: CommandResult }
  | { readonly kind: 'evidence taken'; readonly evidence: Evidence }
  | { readonly kind: 'waited'; readonly for: WaitedFor }
  /** While it was noted that it is to be stopped, or asked to finish, settings changed or time passed: nothing was done. */
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

/** The event by which programs know a line that is about no outcome yet. */
export type LineEvent = EvidenceLine['event'] | 'restarting' | 'slow_stop' | 'hook_failed' | 'agent_drain'

export type Effect =
  | { readonly do: 'look again' }
  | { readonly do: 'look'; readonly afterMs: number }
  | { readonly do: 'take evidence' }
  | { readonly do: 'stop' }
  | { readonly do: 'start' }
  | { readonly do: 'ask agent'; readonly withinMs: number }
  | { readonly do: 'signal'; readonly signal: string }
  | { readonly do: 'run'; readonly hook: HookName; readonly command: string; readonly pid?: number }
  | { readonly do: 'wait'; readonly ms: number; readonly for: WaitedFor }
  | { readonly do: 'tell'; readonly outcome: Restarted | Skipped | Failed | Noticed }
  | {
      readonly do: 'log'
      readonly event: LineEvent
      readonly level: 'INFO' | 'WARN'
      readonly text: string
    }
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
  /** What the kernel knows of a process is taken down before its stop. */
  readonly takesEvidence: boolean
  /** A hook has ended by then, counted from its start. */
  readonly hookEndsWithinMs: number
  readonly terms: Terms
}

/** What follows from an event; without a job it is over. */
export interface Stepped {
  readonly job: Job | undefined
  readonly effects: readonly Effect[]
}
