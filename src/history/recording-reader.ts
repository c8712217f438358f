// Reads a file of recorded series line by line: JSON Lines of whoever measured, or memmon's own history, which its first line
// tells.
import { HISTORY_VERSION } from './history-lines.ts'
import { parseHistoryLine } from './recorded-history.ts'
import { type BadLine, parseRecording, type Recording } from './recording.ts'

export interface RecordingReader {
  /** undefined for what is no series: a blank line, the first one of a history. */
  take(line: string): Recording | BadLine | undefined
  /** Of a whole file: what its first line has promised and is not there, in one clause. */
  missing(): string | undefined
}

/** What the first line of a history says. */
interface Head {
  readonly version: number
  readonly processes: number
}

export function createRecordingReader(): RecordingReader {
  let head: Head | undefined
  let lines = 0
  return {
    take(line) {
      if (lines++ === 0) {
        head = headOf(line)
        if (head) return head.version === HISTORY_VERSION ? undefined : OTHER_VERSION
      }
      if (line.trim() === '' || (head && head.version !== HISTORY_VERSION)) return undefined
      return head ? parseHistoryLine(line) : parseRecording(line)
    },
    missing() {
      const count = head?.version === HISTORY_VERSION ? head.processes - (lines - 1) : 0
      return count > 0 ? `${count} of ${head?.processes} processes are missing at its end` : undefined
    },
  }
}

const OTHER_VERSION: BadLine = {
  kind: 'bad',
  why: 'written by another version of memmon; not analysed',
}

function headOf(line: string): Head | undefined {
  if (!line.startsWith('{"memmonHistory":')) return undefined
  try {
    const { memmonHistory: version, processes } = JSON.parse(line)
    return { version: Number(version), processes: Number(processes) }
  } catch {
    return undefined
  }
}
