// Mail addresses as people write them: plain ones as they are, others by nodemailer's own parser, loaded for those alone.
import { firstLineOf, UsageError } from './errors.ts'
import { requirePackage } from './load-package.ts'

interface Parsed {
  readonly name: string
  readonly address: string
  /** Of `team: a@x, b@x;`, which is not an address. */
  readonly group?: readonly unknown[]
}

/** A user of this machine, or an address: what a parser could change nothing about. */
const PLAIN = /^[\w.!#$%&'*+/=?^`{|}~-]+(@[\w.-]+)?$/
const ADDRESS = /^("[^"\\]+"|[^\s@<>"]+)(@[^\s@<>]+)?$/
/** Nothing before a comma, or behind it. */
const GAP = /(^|,)\s*(,|$)/
const FORM = 'use one such as bob@example.com or "Bob, Jr." <bob@example.com>; separate several with commas'

/** Each as it goes into a mail's header. Throws an Error that says what would be right. */
export function parseAddresses(text: string): string[] {
  const parts = text.split(',').map(part => part.trim())
  if (parts.every(part => PLAIN.test(part))) return parts
  const bare = text.replace(/"(\\.|[^"\\])*"/g, 'quoted')
  const parsed = parse(text)
  const isRight = parsed.every(one => ADDRESS.test(one.address) && (one.name === '' || isNamed(text, one)))
  if (!isRight || parsed.length === 0 || GAP.test(bare) || /[\0-\x1f\x7f]/.test(text))
    throw new Error(`"${text}" is not a mail address: ${FORM}`)
  return parsed.map(written)
}

/** The address alone, of one that parseAddresses gave. */
export const addressIn = (text: string): string =>
  PLAIN.test(text) ? text : (parse(text)[0]?.address ?? text)

const parse = (text: string): Parsed[] => parser()(text)

/** npm may be replacing it just now. */
function parser(): (text: string) => Parsed[] {
  try {
    return requirePackage('nodemailer/lib/addressparser') as (text: string) => Parsed[]
  } catch (thrown) {
    throw new UsageError(firstLineOf(thrown), { isTransient: true })
  }
}

/** The parser forgives a missing comma and an open bracket; a mail that never arrives does not. */
const isNamed = (text: string, { address, group }: Parsed): boolean => !group && text.includes(`<${address}>`)

const written = ({ name, address }: Parsed): string => {
  if (name === '') return address
  return `${/^[\p{L}\p{N} '-]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`} <${address}>`
}
