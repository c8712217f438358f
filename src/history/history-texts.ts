// What is said of the history file, in the log. Pure.
import { type FoundHistory, HISTORY_VERSION } from './history-lines.ts'

export const unwrittenText = (why: string): string =>
  `The memory history cannot be written (${why}): it is kept in memory, and writing is retried every 5 minutes`

export const writtenAgainText = (path: string): string => `The memory history can be written again: ${path}`

export const unreadText = (why: string): string =>
  `The memory history cannot be read (${why}): it starts over`

/** undefined if nothing of the file is missing; `asideName` is what it is called now if its version is another. */
export function leftOutText(
  { version, leftOut, tracked }: FoundHistory,
  path: string,
  asideName: string,
): string | undefined {
  if (version === undefined) return `${path} is unreadable: the memory history starts over`
  if (version !== HISTORY_VERSION)
    return `${path} was written by another version of memmon and is now ${asideName}: the memory history starts over`
  if (leftOut === 0) return undefined
  const all = leftOut + tracked.size
  return `${path} is damaged: the memory history of ${leftOut} of ${all} processes starts over`
}
