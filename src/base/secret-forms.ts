// Secrets, and every form in which others repeat them: plain, base64 at any offset (as in AUTH PLAIN), percent, JSON and HTML
// escapes. Pure.

export interface Secret {
  readonly text: string
  /** Looked for only in what others say, as a login name: memmon's own words may need it. */
  readonly isOnlyQuoted?: boolean
}

/** A form, and whether it stands within a run of base64 that is all secret. */
export interface Form {
  readonly text: string
  readonly isBase64: boolean
  readonly isOnlyQuoted: boolean
  /** How much of it has to stand there. */
  readonly least: string
}

/** A shorter one hides nothing and would black out words: it is masked only as a word of what others say. */
export const SHORTEST = 6
/** A server may cut what it repeats: this much of the beginning is enough to know it by. */
const PREFIX = 8

/** A webhook's URL: whole, and what follows the host, also in pieces. */
export function secretsOfUrl(url: URL): Secret[] {
  const { href, pathname, search, searchParams, username, password } = url
  const pieces = [...pathname.split('/'), ...searchParams.values(), username].filter(text => text.length >= 4)
  return [
    { text: href },
    ...[password, `${pathname}${search}`].filter(text => text.length > 1).map(asSecret),
    ...[pathname, search.slice(1), ...pieces]
      .filter(text => text.length > 1)
      .map(text => ({ text, isOnlyQuoted: true })),
  ]
}

const asSecret = (text: string): Secret => ({ text })

/** The forms of all of them. */
export const formsOfAll = (secrets: readonly Secret[]): Form[] =>
  secrets.filter(({ text }) => text !== '').flatMap(formsOf)

function formsOf({ text, isOnlyQuoted = false }: Secret): Form[] {
  const json = JSON.stringify(text).slice(1, -1)
  const jsons = [json, unicodeEscaped(json, /[^\x20-\x7e]/g), unicodeEscaped(json, /[^\x20-\x7e]|[<>&']/g)]
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quoted = html.replaceAll('"', '&quot;')
  const bytes = [...Buffer.from(text)].map(percentOf).join('')
  const texts = [
    ...[text, ...jsons, unicodeEscaped(json, /[<>&]/g), ...jsons.map(form => form.replaceAll('/', '\\/'))],
    ...[html, quoted, quoted.replaceAll("'", '&#39;'), quoted.replaceAll("'", '&#x27;')],
    ...[percent(text), percent(text).replace(/[!'()*]/g, char => percentOf(char.charCodeAt(0)))],
    ...[new URLSearchParams([['', text]]).toString().slice(1), unpercent(text), bytes],
  ]
  // The beginning of a URL is that of any URL.
  const leastLength = text.includes('://') ? Number.POSITIVE_INFINITY : PREFIX
  const formOf = (form: string, isBase64: boolean): Form => {
    const low = lower(form)
    return { text: low, isBase64, isOnlyQuoted, least: low.slice(0, leastLength) }
  }
  return [
    ...[...new Set(texts)].map(form => formOf(form, false)),
    ...base64Forms(text).map(form => formOf(form, true)),
  ]
}

const percentOf = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`

/** The characters of a JSON text as \uXXXX. */
const unicodeEscaped = (json: string, chars: RegExp): string =>
  json.replace(chars, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The characters that stand for it in base64, whatever stands before and behind it. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text)
  const forms = [0, 1, 2].map(offset =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
  )
  const both = forms.flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
  return [...new Set(both)].filter(form => form.length >= SHORTEST)
}

/** As long as the text, other than toLowerCase. */
export const lower = (text: string): string => text.replace(/[A-Z]/g, char => char.toLowerCase())

const percent = (text: string): string => orItself(encodeURIComponent, text)
const unpercent = (text: string): string => orItself(decodeURIComponent, text)

/** Half a surrogate pair cannot be encoded, a stray % not decoded. */
function orItself(code: (text: string) => string, text: string): string {
  try {
    return code(text)
  } catch {
    return text
  }
}
