// The events of lines of --log-format json that are about no process: a bounded set of words, listed in docs/logs.md.
import type { LogFacts } from './json-log.ts'

/** Something that memmon cannot read, keep or offer for now. */
export type Part =
  | 'events'
  | 'journal'
  | 'history'
  | 'outbox'
  | 'alerts'
  | 'metrics'
  | 'agents'
  | 'sizes'
  | 'node'

type Facts = () => LogFacts

export const trouble =
  (part: Part): Facts =>
  () => ({ event: 'trouble', part })

/** The same works again. */
export const troubleOver =
  (part: Part): Facts =>
  () => ({ event: 'trouble_over', part })

/** Valid settings that somebody should check. */
export const doubtful: Facts = () => ({ event: 'doubtful' })

/** An internal error of memmon. */
export const defect =
  (isEnd: boolean): Facts =>
  () => ({ event: 'defect', is_end: isEnd })
