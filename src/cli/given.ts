// What a command for people was given besides the listener's options, and the defaults.
import type { Sort } from '../screen/order.ts'

/** What was given besides the listener's options. */
export interface Given {
  supervisorConf: string | undefined
  json: boolean
  sort: Sort
  onlyOver: boolean
  watchSeconds: number | undefined
  /** --delay, for top. */
  delaySeconds: number
  why: boolean
  /** --csv. */
  csv: boolean
  /** --since, as seconds before now. */
  sinceSeconds: number | undefined
  /** --write. */
  writePath: string | undefined
  /** --html. */
  htmlPath: string | undefined
  /** --duration, for a sample. */
  durationSeconds: number
  /** --classes, for a sample. */
  classes: boolean
  /** --force, for a dump. */
  force: boolean
  readonly words: string[]
}

/** For a sample: long enough to tell leaks of 5 KB a second from garbage. */
export const SAMPLE_SECONDS = 30

/** For top, between readings. */
export const DELAY_SECONDS = 2

export const nothingGiven = (): Given => ({
  supervisorConf: undefined,
  watchSeconds: undefined,
  sinceSeconds: undefined,
  writePath: undefined,
  htmlPath: undefined,
  json: false,
  csv: false,
  sort: 'share',
  onlyOver: false,
  why: false,
  delaySeconds: DELAY_SECONDS,
  durationSeconds: SAMPLE_SECONDS,
  classes: false,
  force: false,
  words: [],
})
