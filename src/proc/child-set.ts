// The children of supervisord as the kernel lists them, and whether they are still the same processes.
//
// The kernel appends a new child, forked or adopted, to the end of its parent's list. So if the pids stand there
// as before and the last of them is still the same process (a descriptor of its says so), nothing was added since, and
// no pid in the list can have been used again: one descriptor is enough, however many children there are.
import { HeldFile } from './held-file.ts'
import { PidList } from './pid-list.ts'
import { ProcfsFile } from './procfs-file.ts'

export type ChildrenNow =
  | 'same' // as at the reading before
  | 'changed' // also at the first reading, and whenever it is not certain
  | 'unavailable' // no such process in sight, or a kernel without the file

/** The children that one process's main thread forked (supervisord has no other thread). */
export class ChildSet {
  readonly #comm = new ProcfsFile()
  readonly #procRoot: string
  readonly #path: string
  readonly #pids = new PidList()
  /** The list as it reads now, and as it read before: only one that reads otherwise is taken apart. */
  #now = new ProcfsFile()
  #before = new ProcfsFile()
  readonly #heldList = new HeldFile()
  readonly #heldLast = new HeldFile()
  #known = false
  #lastPid = 0
  #lastPath = ''

  constructor(pid: number, procRoot = '/proc') {
    this.#procRoot = procRoot
    this.#path = `${procRoot}/${pid}/task/${pid}/children`
  }

  /** The pids of the last reading, in the kernel's order; the first `count` count. */
  get pids(): Int32Array {
    return this.#pids.pids
  }

  get count(): number {
    return this.#pids.count
  }

  /** Reads the list again and compares. */
  read(): ChildrenNow {
    const before = this.#now
    this.#now = this.#before
    this.#before = before
    if (this.#heldList.readAll(this.#now, this.#path) < 0) {
      this.#known = false
      this.#pids.clear()
      return 'unavailable'
    }
    const isSameList = this.#known && this.#now.equals(before)
    if (!isSameList) this.#parse()
    const same = this.#isLastTheSame() && isSameList
    this.#known = true
    return same ? 'same' : 'changed'
  }

  #parse(): void {
    this.#pids.clear()
    for (let at = 0; at < this.#now.length; at = this.#now.wordAt(at, 1)) {
      const pid = this.#now.numberAt(at)
      if (pid > 0) this.#pids.add(pid)
    }
  }

  #isLastTheSame(): boolean {
    const { pids, count } = this.#pids
    const pid = count > 0 ? (pids[count - 1] as number) : 0
    if (pid === 0) return true
    if (pid !== this.#lastPid) {
      this.#lastPid = pid
      this.#lastPath = `${this.#procRoot}/${pid}/comm` // no file of a process costs less to read
    }
    return this.#heldLast.isSame(this.#comm, this.#lastPath)
  }
}
