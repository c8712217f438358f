// Secrets and every form in which others repeat them: plain, base64 at any offset (as in AUTH PLAIN), percent, JSON and
// HTML escapes. What is cut is cut behind this, or half a secret would slip through.

export interface Secret {
  readonly text: string
  /** Looked for only in what others say, as a login name: memmon's own words may need it. */
  readonly isOnlyQuoted?: boolean
}

/** Where a text was cut before it came here. */
type Cut = 'start' | 'end' | undefined

export interface Redactor {
  /** What memmon says, with secrets as ***. */
  redact(text: string): string
  /** What others said, as it stands. */
  mask(text: string, cut?: Cut): string
  /** The same as one line of at most `most` characters, its end. */
  quote(text: string, cut?: Cut, most?: number): string
  /** Bytes to be read beyond what is shown, so that no secret is cut. */
  readonly longestBytes: number
  /** From now on these, too, which belong together: the pieces of a URL count as one. */
  learn(secrets: readonly Secret[]): void
}

/** A form, and whether it stands within a run of base64 that is all secret. */
interface Form {
  readonly text: string
  readonly isBase64: boolean
  readonly isOnlyQuoted: boolean
  /** How much of it has to stand there. */
  readonly least: string
}

type Span = readonly [start: number, end: number]

const MASK = '***'
/** A shorter one hides nothing and would black out words: it is masked only as a word of what others say. */
const SHORTEST = 6
/** A server may cut what it repeats: this much of the beginning is enough to know it by. */
const PREFIX = 8
const MOST_QUOTED = 300
/** Learnt ones: more than there are at any time; after many reloads the oldest are forgotten. */
const MOST_LEARNT = 100
/** Secrets that are none of ours. The first group is kept. */
const PATTERNS = [
  /\b(AUTH\s+(?:PLAIN|LOGIN|NTLM|XOAUTH2|OAUTHBEARER|[\w-]+-(?:MD5|SHA-\d+))\s+)(?![\w-]*(?:-MD5|-SHA-|AUTH2|BEARER|GSSAPI))[\w+/=-]{8,}/gi,
  /\b((?:Basic|Bearer)\s+)[\w+/=.~-]{8,}/g,
  /\b(\w+:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g,
]

/** The first ones, those of the environment, are never forgotten. */
export function createRedactor(secrets: readonly Secret[] = []): Redactor {
  const own = formsOfAll(secrets)
  const learnt = new Map<string, readonly Form[]>()
  let forms: readonly Form[] = []
  let longestBytes = 0
  const count = () => {
    forms = [...own, ...[...learnt.values()].flat()]
    longestBytes = Math.max(0, ...forms.map(({ text }) => Buffer.byteLength(text)))
  }
  const mask = (text: string, cut?: Cut) => {
    // What may be the rest of a secret at a cut end is left out.
    const start = cut === 'start' ? Math.min(text.length, longestBytes) : 0
    const end = cut === 'end' ? Math.max(0, text.length - longestBytes) : text.length
    return masked(text, spansOf(text, forms, true), start, end)
  }
  count()
  return {
    learn(more) {
      const key = JSON.stringify(more)
      learnt.delete(key)
      learnt.set(key, formsOfAll(more))
      const [oldest] = learnt.keys()
      if (learnt.size > MOST_LEARNT && oldest !== undefined) learnt.delete(oldest)
      count()
    },
    get longestBytes() {
      return longestBytes
    },
    redact: text => masked(text, spansOf(text, forms, false), 0, text.length),
    mask,
    quote: (text, cut, most = MOST_QUOTED) => mask(text, cut).replace(/\s+/g, ' ').trim().slice(-most),
  }
}

/** The document with every text in it redacted; what names a process stays, or a hook could not find it. */
export function redactDocument<T>(document: T, { redact }: Pick<Redactor, 'redact'>): T {
  const walk = (value: unknown, key = ''): unknown => {
    if (NAMES.has(key)) return value
    if (typeof value === 'string') return redact(value)
    if (Array.isArray(value)) return value.map(one => walk(one))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]))
  }
  return walk(document) as T
}

const NAMES: ReadonlySet<string> = new Set(['process', 'host', 'name', 'id', 'thread'])

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

const formsOfAll = (secrets: readonly Secret[]): Form[] =>
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

/** Where secrets stand, in order, none within another. */
function spansOf(text: string, forms: readonly Form[], isQuoted: boolean): Span[] {
  const low = lower(text)
  const found = PATTERNS.flatMap(pattern =>
    [...text.matchAll(pattern)].map(
      (match): Span => [match.index + (match[1] ?? '').length, match.index + match[0].length],
    ),
  )
  for (const form of forms) if (isQuoted || !form.isOnlyQuoted) found.push(...placesOf(low, form, isQuoted))
  const spans: Span[] = []
  for (const [start, end] of found.sort(([a], [b]) => a - b)) {
    const last = spans.at(-1)
    if (last && start <= last[1]) spans[spans.length - 1] = [last[0], Math.max(last[1], end)]
    else spans.push([start, end])
  }
  return spans
}

function placesOf(low: string, { text, isBase64, least }: Form, isQuoted: boolean): Span[] {
  const isShort = text.length < SHORTEST
  if (isShort && !isQuoted) return []
  const sought = isQuoted ? least : text
  const spans: Span[] = []
  for (let at = low.indexOf(sought); at >= 0; at = low.indexOf(sought, at + 1)) {
    let end = at + sought.length
    while (end - at < text.length && low[end] === text[end - at]) end++
    if (isShort && (isWord(low[at - 1]) || isWord(low[end]))) continue
    spans.push(isBase64 ? runAround(low, at, end) : [at, end])
  }
  return spans
}

/** The whole run of base64: what stands beside a secret belongs to it, as a login name before a password. */
function runAround(low: string, from: number, to: number): Span {
  let [start, end] = [from, to]
  while (/[a-z\d+/_-]/.test(low[start - 1] ?? ' ')) start--
  while (/[a-z\d+/_=-]/.test(low[end] ?? ' ')) end++
  return [start, end]
}

/** The text between two places; a secret that reaches over one of them is masked as a whole. */
function masked(text: string, spans: readonly Span[], from: number, to: number): string {
  let shown = ''
  let at = from
  for (const [start, end] of spans) {
    if (end <= at || start >= to) continue
    shown += text.slice(at, Math.max(at, start)) + MASK
    at = end
  }
  return shown + text.slice(at, Math.max(at, to))
}

const isWord = (char: string | undefined): boolean => /\w/.test(char ?? ' ')

/** As long as the text, other than toLowerCase. */
const lower = (text: string): string => text.replace(/[A-Z]/g, char => char.toLowerCase())

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
