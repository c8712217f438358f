// Secrets in what memmon says and quotes, as ***. What is cut is cut behind this, or half a secret would slip through.
import { type Form, formsOfAll, lower, type Secret, SHORTEST } from './secret-forms.ts'

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

type Span = readonly [start: number, end: number]

const MASK = '***'
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
