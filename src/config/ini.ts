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

/** A line that is neither: its rest may be a secret, so it is not handed on. */
export interface IniProblem {
  readonly line: number
  /** A section without its end, no setting, or a setting before the first section. */
  readonly kind: 'section' | 'setting' | 'early'
  /** What it begins with, up to a blank, "=" or ":". */
  readonly word: string
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
    const kind = problemWith(value, sections.length === 0)
    if (kind) {
      problems.push({ line, kind, word: firstWord(value) })
      continue
    }
    const split = value.search(/[=:]/)
    const key = value.slice(0, split).trim().toLowerCase()
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

function problemWith(text: string, isEarly: boolean): IniProblem['kind'] | undefined {
  if (text.startsWith('[')) return 'section'
  if (!/[=:]/.test(text) || /^[=:]/.test(text)) return 'setting'
  return isEarly ? 'early' : undefined
}

/** In lower case, as keys are. */
export const firstWord = (text: string): string => (/^[^\s=:]*/.exec(text)?.[0] ?? '').toLowerCase()

function closed({ key, line, values }: OpenEntry): IniEntry {
  return { key, line, value: values.join('\n').trimEnd() }
}
