// How files of /proc and /sys are read. What takes no lock of the process is read at once: 10 us a file, ten times as
// much by way of Node's threads. What does, such as smaps, may wait for as long as the process holds that lock.
import { closeSync, opendirSync, openSync, readlinkSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'

export interface ProcFiles {
  /** A small file, its first 64 KB. Throws Node's error, as all of these do. */
  read(path: string): string
  /** Where a link points. Nothing behind it is touched: that may be a dead NFS server. */
  link(path: string): string
  /** The names in a folder, one after the other. */
  names(path: string): Iterable<string>
  /** A file of any length, in pieces, without blocking. */
  pieces(path: string): AsyncGenerator<string>
}

const SMALL_BYTES = 65_536
const PIECE_BYTES = 65_536
const NAMES_AT_ONCE = 256

const small = Buffer.allocUnsafeSlow(SMALL_BYTES)

export const procFiles: ProcFiles = {
  read(path) {
    const fd = openSync(path, 'r')
    try {
      let length = 0
      for (let more = 1; more > 0 && length < SMALL_BYTES; length += more)
        more = readSync(fd, small, length, SMALL_BYTES - length, null)
      return small.toString('utf8', 0, length)
    } finally {
      closeSync(fd)
    }
  },
  link: path => readlinkSync(path),
  *names(path) {
    const folder = opendirSync(path, { bufferSize: NAMES_AT_ONCE })
    try {
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) yield entry.name
    } finally {
      folder.closeSync()
    }
  },
  async *pieces(path) {
    const file = await open(path, 'r')
    try {
      const decoder = new StringDecoder('utf8')
      const bytes = Buffer.allocUnsafe(PIECE_BYTES)
      for (let isOver = false; !isOver; ) {
        const length = await filled(bytes, file)
        isOver = length < PIECE_BYTES
        if (length > 0) yield decoder.write(bytes.subarray(0, length))
      }
    } finally {
      await file.close()
    }
  },
}

/** The kernel gives such a file a page at a time: what waits for a piece is not to be woken for each. */
async function filled(bytes: Buffer, file: FileHandle): Promise<number> {
  let length = 0
  for (let more = 1; more > 0 && length < bytes.length; length += more)
    more = (await file.read(bytes, length, bytes.length - length, null)).bytesRead
  return length
}
