// Files that people share, replaced in one step as memmon's own are. By itself, for what it needs of node:crypto takes 0.6 MB
// that the listener has no use for.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { writeThenRename } from './atomic-file.ts'

/** Replaces the file, or makes it, with the rights that the umask leaves, beside files that are not memmon's. */
export async function replaceSharedFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`
  try {
    const file = await writeThenRename(temporary, path, text, 0o666, true)
    await file.close()
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {})
    throw thrown
  }
}
