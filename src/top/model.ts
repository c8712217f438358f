// What `memmon top` shows, as values: the result of one reading.
import type { ProcessHistory } from '../history/process-history.ts'
import type { Row } from '../screen/rows.ts'
import type { Memory } from '../screen/summary.ts'

export interface TopRow {
  /** Identifies it from reading to reading: a process's namespec, or a budget's name. */
  readonly key: string
  readonly row: Row
  /** undefined for a budget, and while nothing is recorded. */
  readonly history: ProcessHistory | undefined
}

export interface TopModel {
  readonly atMs: number
  /** The state of the listener; trouble needs a person's attention. */
  readonly heads: readonly Said[]
  readonly rows: readonly TopRow[]
  readonly hasRules: boolean
  readonly memory: Memory | undefined
}

/** A line, and whether it is bad news. */
export interface Said {
  readonly text: string
  readonly isTrouble: boolean
}
