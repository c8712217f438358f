// man(7): the few macros that memmon's pages need, and text that troff prints as it stands.

/** The first lines of a page; `date` is that of the release. */
export interface PageTitle {
  readonly name: string
  readonly section: number
  readonly version: string
  readonly date: string
  readonly heading: string
}

/** A whole page, of its parts. */
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
/** A term, and below it what it means; `nameOf` says what flags are called on this page. */
export const item = (term: string, meaning: string, nameOf?: (flag: string) => string): string =>
  `.TP\n${term}\n${prose(meaning, nameOf)}`
/** Parts that stand below an item. */
export const indented = (parts: readonly string[]): string[] =>
  parts.length > 0 ? ['.RS', ...parts, '.RE'] : []
/** Lines that stay as they are. */
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

/** Nothing in it is a request, and what is copied from the page is what was written. */
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
