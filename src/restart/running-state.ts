// The state folder of a memmon that runs, read by somebody else: nothing is written or locked there, no link is followed,
// and whatever its files hold, it says in one line what could not be read.
import { lstat, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { errnoOf, FileFault } from '../base/file-fault.ts'
import { lockedBy, type RunOf } from '../base/lock-file.ts'
import { readOwnFile } from '../base/own-file.ts'
import { CHECKS_FILE } from './checks-file.ts'
import { type ChecksFound, MOST_BYTES, parseChecks } from './checks-lines.ts'
import { JOURNAL_FILE, MOST_JOURNAL_BYTES } from './journal-disk.ts'
import { JOURNAL_VERSION, type JournalContents, parseJournal } from './journal-lines.ts'

export interface RunningState {
  readonly kind: 'running'
  readonly pid: number
  /** Distinguishes this run of memmon from others, as in its lock. */
  readonly run: string
  /** When it last changed, in epoch milliseconds: until then, and as memmon runs, since then. */
  readonly asOfMs: number
  /** undefined if it is unreadable. */
  readonly journal: JournalContents | undefined
  /** undefined if this memmon has written nothing yet, or if that is unreadable. */
  readonly checks: ChecksFound | undefined
  /** What is unreadable, or left out, in words. */
  readonly problems: readonly string[]
}

export type FoundState =
  | RunningState
  /** There is no such folder, or no memmon that runs has it. */
  | { readonly kind: 'missing' | 'idle' }
  | { readonly kind: 'unreadable'; readonly why: string }

/** Reads it. Never rejects for what is there. */
export async function readRunningState(path: string, runOf: RunOf): Promise<FoundState> {
  try {
    const folder = await lstat(path)
    if (!folder.isDirectory()) return { kind: 'unreadable', why: `${path} is not a directory` }
    const owner = await lockedBy(path, folder.uid, runOf)
    if (!owner) return { kind: 'idle' }
    const [journal, checks] = await Promise.all([
      readJournal(path, folder.uid),
      readChecks(join(path, CHECKS_FILE), folder.uid, owner.run),
    ])
    const asOfMs = Math.max(journal.atMs, checks.value?.atMs ?? 0)
    const problems = [...journal.problems, ...checks.problems]
    return { kind: 'running', ...owner, asOfMs, journal: journal.value, checks: checks.value, problems }
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
    return { kind: 'unreadable', why: whyOf(thrown, path) }
  }
}

export interface Read<T> {
  readonly value?: T
  readonly atMs: number
  readonly problems: readonly string[]
}

/** The journal of the memmon that has or had this folder. Never rejects, whatever is there. */
export async function readJournal(folder: string, uid: number): Promise<Read<JournalContents>> {
  const path = join(folder, JOURNAL_FILE)
  try {
    const text = await readOwnFile(path, MOST_JOURNAL_BYTES, uid)
    if (text === undefined) return { atMs: 0, problems: [`${path} is missing`] }
    const { mtimeMs: atMs } = await stat(path)
    const value = parseJournal(text)
    if (value.version === JOURNAL_VERSION) return { value, atMs, problems: [] }
    const what = value.version === undefined ? 'is unreadable' : 'was written by another version of memmon'
    return { atMs, problems: [`${path} ${what}`] }
  } catch (thrown) {
    return { atMs: 0, problems: [whyOf(thrown, path)] }
  }
}

/** What another memmon has left is not this one's. */
async function readChecks(path: string, uid: number, run: string): Promise<Read<ChecksFound>> {
  try {
    const text = await readOwnFile(path, 2 * MOST_BYTES, uid)
    if (text === undefined) return { atMs: 0, problems: [] }
    const value = parseChecks(text)
    if (!value) return { atMs: 0, problems: [`${path} is unreadable`] }
    if (value.run !== run) return { atMs: 0, problems: [] }
    const { leftOut, atMs } = value
    return {
      value,
      atMs,
      problems:
        leftOut > 0
          ? [`${path} holds no more than ${MOST_BYTES} bytes: ${leftOut} of its entries are left out`]
          : [],
    }
  } catch (thrown) {
    return { atMs: 0, problems: [whyOf(thrown, path)] }
  }
}

/** One clause that names the file. */
export function whyOf(thrown: unknown, path: string): string {
  if (thrown instanceof FileFault) return thrown.message
  const code = errnoOf(thrown)
  if (code === undefined) throw thrown
  return code === 'EACCES' || code === 'EPERM'
    ? `permission denied: ${path}`
    : `${path}: ${messageOf(thrown)}`
}
