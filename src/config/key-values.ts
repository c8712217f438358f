// environment= of supervisord.conf, as supervisord splits it (supervisor/datatypes.py, dict_of_key_value_pairs): by
// Python's shlex in its old mode, where a quote counts only at the beginning of a word.

/** A quoted string, a word, a comment, or a single other character. */
const TOKEN = /"[^"]*"|'[^']*'|[\w/.+\-():][\w/.+\-():'"]*|#.*|\S/g

/** `KEY=value,OTHER="with, comma"`. Throws an Error, without the values, which may be secrets. */
export function parseKeyValues(text: string): Record<string, string> {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token).filter(token => !token.startsWith('#'))
  const pairs: Record<string, string> = {}
  for (let at = 0; at < tokens.length; at += 4) {
    const [key, equals, value] = tokens.slice(at, at + 3)
    if (key === undefined || equals !== '=' || value === undefined) {
      throw new Error('environment cannot be read: write KEY="value",OTHER="value"')
    }
    pairs[key] = value.replace(/^['"]+|['"]+$/g, '')
  }
  return pairs
}
