// The RSS of many processes, read in one pass that leaves nothing behind.
//
// From /proc/<pid>/statm, not stat: reading it costs less than half, and since Linux 6.16 its figure is exact,
// while the one in stat may lag behind by some pages a CPU.
import { GONE, type ProcfsFile } from './procfs-file.ts'

export class RssTable {
  /** In bytes, by the place of the pid; GONE where there is no such process any more. */
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

/** The second field of a statm file, in bytes, or GONE. A zombie has none: 0. */
export function readRssBytes(file: ProcfsFile, statmPath: string, pageBytes: number): number {
  return file.read(statmPath) < 0 ? GONE : file.numberAt(file.wordAt(0, 1)) * pageBytes
}
