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
  /** By namespec, without the pid: a program that is restarted is the same trouble. */
  #told: ReadonlyMap<string, Blind> = new Map()

  constructor(log: Log) {
    this.#log = log
  }

  /** `unsized`: all that are watched and have no size now. One of them that only is not RUNNING is not over. */
  tell(spots: readonly BlindSpot[], unsized: ReadonlySet<string>): void {
    const told = this.#told
    const away = [...told].filter(([namespec]) => unsized.has(namespec))
    const now = new Map([...away, ...spots.map(({ process, why }) => [process.namespec, why] as const)])
    if (spots.some(({ process, why }) => told.get(process.namespec) !== why)) {
      for (const line of blindLines(spots)) this.#log('WARN', line, trouble('sizes'))
    } else if (now.size === 0 && told.size > 0) {
      this.#log('INFO', 'The sizes of all RUNNING processes can be read again', troubleOver('sizes'))
    }
    this.#told = now
  }
}
