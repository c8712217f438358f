// Reads a large file line by line, without blocking and not beyond the deadline.
import { Unread } from './known.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'

/** A machine may have a million sockets, of which few are this process's. */
const MOST_BYTES = 16 * 1024 * 1024

/** Throws Unread ('timeout', 'too_large') with what came before given to `each`, or Node's error. */
export async function readLines(
  path: string,
  each: (line: string) => void,
  files: ProcFiles,
  pace: Pace,
): Promise<void> {
  if (pace.isOver()) throw new Unread('timeout')
  const pieces = files.pieces(path)
  let [length, rest] = [0, '']
  try {
    for (;;) {
      const piece = await pace.within(pieces.next())
      if (piece.done) break
      length += piece.value.length
      if (length > MOST_BYTES) throw new Unread('too_large')
      const lines = (rest + piece.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) each(line)
    }
  } finally {
    // Not awaited: it waits for a read that may never be answered.
    void pieces.return(undefined).catch(() => {})
  }
  if (rest !== '') each(rest)
}

/** The text of such a file. */
export async function readText(path: string, files: ProcFiles, pace: Pace): Promise<string> {
  const lines: string[] = []
  await readLines(path, line => lines.push(line), files, pace)
  return lines.join('\n')
}
