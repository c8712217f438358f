// Reads share memmon's one thread with its ticks. So they yield after a few milliseconds, and end at a
// deadline, even if the kernel does not answer.
import { createSlices } from '../base/slices.ts'
import { Unread } from './known.ts'

export interface Pace {
  isOver(): boolean
  /** True when it is time to await rest(). */
  isDue(): boolean
  /** Lets others have their turn. Throws Unread ('timeout') past the deadline. */
  rest(): Promise<void>
  /** The result of the work. Throws Unread ('timeout') if it does not come before the deadline. */
  within<T>(work: Promise<T>): Promise<T>
}

/** Of the four threads in which Node reads files, the others stay free for the journal and for names. */
const MOST_STUCK = 2

/** Reads that the kernel has not answered in time: nothing can take them back. */
const stuck = new Set<Promise<unknown>>()

/** From now on, until `untilTick`. */
export function createPace(tick: () => number, untilTick: number): Pace {
  const slices = createSlices(tick)
  let hasFired = false
  const isOver = () => hasFired || tick() >= untilTick
  const check = () => {
    if (isOver()) throw new Unread('timeout')
  }
  return {
    isOver,
    isDue: slices.isDue,
    async rest() {
      check()
      await slices.rest()
      check()
    },
    async within(work) {
      if (stuck.size >= MOST_STUCK) {
        work.catch(() => {})
        throw new Unread('timeout')
      }
      // A timer may fire a moment early: nothing more is begun all the same.
      const done = await race(work, untilTick - tick(), () => {
        hasFired = true
        stuck.add(work)
        const isAnswered = () => stuck.delete(work)
        work.then(isAnswered, isAnswered)
      })
      slices.restart()
      return done
    },
  }
}

/** The result of the work. Throws Unread ('timeout') if it does not come within so many milliseconds. */
export async function race<T>(work: Promise<T>, mostMs: number, onLate = () => {}): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate()
      reject(new Unread('timeout'))
    }, mostMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
