// memmon.conf and the files that it includes, as the file system has them; which of them were looked at is kept, since
// a change of any of them is a change of the settings.
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { errnoOf } from '../base/file-fault.ts'
import { looseText } from '../base/loose-file.ts'
import { ownUser } from '../base/own-user.ts'
import type { ReadFile } from './conf-sections.ts'
import type { ReadText, Surroundings } from './flags.ts'

export interface ConfFiles {
  readonly readText: ReadText
  readonly surroundings: Surroundings
  /** Of the files that were read those that others may write, and what mends it. */
  readonly loose: readonly string[]
  /** Begins a new reading. */
  forget(): void
  /** True if a file or folder that was looked at since `forget`, whether it was there or not, is another one by now. */
  haveChanged(): boolean
}

export function createConfFiles(): ConfFiles {
  /** Each as it was before it was read: what is written meanwhile is a change. */
  const looked = new Map<string, string>()
  const loose: string[] = []
  return {
    forget() {
      looked.clear()
      loose.length = 0
    },
    loose,
    haveChanged: () => [...looked].some(([path, mark]) => markOf(path) !== mark),
    readText(path): ReadFile {
      looked.set(path, markOf(path))
      const { text, stat } = readable(path)
      const looseness = looseText(path, stat, process.geteuid?.() ?? stat.uid)
      if (looseness !== undefined) loose.push(looseness)
      return { text, isPrivate: (stat.mode & 0o077) === 0 }
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

/** What is told of it is told of the very file that is read. */
export function readOpen(path: string): { text: string; stat: Stats } {
  const fd = openSync(path, 'r')
  try {
    return { stat: fstatSync(fd), text: readFileSync(fd, 'utf8') }
  } finally {
    closeSync(fd)
  }
}

/** The same, with an error for people. */
function readable(path: string): ReturnType<typeof readOpen> {
  try {
    return readOpen(path)
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Error(`${path} does not exist`)
    if (code === 'EACCES') throw new Error(`user ${ownUser()} may not read ${path}`)
    if (code === 'EISDIR') throw new Error(`${path} is a directory, not a file`)
    throw thrown
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
