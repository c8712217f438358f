// Whether a command that an operator wrote can be split into words, seen before it is needed: as shlex, which supervisord
// and memmon split by, reads quotes and backslashes. shlex itself is loaded only where a command is about to run.

/** Gives the command back. Throws an Error that says what does not close. */
export function parseCommand(text: string): string {
  if (text.trim() === '') throw new Error(`"${text}" is not a command`)
  const open = openAtEnd(text)
  if (open === undefined) return text
  if (open.what === '\\')
    throw new Error('the backslash at its end stands before nothing: remove it, or write two')
  throw new Error(`the quote ${open.what} at character ${open.at} is never closed`)
}

/** The text as one word for a shell: quoted if it holds more than a plain name does. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** Its words, without their quotes and backslashes. */
export const wordsIn = (command: string): string[] =>
  (command.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/gs) ?? []).map(bare)

const bare = (word: string): string =>
  word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) =>
    double === undefined ? (single ?? escaped) : double.replace(/\\(["\\])/g, '$1'),
  )

/** The quote or backslash that the end of the text leaves open, and where it stands, from 1. */
function openAtEnd(text: string): { readonly what: string; readonly at: number } | undefined {
  let open: { readonly what: string; readonly at: number; readonly escapes: boolean } | undefined
  let dollarAt = -1
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? ''
    if (one === '\\' && open?.escapes !== false) {
      if (++at === text.length) return open ?? { what: one, at }
    } else if (open) {
      if (one === open.what) open = undefined
    } else if (one === '"' || one === "'") {
      open = { what: one, at: at + 1, escapes: one === '"' || dollarAt === at - 1 } // $'...' has escapes, too
    } else if (one === '$') dollarAt = at
  }
  return open
}
