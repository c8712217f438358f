// What the present or last listener of a state folder noted about itself, for other readers; see listener-file.ts.
// Writes nothing there, and follows no link.
import { join } from 'node:path'
import { openOwnFile } from '../base/own-file.ts'
import { LISTENER_FILE } from './listener-file.ts'
import { type ListenerNote, parseListenerLine } from './listener-line.ts'
import { type Read, whyOf } from './running-state.ts'

const MOST_BYTES = 16 * 1024

export interface ListenerFound extends ListenerNote {
  /** In epoch milliseconds; undefined without one. */
  readonly tickAtMs: number | undefined
}

/** `uid`: the owner of the folder. Never rejects, whatever is there. */
export async function readListenerFile(folder: string, uid: number): Promise<Read<ListenerFound>> {
  const path = join(folder, LISTENER_FILE)
  try {
    const file = await openOwnFile(path, uid)
    if (!file) return { atMs: 0, problems: [] }
    try {
      const { mtimeMs } = await file.stat()
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
      const note = parseListenerLine(buffer.toString('utf8', 0, bytesRead))
      if (!note) return { atMs: 0, problems: [`${path} is unreadable, or of another version of memmon`] }
      const tickAtMs = note.periodSeconds === undefined ? undefined : Math.round(mtimeMs)
      return { value: { ...note, tickAtMs }, atMs: mtimeMs, problems: [] }
    } finally {
      await file.close()
    }
  } catch (thrown) {
    return { atMs: 0, problems: [whyOf(thrown, path)] }
  }
}
