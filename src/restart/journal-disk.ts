// The journal's file, in a folder that is this memmon's alone.
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalDisk } from './journal.ts'

const FILE = 'restarts.jsonl'
const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NOFOLLOW, O_RDONLY } = constants

/** The journal in that folder. */
export function createJournalDisk(folder: string): JournalDisk {
  const path = join(folder, FILE)
  let file: FileHandle | undefined
  return {
    async read() {
      try {
        return await readFile(path, { encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW })
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return ''
        throw thrown
      }
    },
    async setAside(version) {
      const name = `${FILE}.version-${version}`
      await rename(path, join(folder, name))
      return name
    },
    async replace(text) {
      await file?.close()
      file = undefined
      const made = await open(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600)
      try {
        await made.appendFile(text)
        await made.sync()
        await rename(`${path}.new`, path)
      } catch (thrown) {
        await made.close()
        throw thrown
      }
      file = made
    },
    async append(text) {
      if (!file) throw new Error('it is not open')
      await file.appendFile(text)
      await file.datasync()
    },
  }
}
