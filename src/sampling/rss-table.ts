// The RSS of many processes, read in one pass that leaves nothing behind.
//
// From /proc/<pid>/statm, not stat: reading it costs less than half, and since Linux 6.16 its figure is exact,
// while the one in stat may lag behind by some pages a CPU.
import { NO_MEMORY, type ProcfsFile } from './procfs-file.ts'

export class RssTable {
  /** In bytes, by the place of the pid; below 0 where there is none, as readRssBytes says. */
  rssBytes = new Float64Array(64)
  count = 0
  readonly #file: ProcfsFile
  readonly #pageBytes: number
  readonly #procRoot: string
  #pids = new Int32Array(64)
  /** Kept from pass to pass: the paths are the only strings that a pass needs. */
  readonly #paths: string[] = []

  constructor(file: ProcfsFile, pageBytes: number, procRoot: string) {
    this.#file = file
    this.#pageBytes = pageBytes
    this.#procRoot = procRoot
  }

  /** The pids of the passes to come; those that keep their place keep their path. */
  setPids(pids: ArrayLike<number>, count = pids.length): void {
    if (count > this.#pids.length) {
      const room = Math.max(count, 2 * this.#pids.length)
      const larger = new Int32Array(room)
      larger.set(this.#pids)
      this.#pids = larger
      this.rssBytes = new Float64Array(room)
    }
    for (let at = 0; at < count; at++) {
      const pid = pids[at] as number
      if (at < this.#paths.length && pid === this.#pids[at]) continue
      this.#pids[at] = pid
      this.#paths[at] = `${this.#procRoot}/${pid}/statm`
    }
    this.#paths.length = count
    this.count = count
  }

  readAll(): void {
    for (let at = 0; at < this.count; at++) {
      this.rssBytes[at] = readRssBytes(this.#file, this.#paths[at] as string, this.#pageBytes)
    }
  }
}

/** The second field of a statm file, in bytes; or GONE, DENIED or NO_MEMORY, all of which are below 0. */
export function readRssBytes(file: ProcfsFile, statmPath: string, pageBytes: number): number {
  const length = file.read(statmPath)
  if (length < 0) return length
  // The first field is the address space: what is swapped out whole has one, a zombie has none.
  return file.numberAt(0) === 0 ? NO_MEMORY : file.numberAt(file.wordAt(0, 1)) * pageBytes
}
