// The RSS of process trees: one pass over all of /proc for the parents, whatever the number of trees, then the
// size of each process that belongs to one.
//
// Not by the `children` files of the trees' members: a child belongs to the thread that forked it, so that every
// thread of every member would have to be asked, and one Java program has hundreds.
import { readdirSync } from 'node:fs'
import { PidList } from './pid-list.ts'
import { ppidIn } from './proc-stat.ts'
import { GONE, type ProcfsFile } from './procfs-file.ts'
import { readRssBytes } from './rss-table.ts'

/** What is known of a process's tree while the parents are followed; else the number of its root. */
const UNKNOWN = -1
const NONE = -2

export class TreeScan {
  /** In bytes, by the place of the root; below 0 where the root has none, whatever its children have. */
  rssBytes = new Float64Array(64)
  readonly #file: ProcfsFile
  readonly #pageBytes: number
  readonly #procRoot: string
  readonly #all = new PidList()
  #ppids = new Int32Array(64)
  #trees = new Int32Array(64)

  constructor(file: ProcfsFile, pageBytes: number, procRoot: string) {
    this.#file = file
    this.#pageBytes = pageBytes
    this.#procRoot = procRoot
  }

  /** How many processes the last pass has found on the whole machine. */
  get count(): number {
    return this.#all.count
  }

  /** Sums each tree. No root may be a descendant of another: those of memmon are children of one supervisord. */
  readAll(roots: ArrayLike<number>, count = roots.length): void {
    this.find(roots, count)
    for (let at = 0; at < this.#all.count; at++) this.#addSize(at, roots)
  }

  /** Finds the members of each tree, and leaves the sizes at 0, or at GONE where the root is not there. */
  find(roots: ArrayLike<number>, count = roots.length): void {
    this.#readParents()
    if (this.rssBytes.length < count) this.rssBytes = new Float64Array(2 * count)
    for (let root = 0; root < count; root++) {
      const at = this.#find(roots[root] as number)
      this.rssBytes[root] = at < 0 ? GONE : 0
      if (at >= 0) this.#trees[at] = root
    }
    for (let at = 0; at < this.#all.count; at++) this.#resolve(at)
  }

  /** True if the last pass has found the pid in a tree. */
  isMember(pid: number): boolean {
    const at = this.#find(pid)
    return at >= 0 && (this.#trees[at] as number) >= 0
  }

  /** The pids of each root's tree, as the last pass found them; none of a root that has gone. */
  members(count: number): number[][] {
    const trees = Array.from({ length: count }, (): number[] => [])
    for (let at = 0; at < this.#all.count; at++) {
      const tree = this.#trees[at] as number
      if (tree >= 0 && (this.rssBytes[tree] as number) >= 0) trees[tree]?.push(this.#all.pids[at] as number)
    }
    return trees
  }

  #readParents(): void {
    const all = this.#all
    all.clear()
    for (const name of readdirSync(this.#procRoot)) {
      const pid = Number(name)
      if (pid > 0) all.add(pid)
    }
    all.pids.subarray(0, all.count).sort() // for #find; the kernel lists them in order, a file system may not
    if (this.#ppids.length < all.count) {
      this.#ppids = new Int32Array(all.pids.length)
      this.#trees = new Int32Array(all.pids.length)
    }
    for (let at = 0; at < all.count; at++) {
      const length = this.#file.read(`${this.#procRoot}/${all.pids[at]}/stat`)
      this.#ppids[at] = length < 0 ? 0 : ppidIn(this.#file)
      this.#trees[at] = UNKNOWN
    }
  }

  /** Follows the parents up to a process whose tree is known, then tells it to all on the way. */
  #resolve(from: number): void {
    let at = from
    let steps = 0
    while (at >= 0 && this.#trees[at] === UNKNOWN && steps <= this.#all.count) {
      at = this.#find(this.#ppids[at] as number)
      steps++
    }
    const known = at < 0 ? NONE : (this.#trees[at] as number)
    const tree = known === UNKNOWN ? NONE : known // pids that were used again meanwhile may look like a loop
    for (at = from; steps > 0; steps--) {
      this.#trees[at] = tree
      at = this.#find(this.#ppids[at] as number)
    }
  }

  #addSize(at: number, roots: ArrayLike<number>): void {
    const tree = this.#trees[at] as number
    if (tree < 0 || (this.rssBytes[tree] as number) < 0) return
    const pid = this.#all.pids[at] as number
    const sizeBytes = readRssBytes(this.#file, `${this.#procRoot}/${pid}/statm`, this.#pageBytes)
    if (sizeBytes >= 0) this.rssBytes[tree] = (this.rssBytes[tree] as number) + sizeBytes
    else if (pid === roots[tree]) this.rssBytes[tree] = sizeBytes
  }

  /** Where a pid stands in the sorted list; negative if it does not. */
  #find(pid: number): number {
    const { pids, count } = this.#all
    let low = 0
    let high = count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const there = pids[middle] as number
      if (there === pid) return middle
      if (there < pid) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}
