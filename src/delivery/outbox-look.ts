// How many messages wait in an outbox, and since when, seen from outside by the names of its files alone: nothing is opened,
// moved or removed.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../base/file-fault.ts'

/** As writeEntry names them: the time of each comes first. */
const MESSAGE = /^(\d{14})-[\w-]*\.json$/

export interface OutboxSeen {
  readonly count: number
  /** Of the oldest, in epoch milliseconds. */
  readonly sinceMs: number | undefined
}

/** Of that state folder; undefined if it cannot be read. Never rejects. */
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
