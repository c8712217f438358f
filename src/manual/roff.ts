// man(7): the few macros that memmon's pages need, and text that troff prints verbatim.

/** The first lines of a page; `date` is the release's. */
export interface PageTitle {
  readonly name: string
  readonly section: number
  readonly version: string
  readonly date: string
  readonly heading: string
}

/** A whole page from its parts. */
export const page = (
  { name, section, version, date, heading }: PageTitle,
  parts: readonly string[],
): string =>
  `.\\" Made by npm run docs: change the table of options, or src/manual.
.TH ${name.toUpperCase()} ${section} "${date}" "memmon ${version}" "${heading}"
${parts.join('\n').replace(/^(\.S[HS] .*)\n\.PP$/gm, '$1')}
`

export const heading = (text: string): string => `.SH ${text.toUpperCase()}`
export const subheading = (text: string): string => `.SS ${plain(text)}`
export const paragraph = (text: string): string => `.PP\n${prose(text)}`
/** A term, and its meaning below it; `nameOf` says what this page calls a flag. */
export const item = (term: string, meaning: string, nameOf?: (flag: string) => string): string =>
  `.TP\n${term}\n${prose(meaning, nameOf)}`
/** Parts below an item. */
export const indented = (parts: readonly string[]): string[] =>
  parts.length > 0 ? ['.RS', ...parts, '.RE'] : []
/** Lines printed verbatim. */
export const example = (text: string): string => `.PP\n.RS 4\n.nf\n${plain(text.trimEnd())}\n.fi\n.RE`

export const bold = (text: string): string => `\\fB${plain(text)}\\fR`
export const italic = (text: string): string => `\\fI${plain(text)}\\fR`

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

/** Contains no request, and text copied from the page is the text as written. */
const plain = (text: string): string =>
  text
    .replace(/[\\\-'"`^~]/g, sign => ESCAPES[sign] ?? '')
    .replace(/[^\x20-\x7e\n]/gu, sign => `\\[u${hexOf(sign)}]`)
    .replace(/^\./gm, '\\&.')

const hexOf = (sign: string): string => (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')

/** A flag within a sentence. */
const FLAG = /(?<![\w/.-])--?[a-z][\w-]*/gi

/** Each sentence on a line of its own, flags in bold. */
function prose(text: string, nameOf = (flag: string) => flag): string {
  const lines = text.replace(/([.:?!]) (?=[A-Z])/g, '$1\n')
  const parts: string[] = []
  let end = 0
  for (const found of lines.matchAll(FLAG)) {
    parts.push(plain(lines.slice(end, found.index)), bold(nameOf(found[0])))
    end = found.index + found[0].length
  }
  return [...parts, plain(lines.slice(end))].join('')
}
