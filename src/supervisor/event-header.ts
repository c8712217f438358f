// Reads the header line of an event (supervisor's docs/events.rst): `ver:3.0 server:ID serial:1 pool:P poolserial:1
// eventname:TICK_5 len:15`, tokens in any order. ID is raw: it may hold blanks, colons, and what looks like a token.

/** What a header says; the object is used again for the next one. */
export interface EventHeader {
  /** Seconds of a TICK_<n> event; Infinity for a TICK without a number; 0 for any other event. */
  tickPeriodSeconds: number
  /** `len:` as it is written; what it counts depends on supervisord. */
  payloadLength: number
}

const VERSION = Buffer.from('ver:')
const SERVER = Buffer.from('server:')
const EVENT_NAME = Buffer.from('eventname:')
const LENGTH = Buffer.from(' len:')
const TICK = Buffer.from('TICK')
const TOKENS = /[^ \t-\r]+/g
const TOKEN = /^([a-z]+):/

/** Reads the line in bytes from..to, without its newline, into `header`; false if it is not a header. */
export function readHeader(bytes: Uint8Array, from: number, to: number, header: EventHeader): boolean {
  return readUsual(bytes, from, to, header) || readAnyOrder(bytes, from, to, header)
}

/** The order that both supervisords write; without an allocation, for it is read at every tick. It says what readAnyOrder would say. */
function readUsual(bytes: Uint8Array, from: number, to: number, header: EventHeader): boolean {
  let at = to
  while (at > from && isDigit(bytes[at - 1])) at--
  const nameEnd = at - LENGTH.length
  let nameAt = nameEnd
  while (nameAt > from && !isBlank(bytes[nameAt - 1])) nameAt--
  const usual =
    startsWith(bytes, nameEnd, at, LENGTH) &&
    startsWith(bytes, nameAt, nameEnd, EVENT_NAME) &&
    isVersion(bytes, from, nameAt) &&
    startsWith(bytes, blankIn(bytes, from, nameAt) + 1, nameAt, SERVER)
  if (!usual) return false
  header.tickPeriodSeconds = tickPeriod(bytes, nameAt + EVENT_NAME.length, nameEnd)
  header.payloadLength = readNumber(bytes, at, to)
  return Number.isSafeInteger(header.payloadLength)
}

function readAnyOrder(bytes: Uint8Array, from: number, to: number, header: EventHeader): boolean {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
  const tokens = tokensOf(line)
  const version = tokens.get('ver')
  const name = tokens.get('eventname')
  const length = tokens.get('len')
  if (!version || !name || !length || !isVersion(bytes, from + version.at, from + version.end)) return false
  header.tickPeriodSeconds = tickPeriod(bytes, from + name.at + EVENT_NAME.length, from + name.end)
  header.payloadLength = readNumber(bytes, from + length.at + LENGTH.length - 1, from + length.end)
  return Number.isSafeInteger(header.payloadLength)
}

interface Span {
  readonly at: number
  readonly end: number
}

/**
 * The tokens by key: those before `server:`, and from the line's end those before the first that is none or comes
 * twice, since there the identifier ends.
 */
function tokensOf(line: string): Map<string, Span> {
  const found = new Map<string, Span>()
  const words = [...line.matchAll(TOKENS)]
  const serverAt = words.findIndex(([word]) => word.startsWith('server:'))
  for (const part of [words.slice(0, Math.max(0, serverAt)), words.slice(serverAt + 1).reverse()]) {
    for (const { 0: word, index } of part) {
      const key = TOKEN.exec(word)?.[1]
      if (key === undefined || found.has(key)) break
      found.set(key, { at: index, end: index + word.length })
    }
  }
  return found
}

function tickPeriod(bytes: Uint8Array, from: number, to: number): number {
  if (!startsWith(bytes, from, to, TICK)) return 0
  const period = readNumber(bytes, from + TICK.length + 1, to) // behind the underscore
  return period > 0 ? period : Number.POSITIVE_INFINITY
}

function blankIn(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && !isBlank(bytes[at])) at++
  return at
}

const isVersion = (bytes: Uint8Array, from: number, to: number): boolean =>
  startsWith(bytes, from, to, VERSION) && isDigit(bytes[from + VERSION.length])

/** The decimal number that fills the bytes from..to; NaN if they are anything else. */
export function readNumber(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return Number.NaN
  let value = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    if (!isDigit(byte)) return Number.NaN
    value = value * 10 + (byte as number) - 48
  }
  return value
}

export function startsWith(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (to - from < wanted.length) return false
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false
  return true
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/** What Python's split() takes for one, with which listeners take a header apart. */
export const isBlank = (byte: number | undefined): boolean =>
  byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13)
