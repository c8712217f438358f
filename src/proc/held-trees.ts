// The RSS of the same process trees, tick after tick. Who belongs to them is looked for in all of /proc only when it may
// have changed: when a member has gone, or a new pid is the child of one. Else the members known are read again.
import { NewPids } from './new-pids.ts'
import { ppidIn } from './proc-stat.ts'
import type { ProcfsFile } from './procfs-file.ts'
import { RssTable } from './rss-table.ts'
import { TreeScan } from './tree-scan.ts'

export class HeldTrees {
  /** In bytes, by the place of the root; below 0 where the root has none, whatever its children have. */
  rssBytes = new Float64Array(64)
  readonly #file: ProcfsFile
  readonly #procRoot: string
  readonly #scan: TreeScan
  readonly #table: RssTable
  readonly #newPids: NewPids
  #roots: readonly number[] | undefined
  /** By the place of the member in the table. */
  #trees: readonly number[] = []
  #isRoot: readonly boolean[] = []
  /** How many members had no size when they were found: zombies. */
  #without = 0

  constructor(file: ProcfsFile, pageBytes: number, procRoot: string, heldBelow: () => number = () => 0) {
    this.#file = file
    this.#procRoot = procRoot
    this.#scan = new TreeScan(file, pageBytes, procRoot)
    this.#table = new RssTable(file, pageBytes, procRoot, heldBelow)
    this.#newPids = new NewPids(file, procRoot)
  }

  /** Sums each tree. The same array says that the roots are the very processes of the last pass. */
  readAll(roots: readonly number[]): void {
    // Before all else: what is forked during a pass is new at the next one.
    const given = this.#newPids.look()
    const same = roots === this.#roots && given <= this.#scan.count && !this.#hasNewMember()
    if (same && this.#sum() === this.#without) return
    this.#find(roots)
    this.#without = this.#sum()
  }

  /** Closes what is held; the next pass looks for all members again. */
  release(): void {
    this.#table.release()
    this.#roots = undefined
  }

  #find(roots: readonly number[]): void {
    this.release()
    this.#scan.find(roots)
    const members = this.#scan.members(roots.length)
    this.#table.setPids(members.flat())
    this.#trees = members.flatMap((pids, tree) => pids.map(() => tree))
    this.#isRoot = members.flatMap((pids, tree) => pids.map(pid => pid === roots[tree]))
    this.#roots = roots
    if (this.rssBytes.length < roots.length) this.rssBytes = new Float64Array(2 * roots.length)
  }

  /** Reads all members; how many of them have no size. None gets one again, so the number tells whether one more has gone. */
  #sum(): number {
    this.#table.readAll()
    const sizes = this.#table.rssBytes
    const sums = this.rssBytes
    let without = 0
    sums.set(this.#scan.rssBytes.subarray(0, this.#roots?.length)) // 0, or GONE
    for (let at = 0; at < this.#trees.length; at++) {
      const tree = this.#trees[at] as number
      const sizeBytes = sizes[at] as number
      if (sizeBytes < 0) without++
      if (sizeBytes >= 0 && (sums[tree] as number) >= 0) sums[tree] = (sums[tree] as number) + sizeBytes
      else if (this.#isRoot[at]) sums[tree] = sizeBytes
    }
    return without
  }

  /** Also true for a new thread of a descendant, and for a pid that a member had before: one look too many. */
  #hasNewMember(): boolean {
    const { after, last } = this.#newPids
    for (let pid = after + 1; pid <= last; pid++) {
      if (this.#scan.isMember(pid)) return true
      const isThere = this.#file.read(`${this.#procRoot}/${pid}/stat`) >= 0
      if (isThere && this.#scan.isMember(ppidIn(this.#file))) return true
    }
    return false
  }
}
