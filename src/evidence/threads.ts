// What the threads of a process do, from its task folder: one by one, 5,000 at most.
import type { ThreadFacts } from './facts.ts'
import { codeOf, isGone, Unread, word } from './known.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'
import { parseStat } from './status.ts'
import { parseSyscall } from './syscalls.ts'
import { ThreadTally } from './thread-tally.ts'

const MOST_LOOKED_AT = 5_000

export interface ReadThreads {
  readonly facts: ThreadFacts
  /** By which the stacks are told among the mappings. */
  readonly stackPointers: readonly number[]
  /** Why these are missing, for some threads or for all. */
  readonly missing: Readonly<Partial<Record<'threads' | 'wchan' | 'syscall', string>>>
}

/** Returns what it has read by the deadline. Throws if the folder cannot be read. */
export async function readThreads(
  folder: string,
  files: ProcFiles,
  pace: Pace,
  architecture: string,
): Promise<ReadThreads> {
  const tally = new ThreadTally()
  const stackPointers: number[] = []
  const missing: Partial<Record<'threads' | 'wchan' | 'syscall', string>> = {}
  /** undefined after the first refusal: what is refused for one thread is refused for all. */
  const piece = (name: 'wchan' | 'syscall', path: string): string | undefined => {
    if (missing[name] !== undefined) return undefined
    try {
      return files.read(path)
    } catch (thrown) {
      if (!isGone(thrown)) missing[name] = codeOf(thrown)
      return undefined
    }
  }
  const lookAt = (thread: string) => {
    const { name, state } = parseStat(files.read(`${folder}/${thread}/stat`))
    const wchan = word(piece('wchan', `${folder}/${thread}/wchan`) ?? '')
    const text = piece('syscall', `${folder}/${thread}/syscall`)
    const syscall = text === undefined ? undefined : parseSyscall(text, architecture)
    if (syscall?.stackPointer !== undefined) stackPointers.push(syscall.stackPointer)
    tally.add({ name, state, wchan, syscall: syscall?.name ?? '' })
  }
  let count = 0
  try {
    for (const thread of files.names(folder)) {
      if (count++ < MOST_LOOKED_AT) unlessGone(() => lookAt(thread))
      if (pace.isDue()) await pace.rest()
    }
  } catch (thrown) {
    if (!(thrown instanceof Unread) || tally.count === 0) throw thrown
    missing.threads = thrown.code
  }
  // Counts a thread that has ended meanwhile; a process without threads has ended.
  if (tally.count === 0) throw new Unread('ESRCH')
  if (tally.hidesWchan) missing.wchan ??= 'EACCES'
  return { facts: tally.facts(count), stackPointers, missing }
}

function unlessGone(work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown
  }
}
