// memmon.conf and the files that it includes, as the file system has them; which of them were looked at is kept, since
// a change of any of them is a change of the settings.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ReadFile } from '../config/conf.ts'
import type { ReadText, Surroundings } from '../config/flags.ts'

export interface ConfFiles {
  readonly readText: ReadText
  readonly surroundings: Surroundings
  /** Begins a new reading. */
  forget(): void
  /** True if a file or folder that was looked at since `forget`, whether it was there or not, is another one by now. */
  haveChanged(): boolean
}

export function createConfFiles(): ConfFiles {
  /** Each as it was before it was read: what is written meanwhile is a change. */
  const looked = new Map<string, string>()
  return {
    forget: () => looked.clear(),
    haveChanged: () => [...looked].some(([path, mark]) => markOf(path) !== mark),
    readText(path): ReadFile {
      looked.set(path, markOf(path))
      return { text: readFileSync(path, 'utf8'), isPrivate: (statSync(path).mode & 0o077) === 0 }
    },
    surroundings: {
      listFolder(path) {
        looked.set(path, markOf(path))
        return namesIn(path)
      },
      environment: process.env,
      hostName: hostname(),
    },
  }
}

/** Changes with the file, and with the names in a folder; '' while it cannot be seen. */
function markOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return '' // not there, or in a folder that may not be looked into
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return [] // nothing is there to be included
    throw thrown
  }
}
