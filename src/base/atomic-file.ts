// Files that are replaced in one step: whoever reads one, also after a crash or a power failure, finds the old text or
// the new one, whole.
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { unless } from './file-fault.ts'

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_RDONLY, O_DIRECTORY } = constants

/** Writers of a path take turns: one temporary name a path is enough, and the last call wins. */
const turns = new Map<string, Promise<unknown>>()

/** A whole text, or its pieces as they come. */
export type Content = string | AsyncIterable<string>

/** Readable for nobody else. */
const OWN_MODE = 0o600

/** Replaces or creates the file. Resolves when it is on disk; if it rejects, no partial file is in place. */
export async function replaceFile(path: string, text: Content, mode = OWN_MODE): Promise<void> {
  const file = await replaceAndOpen(path, text, mode)
  await file.close()
}

/** The same; the new file stays open for appending. The caller closes it. */
export const replaceAndOpen = (path: string, text: Content, mode = OWN_MODE): Promise<FileHandle> =>
  inTurn(path, async () => {
    // Of a fixed name, so that kills leave one of it at most. Only one process may write a path: see lock-file.ts.
    const temporary = `${path}.new`
    await rm(temporary, { force: true })
    try {
      return await writeThenRename(temporary, path, text, mode)
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => {}) // half a file would keep a full disk full
      throw thrown
    }
  })

/** Removes the file, after whatever is being written to it: that would bring it back. */
export const removeFile = (path: string): Promise<void> => inTurn(path, () => rm(path, { force: true }))

/** In one step, from a unique name; the file stays open. Its mode is `mode`, whatever the umask, unless it heeds that. */
export async function writeThenRename(
  temporary: string,
  path: string,
  text: Content,
  mode = OWN_MODE,
  heedsUmask = false,
): Promise<FileHandle> {
  // What was there has been removed: O_EXCL refuses what somebody puts there meanwhile, a link for example.
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, mode)
  try {
    if (!heedsUmask && mode !== OWN_MODE) await file.chmod(mode)
    for await (const piece of typeof text === 'string' ? [text] : text) await file.writeFile(piece)
    await file.sync()
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return file
  } catch (thrown) {
    await file.close()
    throw thrown
  }
}

/** Without this, a power failure may bring the old file back (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, O_RDONLY | O_DIRECTORY)
  try {
    // Some file systems cannot sync a directory: nothing more can be done there.
    await folder.sync().catch(unless('EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'))
  } finally {
    await folder.close()
  }
}

function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(path) ?? Promise.resolve()).then(work, work)
  turns.set(path, turn)
  const done = () => {
    if (turns.get(path) === turn) turns.delete(path)
  }
  turn.then(done, done)
  return turn
}
