// The log: stderr only, one line a fact, in supervisord's own form (it adds no timestamps to a child's stderr).
import { writeSync } from 'node:fs'
import { oneLine, timestamp } from './text.ts'

/** supervisord's own names of levels (supervisor/loggers.py). */
export type Level = 'DEBG' | 'INFO' | 'WARN' | 'ERRO' | 'CRIT'

/** Writes one line; whatever a name holds stays on that line. */
export type Log = (level: Level, text: string) => void

const STDERR = 2

/** A log on stderr. A full or closed stderr loses the line rather than blocking or ending memmon. */
export function createLog(redact: (text: string) => string, now: () => Date = () => new Date()): Log {
  return (level, text) => {
    try {
      writeSync(STDERR, `${timestamp(now())} ${level} ${oneLine(redact(text))}\n`)
    } catch {
      // EAGAIN or EPIPE: nobody can read it.
    }
  }
}
