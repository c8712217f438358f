// The history of a memmon that runs or has ended, read by somebody else from its state folder: nothing is written or
// locked there, no link is followed, and whatever its file holds, it says in one line what could not be read.
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { errnoOf, FileFault } from '../base/file-fault.ts'
import { type FoundHistory, HISTORY_VERSION } from './history-lines.ts'
import { historyOf } from './history-of.ts'
import type { ProcessHistory } from './process-history.ts'
import { HISTORY_FILE, readHistory } from './read-history.ts'

export interface FoundHistories {
  /** In order of their names. */
  readonly histories: readonly ProcessHistory[]
  /** When it was written, in epoch milliseconds; undefined if nothing was read. */
  readonly atMs: number | undefined
  /** In words, one line each: what is missing, unreadable or left out. */
  readonly problems: readonly string[]
}

/** Reads it, as the owner of the folder or as root. Never rejects for what is there. */
export async function readHistories(folderPath: string): Promise<FoundHistories> {
  const path = join(folderPath, HISTORY_FILE)
  try {
    const folder = await lstat(folderPath)
    if (!folder.isDirectory()) return nothing(`${folderPath} is not a directory`)
    const found = await readHistory(path, folder.uid, async () => {})
    return found
      ? described(found, path)
      : nothing(`${path} does not exist: memmon writes it after five minutes`)
  } catch (thrown) {
    return nothing(whyOf(thrown, path))
  }
}

const nothing = (problem: string): FoundHistories => ({ histories: [], atMs: undefined, problems: [problem] })

function described({ version, tracked, leftOut, atMs }: FoundHistory, path: string): FoundHistories {
  if (version === undefined) return nothing(`${path} is unreadable`)
  if (version !== HISTORY_VERSION) return nothing(`${path} was written by another version of memmon`)
  const histories = [...tracked].flatMap(([namespec, one]) => historyOf(namespec, one) ?? [])
  const problem = `${path} is damaged: ${leftOut} of ${leftOut + tracked.size} processes are left out`
  return { histories: histories.sort(byName), atMs, problems: leftOut > 0 ? [problem] : [] }
}

const byName = (a: ProcessHistory, b: ProcessHistory): number =>
  a.namespec < b.namespec ? -1 : Number(a.namespec > b.namespec)

/** One clause that names the file. */
function whyOf(thrown: unknown, path: string): string {
  if (thrown instanceof FileFault) return thrown.message
  const code = errnoOf(thrown)
  if (code === undefined) throw thrown
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${path} does not exist`
  return code === 'EACCES' || code === 'EPERM'
    ? `permission denied: ${path}`
    : `${path}: ${messageOf(thrown)}`
}
