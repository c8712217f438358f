// RUNNING processes whose size cannot be read: no rule holds for them, which is said once, with what helps.

import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import { oneLine } from '../base/text.ts'
import type { Sampler, Unmeasured } from '../proc/sampler.ts'
import type { ProcessInfo } from '../rules/process.ts'

/** Why a process that lives has no size. */
export type Blind = Exclude<Unmeasured, 'gone'>

export interface BlindSpot {
  readonly process: ProcessInfo
  readonly why: Blind
}

/** As many names as a line shows. */
const MOST_NAMES = 20

/** The cause and what mends it, for people. */
export const BLIND_TEXT: Readonly<Record<Blind, string>> = {
  hidden:
    "/proc hides other users' processes (hidepid): run memmon as root, or mount /proc with gid= set to a group of memmon's user",
  zombie:
    'the main thread has ended while other threads run on (state Z), and /proc then shows no memory: restart with supervisorctl',
}

/** What cannot be measured of all that should have been; what has just gone is left out. */
export const blindSpotsOf = (
  unmeasured: readonly ProcessInfo[],
  { whyUnmeasured }: Pick<Sampler, 'whyUnmeasured'>,
): BlindSpot[] =>
  unmeasured.flatMap(process => {
    const why = whyUnmeasured?.(process.pid) ?? 'gone'
    return why === 'gone' ? [] : [{ process, why }]
  })

/** One line for each cause. */
export const blindLines = (spots: readonly BlindSpot[]): string[] =>
  (['hidden', 'zombie'] as const).flatMap(why => {
    const own = spots.filter(spot => spot.why === why)
    return own.length === 0 ? [] : [blindLine(own, why)]
  })

function blindLine(spots: readonly BlindSpot[], why: Blind): string {
  const names = spots
    .slice(0, MOST_NAMES)
    .map(({ process: { namespec, pid } }) => `${oneLine(namespec)} (pid ${pid})`)
  const more = spots.length > MOST_NAMES ? ` and ${spots.length - MOST_NAMES} more (see memmon check)` : ''
  const [whose, them] =
    spots.length === 1
      ? ['1 RUNNING process, so its', 'it']
      : [`${spots.length} RUNNING processes, so their`, 'them']
  return `Cannot read the size of ${whose} limits are not checked and totals leave ${them} out: ${names.join(', ')}${more}. Cause: ${BLIND_TEXT[why]}`
}

/** Says each blind spot once, until it can be measured again. */
export class BlindSpots {
  readonly #log: Log
  #told: ReadonlySet<string> = new Set()

  constructor(log: Log) {
    this.#log = log
  }

  tell(spots: readonly BlindSpot[]): void {
    const keys = new Set(spots.map(keyOf))
    if (spots.some(spot => !this.#told.has(keyOf(spot)))) {
      for (const line of blindLines(spots)) this.#log('WARN', line, trouble('sizes'))
    } else if (spots.length === 0 && this.#told.size > 0) {
      this.#log('INFO', 'The sizes of all RUNNING processes can be read again', troubleOver('sizes'))
    }
    this.#told = keys
  }
}

/** Without the pid: a program that is restarted is the same trouble. */
const keyOf = ({ process: { namespec }, why }: BlindSpot): string => `${why} ${namespec}`
