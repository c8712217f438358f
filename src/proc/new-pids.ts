// Which pids the kernel has given out lately: it does so in ascending order, and tells the last one in
// /proc/sys/kernel/ns_last_pid (proc_sys_kernel(5)). Not in /proc/loadavg, which lxcfs may answer for another namespace.
import { readlinkSync } from 'node:fs'
import { HeldFile } from './held-file.ts'
import type { ProcfsFile } from './procfs-file.ts'

export class NewPids {
  /** The new ones are those above `after`, up to `last`. */
  after = 0
  last = 0
  /** At the last look. A pid is given out some moments before /proc shows its process: each one is new at two looks. */
  #before = 0
  readonly #file: ProcfsFile
  readonly #held = new HeldFile()
  readonly #procRoot: string
  #isKnown: boolean | undefined

  constructor(file: ProcfsFile, procRoot: string) {
    this.#file = file
    this.#procRoot = procRoot
  }

  /**
   * How many pids are new; Infinity if that is not certain: at the first looks, when the pids have begun anew, and on a
   * kernel without CONFIG_CHECKPOINT_RESTORE.
   */
  look(): number {
    this.after = this.#before
    this.#before = this.last
    this.last = this.#read()
    const isCertain = this.after > 0 && this.#before >= this.after && this.last >= this.#before
    return isCertain ? this.last - this.after : Number.POSITIVE_INFINITY
  }

  #read(): number {
    this.#isKnown ??= isOwnNamespace(this.#procRoot)
    if (!this.#isKnown) return 0
    const length = this.#held.read(this.#file, `${this.#procRoot}/sys/kernel/ns_last_pid`)
    if (length < 0) this.#isKnown = false
    return length < 0 ? 0 : this.#file.numberAt(0)
  }
}

/** The file is about the reader's pid namespace, whichever one this /proc shows. */
function isOwnNamespace(procRoot: string): boolean {
  try {
    return readlinkSync(`${procRoot}/self`) === String(process.pid)
  } catch {
    return false
  }
}
