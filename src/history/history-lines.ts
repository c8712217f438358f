// The history file as text: line 1 names the version, the run of memmon, the time and how many processes follow; then one
// line a process. Pure.
import { fits, isWhole, type Test } from '../base/data.ts'
import { trackedOf } from './kept-tracked.ts'
import { isTime } from './past-lives.ts'
import type { Tracked } from './tracked.ts'

export const HISTORY_VERSION = 1

/** What is found in a file. */
export interface FoundHistory {
  /** Another than HISTORY_VERSION: nothing was read. undefined: no memmon has written it. */
  readonly version: number | undefined
  /** When it was written, in epoch milliseconds. */
  readonly atMs: number
  readonly tracked: ReadonlyMap<string, Tracked>
  /** How many processes are missing: their lines are torn, or not of memmon. */
  readonly leftOut: number
}

export const historyHeader = (run: string, atMs: number, processes: number): string =>
  `${JSON.stringify({ memmonHistory: HISTORY_VERSION, run, atMs, processes })}\n`

/** Takes a file in, line by line, in order. */
export class HistoryLines {
  #header: Header | undefined
  #lines = 0
  readonly #tracked = new Map<string, Tracked>()

  /** False if the lines that follow are of no use. */
  take(line: string): boolean {
    if (this.#lines++ === 0) this.#header = headerOf(line)
    else if (this.#header?.memmonHistory === HISTORY_VERSION) {
      const kept = trackedOf(line)
      if (kept && !this.#tracked.has(kept.namespec)) this.#tracked.set(kept.namespec, kept.tracked)
    }
    return this.#header?.memmonHistory === HISTORY_VERSION
  }

  get found(): FoundHistory {
    const { memmonHistory: version, atMs = 0, processes = 0 } = this.#header ?? {}
    const leftOut =
      version === HISTORY_VERSION ? Math.max(processes, this.#lines - 1) - this.#tracked.size : 0
    return { version, atMs, tracked: this.#tracked, leftOut }
  }
}

/** A whole file at once. Never throws. */
export function parseHistory(text: string): FoundHistory {
  const lines = new HistoryLines()
  const all = text.split('\n')
  for (const line of all.at(-1) === '' ? all.slice(0, -1) : all) if (!lines.take(line)) break
  return lines.found
}

interface Header {
  readonly memmonHistory: number
  readonly atMs?: number
  readonly processes?: number
}

const HEADER: Readonly<Record<string, Test>> = {
  memmonHistory: value => value === HISTORY_VERSION,
  run: value => typeof value === 'string',
  atMs: isTime,
  processes: isWhole(0, 1e9),
}

/** Of another version no more is known than that. */
function headerOf(line: string): Header | undefined {
  try {
    const header = JSON.parse(line)
    if (fits(header, HEADER)) return header as unknown as Header
    const version = header?.memmonHistory
    return isWhole(0)(version) && version !== HISTORY_VERSION ? { memmonHistory: version } : undefined
  } catch {
    return undefined
  }
}
