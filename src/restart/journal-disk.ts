// The journal's file, in a folder that is this memmon's alone. The folder may be deleted, replaced or not writable at
// any time: each write makes sure of it first.
import type { FileHandle } from 'node:fs/promises'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceAndOpen } from '../base/atomic-file.ts'
import { despiteLack } from '../base/lack.ts'
import { isStillAt, readOwnFile } from '../base/own-file.ts'
import type { JournalDisk } from './journal.ts'
import type { StateFolder } from './state-folder.ts'

export const JOURNAL_FILE = 'restarts.jsonl'
/** The journal is written anew past 256 KB; with a job for each of thousands of programs it may be larger. */
export const MOST_JOURNAL_BYTES = 64 * 1024 * 1024

export interface JournalDiskPorts {
  /** The folder's path, also while it could not be claimed. */
  readonly path: string
  /** The folder that is ours; claims it if that was not possible before. Throws an Error that says why not. */
  readonly claim: () => Promise<StateFolder>
  readonly tell: (text: string) => void
  readonly sleep: (ms: number) => Promise<void>
}

/** The journal in that folder. */
export function createJournalDisk({ path: folder, claim, tell, sleep }: JournalDiskPorts): JournalDisk {
  const path = join(folder, JOURNAL_FILE)
  let file: FileHandle | undefined
  const close = async () => {
    await file?.close().catch(() => {})
    file = undefined
  }
  return {
    read: async () => (await despiteLack(() => readOwnFile(path, MOST_JOURNAL_BYTES), sleep)) ?? '',
    async setAside(version) {
      const name = `${JOURNAL_FILE}.version-${version}`
      await rename(path, join(folder, name))
      return name
    },
    async replace(text) {
      await close()
      const claimed = await claim()
      if (!(await claimed.isIntact())) {
        await claimed.remake()
        tell(`The state folder ${folder} was deleted or replaced: memmon has recreated it`)
      }
      file = await replaceAndOpen(path, text)
    },
    async append(text) {
      const claimed = await claim()
      const isThere = file && (await claimed.isIntact()) && (await isStillAt(file, path))
      if (!file || !isThere) throw new Error(`${path} is not the file that memmon has opened`)
      await file.appendFile(text)
      await file.datasync()
    },
  }
}
