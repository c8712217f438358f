// Reads small files of /proc into one buffer that is used again and again, and numbers out of its bytes: a tick
// over a thousand processes must leave no string and no buffer behind.
import { closeSync, openSync, readSync, readvSync } from 'node:fs'

/** The process has gone. */
export const GONE = -1
/** The process is there, but this user may not look. */
export const DENIED = -2
/** It is there and has no memory: a zombie, also one whose main thread alone has ended, or a kernel thread. */
export const NO_MEMORY = -3

/** More than the longest /proc/<pid>/stat; lists of pids make it grow. */
const FIRST_BYTES = 4096
/**
 * A read of a list of pids ends with what was asked for, with a page, or before the pid that would not fit into either
 * (fs/seq_file.c): one that ends earlier has come to the end. Pages may be larger. A file that is one record, as
 * smaps_rollup is, ends a read only with what was asked for, or with itself.
 */
const PAGE_BYTES = 4096
const MOST_PID_BYTES = 16

export class ProcfsFile {
  /** Holds the file that was read last in its first `length` bytes; what stands behind them is older. */
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** The same bytes, four at a time. */
  words = wordsOf(this.bytes)
  length = 0
  #vector = [this.bytes]

  /** Reads a file that the kernel writes in one piece: its length, GONE or DENIED. Throws for any other trouble. */
  read(path: string): number {
    return this.#readNow(path, false)
  }

  /** Reads a file of any length, in one open, so that it is one list and not the joint of two. */
  readAll(path: string): number {
    return this.#readNow(path, true)
  }

  /** A descriptor for readHeld, which its owner closes; GONE or DENIED. No child inherits it: Node says O_CLOEXEC. */
  open(path: string): number {
    this.length = 0
    try {
      return openSync(path, 'r')
    } catch (thrown) {
      return reasonOf(thrown)
    }
  }

  /** As read, from the beginning of a file that is open. */
  readHeld(fd: number): number {
    try {
      // Not readSync, which checks its arguments for longer than the kernel reads.
      this.length = readvSync(fd, this.#vector, 0)
      return this.length
    } catch (thrown) {
      this.length = 0
      return reasonOf(thrown)
    }
  }

  /** As readAll, from the beginning of a file that is open. */
  readAllHeld(fd: number): number {
    this.length = 0
    try {
      while (this.#readMore(fd)) {}
      return this.length
    } catch (thrown) {
      this.length = 0
      return reasonOf(thrown)
    }
  }

  #readNow(path: string, toTheEnd: boolean): number {
    const fd = this.open(path)
    if (fd < 0) return fd
    try {
      return toTheEnd ? this.readAllHeld(fd) : this.readHeld(fd)
    } finally {
      closeSync(fd)
    }
  }

  /** False at the end: one read less than to be told so, for each of which the kernel passes over all that was read before. */
  #readMore(fd: number): boolean {
    if (this.length === this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2)
      this.bytes.copy(larger)
      this.bytes = larger
      this.words = wordsOf(larger)
      this.#vector = [larger]
    }
    const room = this.bytes.length - this.length
    const more = readSync(fd, this.bytes, this.length, room, this.length)
    this.length += more
    return more === room || more > PAGE_BYTES - MOST_PID_BYTES
  }

  /** True if both have read the same last. */
  equals(other: ProcfsFile): boolean {
    const { length } = this
    return length === other.length && this.bytes.compare(other.bytes, 0, length, 0, length) === 0
  }

  /** Where the nth word behind `from` starts, counted from 0; words stand one space apart. */
  wordAt(from: number, nth: number): number {
    let at = from
    for (let word = 0; word < nth && at < this.length; at++) if (this.bytes[at] === SPACE) word++
    return at
  }

  /** The number behind a label such as 'VmSwap:', blanks between; 0 where there is no such label. */
  numberBehind(label: string): number {
    const found = this.bytes.subarray(0, this.length).indexOf(label)
    if (found < 0) return 0
    let at = found + label.length
    while (this.bytes[at] === SPACE || this.bytes[at] === TAB) at++
    return this.numberAt(at)
  }

  /** The decimal number that starts there; 0 if there is none. */
  numberAt(from: number): number {
    let value = 0
    for (let at = from; at < this.length; at++) {
      const digit = (this.bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    return value
  }
}

const wordsOf = ({ buffer, byteOffset, length }: Buffer): Int32Array =>
  new Int32Array(buffer, byteOffset, length / 4)

const SPACE = 32
const TAB = 9
const ZERO = 48

/** This process has no descriptor left, or the machine has none. */
export function isOutOfDescriptors(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}

/** A process can end between the open and the read: then the read says ESRCH. */
function reasonOf(thrown: unknown): number {
  const { code } = thrown as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ESRCH') return GONE
  if (code === 'EACCES' || code === 'EPERM') return DENIED
  throw thrown
}
