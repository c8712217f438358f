// A history as it waits with a message, in memory and in the outbox: as JSON at most some 8 KB, whatever it was. Pure.
import { MEMORY_METRICS } from '../rules/metric.ts'
import type { Verdict } from '../trend/verdict.ts'
import { downsample } from './points.ts'
import type { Life, Point, ProcessHistory } from './process-history.ts'

/** Of each point: seconds since the life began, seconds that it is long, lowest and highest size in KiB. */
type BriefPoints = readonly number[]

/** The time that is of interest, in epoch milliseconds. */
export interface TimeSpan {
  readonly sinceMs: number
  readonly untilMs: number
}

export interface BriefHistory extends Omit<ProcessHistory, 'lives'> {
  readonly span: TimeSpan
  readonly lives: readonly (Omit<Life, 'points'> & { readonly points: BriefPoints })[]
}

const MOST_LIVES = 11
/** Of the last life, and of each of those before. */
const MOST_POINTS = { last: 88, before: 8 }
const EACH = 4
const KIB = 1024

/** What there is to be seen of it in that time, and its last life. */
export function briefOf(history: ProcessHistory, span: TimeSpan): BriefHistory {
  const { sinceMs } = span
  const lives = history.lives.filter(
    ({ untilMs }, at) => untilMs > sinceMs || at === history.lives.length - 1,
  )
  return {
    ...history,
    span,
    lives: lives.slice(-MOST_LIVES).map((life, at, all) => {
      const seen = life.points.filter(({ untilMs }) => untilMs > sinceMs)
      const most = at === all.length - 1 ? MOST_POINTS.last : MOST_POINTS.before
      return { ...life, points: downsample(seen, most).flatMap(point => numbersOf(point, life.fromMs)) }
    }),
  }
}

const numbersOf = ({ fromMs, untilMs, lowBytes, highBytes }: Point, lifeMs: number): number[] => [
  Math.round((fromMs - lifeMs) / 1000),
  Math.round((untilMs - fromMs) / 1000),
  Math.floor(lowBytes / KIB),
  Math.ceil(highBytes / KIB),
]

/** The history again, by the second and the KiB. */
export const fullOf = ({ lives, span: _, ...history }: BriefHistory): ProcessHistory => ({
  ...history,
  lives: lives.map(({ points, ...life }) => ({ ...life, points: pointsOf(points, life.fromMs) })),
})

function pointsOf(numbers: BriefPoints, lifeMs: number): Point[] {
  const points: Point[] = []
  for (let at = 0; at + EACH <= numbers.length; at += EACH) {
    const [from = 0, seconds = 0, low = 0, high = 0] = numbers.slice(at, at + EACH)
    const fromMs = lifeMs + from * 1000
    points.push({ fromMs, untilMs: fromMs + seconds * 1000, lowBytes: low * KIB, highBytes: high * KIB })
  }
  return points
}

/** Whether a file holds one: anything may stand there. */
export function isBrief(value: unknown): value is BriefHistory {
  const { namespec, metric, cumulative, limitBytes, lives, verdict, atMs, span } = fieldsOf(value)
  const { sinceMs, untilMs } = fieldsOf(span)
  return (
    typeof namespec === 'string' &&
    MEMORY_METRICS.some(one => one === metric) &&
    typeof cumulative === 'boolean' &&
    isAmount(limitBytes, true) &&
    [atMs, sinceMs, untilMs].every(one => isAmount(one)) &&
    isVerdict(verdict) &&
    Array.isArray(lives) &&
    lives.length <= MOST_LIVES &&
    lives.every(isLife)
  )
}

function isLife(value: unknown): boolean {
  const { end, points, ...rest } = fieldsOf(value)
  const { pid, fromMs, untilMs, startBytes, endBytes, peakBytes } = rest
  return (
    [pid, fromMs, untilMs, startBytes, endBytes, peakBytes].every(one => isAmount(one)) &&
    (end === undefined || typeof fieldsOf(end).by === 'string') &&
    Array.isArray(points) &&
    points.length <= EACH * MOST_POINTS.last &&
    points.every(one => isAmount(one))
  )
}

/** The amounts of each kind; those that may be missing are second. */
const AMOUNTS: Readonly<Record<Verdict['kind'], readonly [must: readonly string[], may: readonly string[]]>> =
  {
    steady: [[], []],
    bloat: [['fromBytes', 'toBytes'], []],
    leak: [['forSeconds', 'fromBytes', 'toBytes', 'slopeBytesPerHour', 'sureness'], ['secondsToLimit']],
  }

function isVerdict(value: unknown): boolean {
  const fields = fieldsOf(value)
  const [, [must, may] = []] = Object.entries(AMOUNTS).find(([kind]) => kind === fields.kind) ?? []
  if (!must || !may) return false
  return must.every(key => isAmount(fields[key])) && may.every(key => isAmount(fields[key], true))
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const isAmount = (value: unknown, mayMiss = false): boolean =>
  value === undefined ? mayMiss : typeof value === 'number' && value >= 0 && Number.isFinite(value)
