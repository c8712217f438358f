// supervisord's INI dialect, with line numbers: what Python's RawConfigParser reads as supervisor sets it up
// (supervisor/options.py, UnhosedConfigParser), so that memmon.conf is written as supervisord.conf is.

export interface IniEntry {
  /** In lower case. */
  readonly key: string
  readonly value: string
  /** From 1. */
  readonly line: number
}

interface IniSection {
  readonly name: string
  readonly line: number
  readonly entries: readonly IniEntry[]
}

interface IniProblem {
  readonly line: number
  readonly text: string
  /** A key that stands before the first section. */
  readonly key?: string
}

export interface Ini {
  readonly sections: readonly IniSection[]
  readonly problems: readonly IniProblem[]
}

interface OpenEntry {
  readonly key: string
  readonly line: number
  readonly indent: number
  readonly values: string[]
}

/** Reads the whole text. What is wrong is collected, not thrown; duplicates are kept, in order. */
export function parseIni(text: string): Ini {
  const sections: { name: string; line: number; entries: OpenEntry[] }[] = []
  const problems: IniProblem[] = []
  let entry: OpenEntry | undefined
  for (const [at, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = at + 1
    const value = withoutComment(raw).trim()
    if (value === '') {
      // A comment does not count as a line; a blank line belongs to the value before it.
      if (raw.trim() === '' && entry) entry.values.push('')
      continue
    }
    const indent = raw.search(/\S/)
    if (entry && indent > entry.indent) {
      entry.values.push(value)
      continue
    }
    entry = undefined
    const section = /^\[(.+)\]/.exec(value)?.[1]
    if (section !== undefined) {
      sections.push({ name: section, line, entries: [] })
      continue
    }
    const text = problemWith(value)
    if (text) {
      problems.push({ line, text })
      continue
    }
    const split = value.search(/[=:]/)
    const key = value.slice(0, split).trim().toLowerCase()
    if (sections.length === 0) {
      problems.push({ line, key, text: `"${value}" stands before the first section` })
      continue
    }
    entry = {
      key,
      line,
      indent,
      values: [value.slice(split + 1).trim()],
    }
    sections.at(-1)?.entries.push(entry)
  }
  return {
    sections: sections.map(({ entries, ...rest }) => ({ ...rest, entries: entries.map(closed) })),
    problems,
  }
}

/** A ; or # at the beginning, or behind a blank. */
function withoutComment(line: string): string {
  if (/^\s*[;#]/.test(line)) return ''
  const at = line.search(/\s[;#]/)
  return at < 0 ? line : line.slice(0, at)
}

function problemWith(text: string): string | undefined {
  if (text.startsWith('[')) return `"${text}" begins a section and does not end it: write [section]`
  if (!/[=:]/.test(text) || /^[=:]/.test(text)) return `"${text}" is not a setting: write key = value`
  return undefined
}

function closed({ key, line, values }: OpenEntry): IniEntry {
  return { key, line, value: values.join('\n').trimEnd() }
}
