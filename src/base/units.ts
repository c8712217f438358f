// Byte sizes and durations: parsed strictly as a whole string, formatted for people. All sizes are 1024-based,
// as in supervisor (datatypes.byte_size) and superlance.
import bytes from 'bytes'

/** Blanks as Python's int() takes them: superlance's memmon reads '1 GB'. */
const SIZE = /^ *(\d+(?:\.\d+)?) *(?:(?:([kmgt])(?:i?b)?)|b)? *$/i
const PLAIN_SECONDS = /^\d+$/
/** As formatDuration writes it, and without its blanks: each unit once, the largest first. */
const DURATION = /^(?=\d)(?:(\d+)d)?(?: ?(\d+)h)?(?: ?(\d+)m)?(?: ?(\d+)s)?$/i
/** A hundred years: what comes of it, in milliseconds and as a date, is still exact. */
const MOST_SECONDS = 36_500 * 86_400
const MOST_TIMER_SECONDS = 24 * 86_400
/** Of d, h, m and s. */
const UNIT_SECONDS = [86_400, 3_600, 60, 1]

/**
 * Parses a size such as 200MB, 1.5G, 512KiB or 1048576 into whole bytes.
 * Throws an Error that quotes the text and says what would be right; 0 is refused because peers disagree
 * whether it means "no limit" or "always".
 */
export function parseSize(text: string): number {
  const match = SIZE.exec(text)
  if (!match) throw new Error(`"${text}" is not a size: ${SIZE_FORM}`)
  // bytes.parse reads '200M' as 200 bytes: it gets the one spelling it is right about.
  const sizeBytes = bytes.parse(`${match[1]}${(match[2] ?? '').toUpperCase()}B`) ?? 0
  if (sizeBytes < 1) {
    throw new Error(`"${text}" is not a limit: the least is 1 byte; leave the option out for no limit`)
  }
  // From 2^53 on it is the nearest double: no process comes near it, and superlance's users write 2^63-1 for "no limit".
  if (!Number.isFinite(sizeBytes)) throw new Error(`"${text}" is more memory than any machine has`)
  return sizeBytes
}

/** The form of a size, for help and errors. */
export const SIZE_FORM =
  'digits, with a fraction if you like, then KB, MB, GB, TB or nothing for bytes, as in 200MB'

/**
 * Parses a duration such as 90, 90s, 5m, 1h30m or '1d 2h' into seconds.
 * Throws an Error that quotes the text and says what would be right.
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(PLAIN_SECONDS.test(text) ? `${text}s` : text)
  if (!match) throw new Error(`"${text}" is not a time: ${DURATION_FORM}`)
  const seconds = UNIT_SECONDS.reduce((sum, unit, at) => sum + Number(match[at + 1] ?? 0) * unit, 0)
  if (!(seconds <= MOST_SECONDS)) throw new Error(`"${text}" is longer than any uptime`)
  return seconds
}

/** The same, but for 0: where nothing could be done in no time. */
export function parseSomeTime(text: string): number {
  const seconds = parseDuration(text)
  if (seconds < 1) throw new Error(`"${text}" is too short: use 1s or more`)
  return seconds
}

/** The same, for what a single timer measures; setTimeout counts 24.8 days and fires at once above. */
export function timerTime(seconds: number, text: string): number {
  if (seconds > MOST_TIMER_SECONDS) throw new Error(`"${text}" is too long: 24d at most`)
  return seconds
}

/** The form of a duration, for help and errors. */
export const DURATION_FORM = 'digits, then s, m, h, d or nothing for seconds, as in 15m or 1h30m'

/**
 * Parses a rate such as 3/1h into a count and the seconds it is counted within.
 * Throws an Error that quotes the text and says what would be right.
 */
export function parseRate(text: string, most: number): { count: number; windowSeconds: number } {
  const [, digits, window] = /^(\d+)\/(.+)$/.exec(text) ?? []
  if (digits === undefined || window === undefined) {
    throw new Error(`"${text}" is not a rate: give a count, "/" and a time, as in 3/1h`)
  }
  const [count, windowSeconds] = [Number(digits), parseDuration(window)]
  if (count < 1 || count > most) throw new Error(`"${text}": the count is 1 to ${most}`)
  if (windowSeconds < 1 || windowSeconds > 86_400) throw new Error(`"${text}": the time is 1s to 1d`)
  return { count, windowSeconds }
}

/** The amount in digits, also from 2^53 on. */
export const digitsOf = (amount: number): string =>
  Number.isSafeInteger(amount) || !Number.isInteger(amount) ? String(amount) : String(BigInt(amount))

/** A size for people: 62005248 is '59.1MB'. */
export const formatSize = (sizeBytes: number): string => bytes.format(sizeBytes, { decimalPlaces: 1 }) ?? '?'

/** The same for a column of sizes, always with one decimal: '60.0MB' stands below '59.1MB'. */
export const tableSize = (sizeBytes: number): string =>
  bytes.format(sizeBytes, { decimalPlaces: 1, fixedDecimals: true }) ?? '?'

/** A duration for people, its two largest units: 93784 seconds are '1d 2h'. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [
    [Math.floor(whole / 86400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}
