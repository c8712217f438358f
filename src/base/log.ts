// The log: stderr only, one line a fact. As text in supervisord's own form (it adds no timestamps to a child's stderr), or as
// JSON for machines.
import { writeSync } from 'node:fs'
import { jsonLogLine, type LogFacts } from './json-log.ts'
import type { Redactor } from './redact.ts'
import { oneLine, timestamp } from './text.ts'

/** supervisord's own names of levels (supervisor/loggers.py). */
export type Level = 'DEBG' | 'INFO' | 'WARN' | 'ERRO' | 'CRIT'

export type LogFormat = 'text' | 'json'

/**
 * Writes one line; whatever a name holds stays on that line. Only JSON asks for the facts behind it. WARN and
 * above, which may wake somebody, must have some.
 */
export interface Log {
  (level: 'DEBG' | 'INFO', text: string, facts?: () => LogFacts): void
  (level: Level, text: string, facts: () => LogFacts): void
}

export interface LogTerms {
  readonly format: LogFormat
  readonly redactor: Pick<Redactor, 'redact'>
  readonly now?: () => Date
}

const STDERR = 2

/** The words that log collectors know for them. */
const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  DEBG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERRO: 'error',
  CRIT: 'critical',
}

/** A log on stderr. A full or closed stderr loses the line rather than blocking or ending memmon. */
export function createLog({ format, redactor, now = () => new Date() }: LogTerms): Log {
  const lineOf: (level: Level, text: string, facts?: () => LogFacts) => string =
    format === 'json'
      ? (level, text, facts) => jsonLogLine({ at: now(), level: LEVEL_WORDS[level], text, facts }, redactor)
      : (level, text) => `${timestamp(now())} ${level} ${oneLine(redactor.redact(text))}`
  return (level: Level, text: string, facts?: () => LogFacts) => {
    try {
      writeSync(STDERR, `${lineOf(level, text, facts)}\n`)
    } catch {
      // EAGAIN or EPIPE: nobody can read it.
    }
  }
}
