// How many messages an outbox holds, and since when, seen from outside by the names of its files alone: opens, moves and
// removes nothing.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../base/file-fault.ts'

/** Named as by writeEntry: each begins with its time. */
const MESSAGE = /^(\d{14})-[\w-]*\.json$/

export interface OutboxSeen {
  readonly count: number
  /** That of the oldest, in epoch milliseconds. */
  readonly sinceMs: number | undefined
}

/** For that state folder; undefined if it cannot be read. Never rejects. */
export async function lookIntoOutbox(stateFolder: string): Promise<OutboxSeen | undefined> {
  try {
    const times = (await readdir(join(stateFolder, 'outbox'))).flatMap(name => {
      const [, time] = MESSAGE.exec(name) ?? []
      return time === undefined ? [] : [Number(time)]
    })
    return { count: times.length, sinceMs: times.reduce<number | undefined>(earlier, undefined) }
  } catch (thrown) {
    return errnoOf(thrown) === 'ENOENT' ? { count: 0, sinceMs: undefined } : undefined
  }
}

const earlier = (a: number | undefined, b: number): number => (a === undefined ? b : Math.min(a, b))
