// What a command for people was given besides the listener's options, and what counts where nothing was said.
import type { Sort } from '../screen/order.ts'

/** What was given besides the listener's options. */
export interface Given {
  supervisorConf: string | undefined
  json: boolean
  sort: Sort
  onlyOver: boolean
  watchSeconds: number | undefined
  /** --delay, of top. */
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
  /** --duration, of a sample. */
  durationSeconds: number
  /** --classes, of a sample. */
  classes: boolean
  /** --force, of a dump. */
  force: boolean
  readonly words: string[]
}

/** Of a sample: leaks of 5 KB a second are told from garbage in so long. */
export const SAMPLE_SECONDS = 30

/** Of top, from one reading to the next. */
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
