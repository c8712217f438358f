// A file of /proc that is read at every tick, through one descriptor. It always reads as its path does. The descriptor
// of a process's file is bound to the process, not to its pid: it says ESRCH for ever once that has been reaped.
import { closeSync } from 'node:fs'
import type { ProcfsFile } from './procfs-file.ts'

export class HeldFile {
  #path = ''
  #fd = -1

  /** As ProcfsFile.read. */
  read(into: ProcfsFile, path: string): number {
    const length = this.#isOpen(into, path) ? into.readHeld(this.#fd) : 0
    if (length > 0) return length
    this.#close()
    return into.read(path)
  }

  /** As ProcfsFile.readAll. */
  readAll(into: ProcfsFile, path: string): number {
    const length = this.#isOpen(into, path) ? into.readAllHeld(this.#fd) : 0
    if (length > 0) return length
    this.#close()
    return into.readAll(path)
  }

  /** True if this is the file of the last call, of the same process. */
  isSame(by: ProcfsFile, path: string): boolean {
    if (this.#fd >= 0 && path === this.#path && by.readHeld(this.#fd) > 0) return true
    this.#close()
    this.#isOpen(by, path)
    return false
  }

  #isOpen(by: ProcfsFile, path: string): boolean {
    if (this.#fd >= 0 && path === this.#path) return true
    this.#close()
    this.#path = path
    this.#fd = by.open(path)
    return this.#fd >= 0
  }

  /** It says nothing, or ESRCH: its process has gone, and the path may be that of another one. */
  #close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }
}
