// Files that only we can have written, opened by descriptor: no link is followed, no pipe is waited for.
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { errnoOf, FileFault, unless } from './file-fault.ts'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

/**
 * Opens a file of ours, or of user `uid`, for reading; undefined if there is none.
 * Throws a FileFault ('unsafe') for a link, for anything but a regular file, and for what others own or may write.
 */
export async function openOwnFile(path: string, uid = process.geteuid?.()): Promise<FileHandle | undefined> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((thrown: unknown) => {
    const code = errnoOf(thrown)
    if (code === 'ENOENT') return undefined
    // ELOOP is a link; ENXIO a socket.
    if (code === 'ELOOP' || code === 'ENXIO') throw notOwn(path, 'is not a regular file')
    throw thrown
  })
  if (!file) return undefined
  try {
    const wrong = whatIsWrong(await file.stat(), uid)
    if (wrong === undefined) return file
    throw notOwn(path, wrong)
  } catch (thrown) {
    await file.close()
    throw thrown
  }
}

/** The text of such a file; undefined if there is none. Throws like openOwnFile, also beyond `mostBytes`. */
export async function readOwnFile(
  path: string,
  mostBytes: number,
  uid = process.geteuid?.(),
): Promise<string | undefined> {
  const file = await openOwnFile(path, uid)
  if (!file) return undefined
  try {
    const { size } = await file.stat()
    if (size > mostBytes) throw notOwn(path, `is too large (${size} bytes)`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/**
 * True while the path leads to the very file or directory that is open. Its inode number cannot be reused as long as
 * it is open, and not before: ext4 gives a freed one to the next file.
 */
export async function isStillAt(opened: FileHandle, path: string): Promise<boolean> {
  const found = await lstat(path, { bigint: true }).catch(unless('ENOENT', 'ENOTDIR'))
  const { dev, ino } = await opened.stat({ bigint: true })
  return found !== undefined && found.dev === dev && found.ino === ino
}

function whatIsWrong(stat: Stats, uid = stat.uid): string | undefined {
  if (!stat.isFile()) return 'is not a regular file'
  if (stat.uid !== uid) return `belongs to user ${stat.uid}`
  if ((stat.mode & 0o022) !== 0) return 'is writable by others'
  return undefined
}

const notOwn = (path: string, wrong: string): FileFault =>
  new FileFault('unsafe', `${path} ${wrong}: remove it`)
