// What a seed stands for, as plain data: the programs, the settings, and what happens when. A shorter scenario is the
// same with some of it left out.
import type { Conf } from './conf.ts'
import type { DiskTrouble } from './disk.ts'
import type { HookTrouble, HookWord } from './hooks.ts'
import type { Behaviour, ProgramSpec } from './program.ts'
import type { Weather } from './supervisord.ts'

/** What memmon does to the world: an event may come with it. */
export type EffectKind =
  | 'table'
  | 'look'
  | 'stop'
  | 'start'
  | 'signal'
  | 'pid'
  | 'measure'
  | 'evidence'
  | 'agent'
  | 'tell'
  | 'read'
  | 'append'
  | 'replace'
  | HookWord

export type OperatorAct = 'stop' | 'start' | 'restart' | 'remove' | 'add' | 'rename'

/** `slot`: the place of the program among all. */
export type Happening =
  | { readonly do: 'size'; readonly slot: number; readonly mb: number }
  | { readonly do: 'grow'; readonly slot: number; readonly mbPerSecond: number }
  /** The detector says so; the limit is reached so soon, or nobody knows when. */
  | { readonly do: 'leak'; readonly slot: number; readonly limitInMs: number | undefined }
  | { readonly do: 'exit'; readonly slot: number; readonly code: number }
  | { readonly do: 'behave'; readonly slot: number; readonly change: Partial<Behaviour> }
  | { readonly do: 'operator'; readonly slot: number; readonly act: OperatorAct }
  | { readonly do: 'weather'; readonly kind: Weather; readonly forMs: number; readonly share: number }
  | {
      readonly do: 'supervisord'
      readonly act: 'reload' | 'shutdown' | 'crash'
      readonly downMs: number
    }
  | { readonly do: 'disk'; readonly kind: DiskTrouble; readonly forMs: number }
  | { readonly do: 'delete journal' }
  | { readonly do: 'hook'; readonly word: HookWord; readonly kind: HookTrouble; readonly forMs: number }
  | { readonly do: 'unmeasurable'; readonly forMs: number }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'settings'; readonly conf: Conf; readonly isNow: boolean }
  | { readonly do: 'kill' }
  | { readonly do: 'term' }

export type When =
  | { readonly at: number }
  /** With the nth effect of that kind, counted over all memmons: before it if `afterMs` is 0. */
  | { readonly on: EffectKind; readonly nth: number; readonly afterMs: number }

export interface Event {
  readonly when: When
  readonly what: Happening
}

export interface Scenario {
  readonly seed: number
  readonly periodMs: number
  readonly activeMs: number
  readonly programs: readonly ProgramSpec[]
  readonly conf: Conf
  readonly events: readonly Event[]
}
