// A series as it is kept in a file, and back: whoever wrote the file, what comes out is one that observe may have left.
import { fits, isBoolean, isMissingOr, isNumber, isObject, isWhole, type Test } from '../base/data.ts'
import { MEMORY_METRICS } from '../rules/metric.ts'
import { keptAlarm, keptVerdict } from './kept-verdict.ts'
import {
  CLOSED,
  HALF_HIGHEST,
  HALF_LOWEST,
  HIGHEST,
  LEVELS_BYTES,
  LOWEST,
  RECORD,
  STREAK_SEEN,
} from './levels.ts'
import { TIME } from './parameters.ts'
import { MOST_KIB, type Series, seriesOver } from './series.ts'
import { streakFromKiB, streakSinceSeconds } from './streaks.ts'

const { buckets: BUCKETS, levels: LEVELS } = TIME
const MOST_BUCKET_SECONDS = 86_400
/** V8 makes no object of a number below it. */
const MOST_SECONDS = 2 ** 30

const isSize = isWhole(0, MOST_KIB)
const isClock = isWhole(0, MOST_SECONDS)

const SCALARS: Readonly<Record<string, Test>> = {
  bucketSeconds: isWhole(TIME.bucketSeconds, MOST_BUCKET_SECONDS),
  clockSeconds: isClock,
  limitBytes: isMissingOr(isNumber(0)),
  sizeKiB: isSize,
  pid: isWhole(0, 2 ** 31 - 1),
  startSeconds: isWhole(0),
  metric: isMissingOr(value => (MEMORY_METRICS as readonly unknown[]).includes(value)),
  cumulative: isBoolean,
  openSeconds: isClock,
  lowKiB: isSize,
  highKiB: isSize,
}

/** All of it that is not in its levels, for JSON.stringify. The time of its last sample is for the caller to keep. */
export function scalarsOf(series: Series): object {
  const { levels: _, atSeconds: __, ...scalars } = series
  return scalars
}

/** The series of these scalars and this memory, that of its levels; undefined for what observe cannot have left. */
export function seriesOf(kept: unknown, memory: ArrayBuffer): Series | undefined {
  if (!isObject(kept) || memory.byteLength !== LEVELS_BYTES) return undefined
  const { verdict, alarm, ...scalars } = kept
  if (!fits(scalars, SCALARS)) return undefined
  const series = seriesOver(new Int32Array(memory), scalars.bucketSeconds as number)
  Object.assign(series, scalars)
  const isWholeSeries = isOpenSound(series) && levelNumbers.every(level => isLevelSound(series, level))
  if (!isWholeSeries) return undefined
  const found = keptVerdict(verdict)
  series.alarm = keptAlarm(alarm, series)
  if (!found || (alarm !== undefined && !series.alarm)) return undefined
  series.verdict = found
  return (found.kind === 'leak') === (series.alarm !== undefined) ? series : undefined
}

const levelNumbers = Array.from({ length: LEVELS }, (_, level) => level)

const isOpenSound = ({ clockSeconds, openSeconds, bucketSeconds, lowKiB, highKiB }: Series): boolean =>
  clockSeconds >= openSeconds &&
  clockSeconds < openSeconds + bucketSeconds &&
  openSeconds % bucketSeconds === 0 &&
  lowKiB <= highKiB

function isLevelSound(series: Series, level: number): boolean {
  const { levels, openSeconds, bucketSeconds } = series
  const closed = levels[CLOSED + level] as number
  if (closed !== Math.floor(openSeconds / (bucketSeconds * 2 ** level))) return false
  for (let place = level * BUCKETS, left = Math.min(closed, BUCKETS); left > 0; left--, place++) {
    const low = levels[LOWEST + place] as number
    if (low < 0 || low > (levels[HIGHEST + place] as number)) return false
  }
  return (
    (levels[RECORD + level] as number) >= -1 && isHalfSound(series, level) && isStreakSound(series, level)
  )
}

/** There is a half where the level below has closed one bucket of two. */
function isHalfSound({ levels }: Series, level: number): boolean {
  const low = levels[HALF_LOWEST + level] as number
  if (level === 0 || (levels[CLOSED + level - 1] as number) % 2 === 0) return low === -1
  return low >= 0 && low <= (levels[HALF_HIGHEST + level] as number)
}

function isStreakSound({ levels, clockSeconds }: Series, level: number): boolean {
  const seenAt = levels[STREAK_SEEN + level] as number
  const sinceSeconds = streakSinceSeconds(levels, level)
  if (seenAt === 0) return true
  if (seenAt < 0 || seenAt > (levels[CLOSED + level] as number)) return false
  return sinceSeconds >= 0 && sinceSeconds <= clockSeconds && streakFromKiB(levels, level) >= 0
}
