// `memmon check --why`: reads the facts of many processes, some at the same time, all of them in bounded time.
import type { Facts } from '../evidence/facts.ts'
import type { Reader } from '../evidence/missing-text.ts'
import { type Why, whyOf } from '../evidence/why.ts'
import type { WordsContext } from '../evidence/word-rule.ts'
import type { ProcessInfo } from '../rules/process.ts'

/** For all of them together, and for one that is slow: the others are to have their turn. */
export const WHY_SECONDS = 5
const MOST_MS = WHY_SECONDS * 1000
const MOST_EACH_MS = 2_000
/** Two reads that the kernel does not answer leave no room for a third. */
const AT_ONCE = 2

export interface WhyPorts {
  readonly read: (pid: number, timeoutMs: number) => Promise<Facts>
  readonly reader: Reader
  readonly tick: () => number
  readonly contextOf: (process: ProcessInfo) => WordsContext
}

/** By namespec, in the order in which they are given: the first ones are read if there is no time for all. */
export async function readWhys(
  processes: readonly ProcessInfo[],
  { read, reader, tick, contextOf }: WhyPorts,
): Promise<ReadonlyMap<string, Why>> {
  const untilTick = tick() + MOST_MS
  const whys = new Map<string, Why>()
  const waiting = processes.values()
  const readOnes = async () => {
    for (const process of waiting) {
      const leftMs = untilTick - tick()
      const facts = leftMs > 0 ? await read(process.pid, Math.min(MOST_EACH_MS, leftMs)) : undefined
      whys.set(process.namespec, facts ? whyOf(facts, contextOf(process), reader) : TOO_LATE)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, readOnes))
  return whys
}

const TOO_LATE: Why = { unread: `Not looked at: the ${WHY_SECONDS}s for all processes were over` }
