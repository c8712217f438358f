// What lines of --log-format json are about that are not about a process: a bounded set of words, which docs/logs.md has.
import type { LogFacts } from './json-log.ts'

/** What memmon reads, keeps or offers, and cannot for now. */
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

/** Settings that hold, and that somebody should look at. */
export const doubtful: Facts = () => ({ event: 'doubtful' })

/** A fault of memmon's own. */
export const defect =
  (isEnd: boolean): Facts =>
  () => ({ event: 'defect', is_end: isEnd })
