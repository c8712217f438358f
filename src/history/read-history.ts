// Reads the history file, a piece at a time: whoever else has something to do has its turn in between.
import type { FileHandle } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { FileFault } from '../base/file-fault.ts'
import { openOwnFile } from '../base/own-file.ts'
import { type FoundHistory, HistoryLines } from './history-lines.ts'

export const HISTORY_FILE = 'history.jsonl'
/** What 2,000 processes take is a third of it. */
export const MOST_HISTORY_BYTES = 64 * 1024 * 1024
/** Some eight lines. */
const PIECE_BYTES = 64 * 1024
/** Longer than any line that memmon writes of a process with a name of ordinary length. */
export const MOST_LINE_CHARS = 256 * 1024

/** undefined if there is none. Rejects for what is not ours, too large, or unreadable. `pause` is awaited between pieces. */
export async function readHistory(
  path: string,
  uid: number | undefined,
  pause: () => Promise<void>,
): Promise<FoundHistory | undefined> {
  const file = await openOwnFile(path, uid)
  if (!file) return undefined
  try {
    const { size } = await file.stat()
    if (size > MOST_HISTORY_BYTES)
      throw new FileFault('unsafe', `${path} is too large (${size} bytes): remove it`)
    const lines = new HistoryLines()
    for await (const some of linesIn(file)) {
      if (!some.every(line => lines.take(line))) break
      await pause()
    }
    return lines.found
  } finally {
    await file.close()
  }
}

/** The lines of each piece; of one that is too long not all, so that it is none. */
async function* linesIn(file: FileHandle): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  const piece = Buffer.alloc(PIECE_BYTES)
  let rest = ''
  for (let at = 0; at < MOST_HISTORY_BYTES; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at)
    if (bytesRead === 0) break
    at += bytesRead
    const lines = (rest + decoder.write(piece.subarray(0, bytesRead))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_LINE_CHARS) rest = rest.slice(0, MOST_LINE_CHARS)
    yield lines
  }
  if (rest !== '') yield [rest]
}
