// A line of the log as JSON: time, level, the sentence of the text log, and the facts behind it. docs/logs.md has the
// fields.
import { messageOf } from './errors.ts'
import { jsonLine } from './json-line.ts'
import { type Redactor, redactDocument } from './redact.ts'
import { oneLine } from './text.ts'

/** What a line is about, in the terms of the webhook's document: the event, and its fields. */
export interface LogFacts {
  readonly event: string
  readonly [field: string]: unknown
}

export interface LogEntry {
  readonly at: Date
  readonly level: string
  readonly text: string
  readonly facts: (() => LogFacts) | undefined
}

/** With its line end it is 16 KiB: Docker and Kubernetes split longer lines. */
export const LONGEST_LINE_BYTES = 16 * 1024 - 1

/** How many characters of each text and items of each list a long line keeps: the first pair that fits. */
const CUTS = [
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [1000, 20],
  [200, 5],
] as const

/** The line, without its end. */
export function jsonLogLine(
  { at, level, text, facts }: LogEntry,
  redactor: Pick<Redactor, 'redact'>,
): string {
  const head = { time: at.toISOString(), level, message: oneLine(redactor.redact(text)) }
  const document = { ...head, ...redactDocument(factsOf(facts), redactor) }
  for (const [characters, items] of CUTS) {
    const isCut = Number.isFinite(characters)
    const line = jsonLine(shortened(isCut ? { ...document, is_cut: true } : document, characters, items))
    if (Buffer.byteLength(line) <= LONGEST_LINE_BYTES) return line
  }
  return jsonLine(shortened({ ...head, is_cut: true }, 1000, 0))
}

/** A defect in the facts costs only the facts. */
function factsOf(facts: (() => LogFacts) | undefined): object {
  try {
    return facts?.() ?? {}
  } catch (thrown) {
    return { problem: `the facts of this line are missing, please report it: ${messageOf(thrown)}` }
  }
}

/** As valid Unicode, which a name need not be, and within the bounds. */
function shortened(document: object, characters: number, items: number): object {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return wholeText(value.slice(0, characters))
    if (Array.isArray(value)) return value.slice(0, items).map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one)]))
  }
  return walk(document) as object
}

/** Replaces half a surrogate pair, which JSON readers reject, by U+FFFD. */
const wholeText = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')
