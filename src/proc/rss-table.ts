// The RSS of many processes, read in one pass that leaves nothing behind.
//
// From /proc/<pid>/statm, not stat: reading it costs less than half, and since Linux 6.16 its figure is exact,
// while the one in stat may lag behind by some pages a CPU.
//
// The files stay open from pass to pass: to read an open one costs a third. One that answers is always that of the
// process which has the pid now; when its process has been reaped it says ESRCH for ever, whoever gets the pid.
import { closeSync } from 'node:fs'
import { GONE, isOutOfDescriptors, NO_MEMORY, type ProcfsFile } from './procfs-file.ts'

/** Most files say what they said before; comparing that costs less than reading the number. Two fields fit in four words. */
const WORDS = 4

/** Instead of a descriptor: none yet, none to be had, or that of a process which has gone was closed. */
const NOT_YET = -1
const NONE = -2
const ENDED = -3

export class RssTable {
  /** In bytes, by the place of the pid; below 0 where there is none, as readRssBytes says. */
  rssBytes = new Float64Array(64)
  count = 0
  readonly #file: ProcfsFile
  readonly #pageBytes: number
  readonly #procRoot: string
  readonly #readHeldBelow: () => number
  #pids = new Int32Array(64)
  /** Kept from pass to pass: the paths are the only strings that a pass needs. */
  readonly #paths: string[] = []
  #fds = new Int32Array(64)
  /** Of each place, the words of the file that said its size; 0 where they do not hold all of it. */
  #words = new Int32Array(64 * WORDS)
  /** 0: none is held from now on. */
  #heldBelow = 0

  /** `heldBelow`: only descriptors below this number are held from pass to pass, 0 for none. */
  constructor(file: ProcfsFile, pageBytes: number, procRoot: string, heldBelow: () => number = () => 0) {
    this.#file = file
    this.#pageBytes = pageBytes
    this.#procRoot = procRoot
    this.#readHeldBelow = heldBelow
  }

  /** The pids of the passes to come; those that keep their place keep their path. */
  setPids(pids: ArrayLike<number>, count = pids.length): void {
    this.release()
    if (count > this.#pids.length) {
      const room = Math.max(count, 2 * this.#pids.length)
      const larger = new Int32Array(room)
      larger.set(this.#pids)
      this.#pids = larger
      this.rssBytes = new Float64Array(room)
      this.#fds = new Int32Array(room)
      this.#words = new Int32Array(room * WORDS)
    }
    for (let at = 0; at < count; at++) {
      const pid = pids[at] as number
      if (at < this.#paths.length && pid === this.#pids[at]) continue
      this.#pids[at] = pid
      this.#paths[at] = `${this.#procRoot}/${pid}/statm`
    }
    this.#paths.length = count
    this.count = count
    this.#fds.fill(NOT_YET, 0, count)
    this.#heldBelow = this.#readHeldBelow()
  }

  /** Closes what is held, and says whether anything was; the next pass opens it again. */
  release(): boolean {
    let isAny = false
    for (let at = 0; at < this.count; at++) {
      const fd = this.#fds[at] as number
      if (fd >= 0) {
        isAny = true
        closeSync(fd)
      }
      if (fd !== ENDED) this.#fds[at] = NOT_YET
    }
    this.#words.fill(0)
    return isAny
  }

  readAll(): void {
    try {
      this.#readEach()
    } catch (thrown) {
      // What is held is what others lack, as where the limit was lowered since.
      if (!isOutOfDescriptors(thrown) || !this.release()) throw thrown
      this.#heldBelow = 0
      this.#readEach()
    }
  }

  /** No more calls than needed: unoptimised, each of them costs a tenth of what the kernel takes to read. */
  #readEach(): void {
    const [file, fds, sizes, pageBytes] = [this.#file, this.#fds, this.rssBytes, this.#pageBytes]
    const [now, before] = [file.words, this.#words]
    for (let at = 0; at < this.count; at++) {
      const fd = fds[at] as number
      const length = fd >= 0 ? file.readHeld(fd) : GONE
      if (length < 0) {
        sizes[at] = fd >= 0 ? this.#end(at, fd) : this.#readOther(at, fd)
        continue
      }
      const from = at * WORDS
      if (
        now[0] === before[from] &&
        now[1] === before[from + 1] &&
        now[2] === before[from + 2] &&
        now[3] === before[from + 3] &&
        length > 0
      )
        continue
      sizes[at] = rssBytesIn(file, pageBytes)
      this.#keepWords(from)
    }
  }

  #keepWords(from: number): void {
    const isWhole = this.#file.wordAt(0, 2) <= WORDS * 4
    for (let word = 0; word < WORDS; word++)
      this.#words[from + word] = isWhole ? (this.#file.words[word] as number) : 0
  }

  #end(at: number, fd: number): number {
    this.#fds[at] = ENDED
    closeSync(fd)
    return GONE
  }

  #readOther(at: number, state: number): number {
    if (state === ENDED) return GONE
    const path = this.#paths[at] as string
    if (state === NOT_YET && this.#heldBelow > 0) {
      const fd = this.#hold(path)
      this.#fds[at] = fd
      if (fd >= 0)
        return this.#file.readHeld(fd) < 0 ? this.#end(at, fd) : rssBytesIn(this.#file, this.#pageBytes)
    }
    return readRssBytes(this.#file, path, this.#pageBytes)
  }

  #hold(path: string): number {
    const fd = this.#file.open(path)
    if (fd < 0) return NONE
    if (fd < this.#heldBelow) return fd
    closeSync(fd)
    this.#heldBelow = 0
    return NONE
  }
}

/** The second field of a statm file, in bytes; or GONE, DENIED or NO_MEMORY, all of which are below 0. */
export function readRssBytes(file: ProcfsFile, statmPath: string, pageBytes: number): number {
  const length = file.read(statmPath)
  return length < 0 ? length : rssBytesIn(file, pageBytes)
}

const SPACE = 32
const ZERO = 48

/** The same of the statm file that was read last; in one go, for it is done for each process at each tick. */
export function rssBytesIn({ bytes, length }: ProcfsFile, pageBytes: number): number {
  // The first field is the address space: what is swapped out whole has one, a zombie has none.
  if (length === 0 || bytes[0] === ZERO) return NO_MEMORY
  let at = 1
  while (at < length && bytes[at] !== SPACE) at++
  let pages = 0
  for (at++; at < length; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO) break
    pages = pages * 10 + byte - ZERO
  }
  return pages * pageBytes
}
