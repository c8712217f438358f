// What `memmon top` shows, as values: what one reading has come to.
import type { ProcessHistory } from '../history/process-history.ts'
import type { Row } from '../screen/rows.ts'
import type { Memory } from '../screen/summary.ts'

export interface TopRow {
  /** What it is known by from reading to reading: a process's namespec, or a budget's name. */
  readonly key: string
  readonly row: Row
  /** undefined of a budget, and while nothing is recorded. */
  readonly history: ProcessHistory | undefined
}

export interface TopModel {
  readonly atMs: number
  /** How the listener is; trouble is what a person has to see to. */
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
