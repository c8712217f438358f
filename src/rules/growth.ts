// What a rule says of growth: whether a leak is told or acted upon, how close to the limit, and at which time of day.
import { formatDuration, formatSize } from '../base/units.ts'

export const GROWTH_KINDS = ['off', 'alert', 'restart'] as const
export type GrowthKind = (typeof GROWTH_KINDS)[number]

export interface GrowthTerms {
  /** 'would': a restart, under --dry-run. */
  readonly kind: GrowthKind | 'would'
  /** A restart is due when the limit is forecast to be reached sooner than this. */
  readonly leadSeconds: number
  /** When it waits for a time of day. */
  readonly window?: DayWindow
  /** The simpler rule in place of the detector. */
  readonly increase?: IncreaseTerms
}

/** A leak is so many new maxima, each so much above the last. */
export interface IncreaseTerms {
  readonly limit: number
  readonly thresholdBytes: number
}

/** Minutes of the local day; from after until: over midnight. */
export interface DayWindow {
  readonly fromMinute: number
  readonly untilMinute: number
  readonly written: string
}

/** What has grown, as far as it is known. */
export interface Growth {
  readonly forSeconds: number
  readonly fromBytes: number
  /** Undefined with increase_limit, which only counts. */
  readonly slopeBytesPerHour?: number
  readonly secondsToLimit?: number
  /** From .8 towards 1. */
  readonly sureness?: number
  /** With increase_limit. */
  readonly increases?: number
  /** Half of what has grown is given back: the growth is over. */
  readonly isOverBelowBytes: number
}

/** Where a rule says nothing else. */
export const GROWTH_LEAD_SECONDS = 15 * 60
export const INCREASE_THRESHOLD_BYTES = 10 * 1024 * 1024

/** More would be no rule but a wish. */
const MOST_INCREASES = 1000

/** Parses the value of --growth. Throws an Error that names those that there are. */
export function parseGrowth(text: string): GrowthKind {
  const kind = GROWTH_KINDS.find(one => one === text.toLowerCase())
  if (!kind) throw new Error(`"${text}" is not valid here: use one of ${GROWTH_KINDS.join(', ')}`)
  return kind
}

/** Parses the value of --increase-limit. Throws an Error that says what would be right. */
export function parseIncreaseLimit(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > MOST_INCREASES)
    throw new Error(`"${text}" is not a count: use 1 to ${MOST_INCREASES}`)
  return count
}

/** Parses 02:00-05:00. Throws an Error that says what would be right. */
export function parseDayWindow(text: string): DayWindow {
  const [, from, until] = /^ *(\d{1,2}:\d\d) *- *(\d{1,2}:\d\d) *$/.exec(text) ?? []
  const [fromMinute, untilMinute] = [minuteOf(from), minuteOf(until)]
  if (fromMinute === undefined || untilMinute === undefined)
    throw new Error(`"${text}" is not a time of day: give two, as in 02:00-05:00`)
  if (fromMinute === untilMinute) throw new Error(`"${text}" is empty: give two different times`)
  return { fromMinute, untilMinute, written: text.trim() }
}

const DAY_MINUTES = 24 * 60

/** 24:00 is the end of the day. */
function minuteOf(text = ''): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number)
  const minute = hours * 60 + minutes
  return minutes < 60 && minute <= DAY_MINUTES ? minute % DAY_MINUTES : undefined
}

/** How long until the window opens; 0 within it. `minute` is that of the local day, with its fraction. */
export function secondsUntil({ fromMinute, untilMinute }: DayWindow, minute: number): number {
  const after = (earlier: number, later: number) => (later - earlier + DAY_MINUTES) % DAY_MINUTES
  if (after(fromMinute, minute) < after(fromMinute, untilMinute)) return 0
  return after(minute, fromMinute) * 60
}

/** docs/growth.md has how often each was right. */
const SURE = 0.95
const VERY_SURE = 0.975

/** In words, of a sureness from .8 towards 1. */
export const sureText = (sureness: number): string =>
  sureness < SURE ? 'fairly sure' : sureness < VERY_SURE ? 'sure' : 'very sure'

/** Of the limit: so much used is close to it, whatever the forecast says. */
const USED_SHARE = 0.85

/** Whether a process that leaks is to be restarted at this moment, or waits for a calmer one; `limit` in bytes. */
export function isGrowthDue(
  { kind, leadSeconds, window }: GrowthTerms,
  { secondsToLimit = Number.POSITIVE_INFINITY }: Pick<Growth, 'secondsToLimit'>,
  sizeBytes: number,
  limitBytes: number,
  minute: number,
): boolean {
  if (kind !== 'restart' && kind !== 'would') return false
  if (secondsToLimit >= leadSeconds && sizeBytes < USED_SHARE * limitBytes) return false
  // Without a forecast nobody knows whether it could wait that long.
  const waitSeconds = window ? secondsUntil(window, minute) : 0
  return waitSeconds === 0 || waitSeconds >= secondsToLimit || !Number.isFinite(secondsToLimit)
}

/** What a rule does about growth, after what is done about its limit; undefined where that goes without saying. */
export function growthText({ kind, leadSeconds, window, increase }: GrowthTerms): string | undefined {
  const what =
    increase &&
    `a leak is ${increase.limit} new maxima, each more than ${formatSize(increase.thresholdBytes)} above the last`
  if (kind === 'off') return 'growth is not judged'
  if (kind === 'alert') return what
  const when = window ? `, between ${window.written} where that is in time` : ''
  const verb = kind === 'would' ? 'would restart' : 'restarts'
  // What is only counted has no forecast.
  const due = increase ? `at ${USED_SHARE * 100}% of` : `${formatDuration(leadSeconds)} before`
  return `${what ? `${what}, ` : ''}${verb} a leak ${due} the limit${when}`
}
