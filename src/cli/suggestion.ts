// Which limit would fit a process, by what is known of its sizes, and why. Pure.
import type { Point, ProcessHistory } from '../history/process-history.ts'
import { limitFigure } from '../picture/rough.ts'
import { highestOf, middle, quantile } from '../picture/stretch.ts'
import type { Leak, Verdict } from '../trend/verdict.ts'

/** What the limit goes by. */
export interface Suggestion {
  readonly history: ProcessHistory
  /** undefined: too little has been seen. */
  readonly limitBytes: number | undefined
  /** Too little has been seen to restart anything by it. */
  readonly isGuess: boolean
  readonly basis: Basis
  /** Of a leak: how long a run of it lasts under this limit. */
  readonly livesSeconds: number | undefined
}

export interface Basis {
  readonly verdict: Verdict['kind']
  /** How long it was measured, all runs together. */
  readonly seenSeconds: number
  /** In the middle of the time. */
  readonly normalBytes: number
  readonly peakBytes: number
  /** How far most sizes are from each other: from the lowest tenth to the highest. */
  readonly spreadBytes: number
  readonly restarts: number
  /** By memmon. */
  readonly ownRestarts: number
}

/** Less says nothing. */
const LEAST_SECONDS = 60
/** A morning, a nightly job or a full cache may still be to come. */
const GUESS_SECONDS = 6 * 3600
/** Above the peak: in any case, of what is guessed, and of its spread. */
const ROOM = { peak: 1.25, guess: 1.5, spreads: 1 } as const
/** Above what has levelled off; its peak counts, too, with less room: it is no longer on its way. */
const BLOAT_ROOM = { level: 1.25, peak: 1.1 } as const
/** A leak is given a day, but neither less nor more than these multiples of where it began. */
const LEAK = { lifeSeconds: 86_400, least: 1.5, most: 4 } as const

export function suggestionFor(history: ProcessHistory): Suggestion {
  const basis = basisOf(history)
  const { seenSeconds } = basis
  const { verdict } = history
  const none = { history, basis, isGuess: false, limitBytes: undefined, livesSeconds: undefined }
  if (seenSeconds < LEAST_SECONDS || basis.peakBytes === 0) return none
  if (verdict.kind === 'leak') return { ...none, ...leakLimit(verdict) }
  const isGuess = seenSeconds < GUESS_SECONDS
  return { ...none, isGuess, limitBytes: limitFigure(Math.max(...needs(verdict, basis, isGuess))) }
}

/** Each of them is to fit. */
function needs(verdict: Verdict, { peakBytes, spreadBytes }: Basis, isGuess: boolean): number[] {
  if (isGuess) return [ROOM.guess * peakBytes]
  if (verdict.kind === 'bloat') return [BLOAT_ROOM.level * verdict.toBytes, BLOAT_ROOM.peak * peakBytes]
  return [ROOM.peak * peakBytes, peakBytes + ROOM.spreads * spreadBytes]
}

/** No limit mends it: this one lets it live for a while. */
function leakLimit({ fromBytes, slopeBytesPerHour }: Leak) {
  const bytesPerSecond = slopeBytesPerHour / 3600
  const startBytes = Math.max(fromBytes, 1)
  const wanted = startBytes + LEAK.lifeSeconds * bytesPerSecond
  const limitBytes = limitFigure(Math.min(LEAK.most * startBytes, Math.max(LEAK.least * startBytes, wanted)))
  return { limitBytes, livesSeconds: (limitBytes - startBytes) / bytesPerSecond }
}

function basisOf(history: ProcessHistory): Basis {
  const { lives, verdict } = history
  const points = lives.flatMap(life => life.points)
  return {
    verdict: verdict.kind,
    seenSeconds: points.reduce((sum, point) => sum + secondsOf(point), 0),
    normalBytes: quantile(points, 0.5, middle),
    peakBytes: Math.max(highestOf(points), ...lives.map(({ peakBytes }) => peakBytes)),
    spreadBytes:
      quantile(points, 0.9, ({ highBytes }) => highBytes) - quantile(points, 0.1, ({ lowBytes }) => lowBytes),
    restarts: Math.max(0, lives.length - 1),
    ownRestarts: lives.filter(({ end }) => end?.by === 'memmon').length,
  }
}

const secondsOf = ({ fromMs, untilMs }: Point): number => (untilMs - fromMs) / 1000
