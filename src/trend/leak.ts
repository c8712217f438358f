// The alarm: it begins when a level has seen enough growth, is told again with every bucket, and ends when the floor no
// longer rises as foretold.
import { found, type Growth, grows } from './growth.ts'
import { CLOSED, floorOf, type Levels } from './levels.ts'
import { END, SHAPE, TIME } from './parameters.ts'
import { evidence } from './patience.ts'
import { see, streakFromKiB, streakSinceSeconds } from './streaks.ts'
import type { Leak } from './verdict.ts'

const SEGMENT = TIME.buckets / TIME.segments
const SECONDS_AN_HOUR = 3600
const KIB = 1024

export interface Alarm {
  /** The longest window that sees it. */
  level: number
  fromKiB: number
  toKiB: number
  sinceSeconds: number
  /** The line through the floor: where it was, when, and how steep. */
  lineKiB: number
  lineAtSeconds: number
  slopeKiBPerSecond: number
  swingKiB: number
  evidence: number
  /** What the floor is compared with: its height when the level had closed so many buckets. */
  checkedKiB: number
  checkedAt: number
}

/** What leak.ts reads of a series. */
export interface Seen {
  readonly levels: Levels
  readonly bucketSeconds: number
  readonly clockSeconds: number
  readonly limitBytes: number | undefined
}

/** After a bucket was added that closed one on each of `closedLevels`: the alarm, or undefined if there is none. */
export function look(
  seen: Seen,
  closedLevels: number,
  high: number,
  before: Alarm | undefined,
): Alarm | undefined {
  let alarm = before
  for (let level = before?.level ?? 0; level < closedLevels; level++) {
    if ((seen.levels[CLOSED + level] as number) < TIME.buckets || !grows(seen.levels, level)) continue
    const bucketSeconds = seen.bucketSeconds * 2 ** level
    see(seen.levels, level, found, seen.clockSeconds, bucketSeconds)
    const enough = evidenceOf(seen, level, found, bucketSeconds)
    if (alarm === undefined ? enough >= 1 : level >= alarm.level)
      alarm = alarmOf(seen, level, found, bucketSeconds, enough, alarm)
  }
  return alarm !== undefined && isOver(seen, alarm, closedLevels, high) ? undefined : alarm
}

/** None while it grows more slowly than it has since it was first seen: a window alone is too short to see that. */
function evidenceOf(seen: Seen, level: number, growth: Growth, bucketSeconds: number): number {
  const calmSeconds = streakSinceSeconds(seen.levels, level)
  const seconds = seen.clockSeconds - calmSeconds
  const fromKiB = streakFromKiB(seen.levels, level)
  const { toKiB, swingKiB, slopeKiB } = growth
  const limitKiB = seen.limitBytes === undefined ? undefined : seen.limitBytes / KIB
  if ((slopeKiB / bucketSeconds) * seconds < SHAPE.leastEndSlope * (toKiB - fromKiB)) return 0
  const isYoung = (seen.levels[CLOSED + level] as number) < 2 * TIME.buckets
  return evidence({ fromKiB, toKiB, swingKiB }, limitKiB, { seconds, calmSeconds, isYoung })
}

function alarmOf(
  { levels, clockSeconds }: Seen,
  level: number,
  growth: Growth,
  bucketSeconds: number,
  evidence: number,
  before: Alarm | undefined,
): Alarm {
  const goesOn = before?.level === level
  return {
    level,
    fromKiB: Math.min(streakFromKiB(levels, level), before?.fromKiB ?? Number.POSITIVE_INFINITY),
    toKiB: growth.toKiB,
    sinceSeconds: Math.min(streakSinceSeconds(levels, level), before?.sinceSeconds ?? clockSeconds),
    lineKiB: growth.endKiB,
    lineAtSeconds: clockSeconds,
    slopeKiBPerSecond: growth.slopeKiB / bucketSeconds,
    swingKiB: growth.swingKiB,
    evidence: Math.max(evidence, before?.evidence ?? 1),
    checkedKiB: goesOn ? before.checkedKiB : growth.toKiB,
    checkedAt: goesOn ? before.checkedAt : (levels[CLOSED + level] as number),
  }
}

/** Compares the floor with what was foretold when it is time to, and takes it as the next thing to compare with. */
function isOver({ levels, bucketSeconds }: Seen, alarm: Alarm, closedLevels: number, high: number): boolean {
  const { level, fromKiB, toKiB } = alarm
  if (high < fromKiB + END.leastKept * (toKiB - fromKiB)) return true
  const closed = levels[CLOSED + level] as number
  const buckets = closed - alarm.checkedAt
  if (level >= closedLevels || buckets < END.buckets) return false
  const floor = floorOf(levels, level, -SEGMENT, SEGMENT)
  const foretold = alarm.slopeKiBPerSecond * bucketSeconds * 2 ** level * buckets
  if (floor - alarm.checkedKiB < END.leastOfForetold * foretold) return true
  alarm.checkedKiB = floor
  alarm.checkedAt = closed
  return false
}

/** The alarm as it stands now: time has passed since its line was drawn. */
export function leakOf(alarm: Alarm, { clockSeconds, limitBytes }: Seen): Leak {
  const { fromKiB, toKiB, slopeKiBPerSecond: slope } = alarm
  const room = (limitBytes ?? 0) / KIB - alarm.lineKiB - alarm.swingKiB
  const secondsToLimit = Math.max(0, room / slope - (clockSeconds - alarm.lineAtSeconds))
  return {
    kind: 'leak',
    forSeconds: clockSeconds - alarm.sinceSeconds,
    fromBytes: fromKiB * KIB,
    toBytes: toKiB * KIB,
    slopeBytesPerHour: slope * SECONDS_AN_HOUR * KIB,
    secondsToLimit: limitBytes === undefined ? undefined : secondsToLimit,
    sureness: 1 - 0.2 / alarm.evidence ** 2,
  }
}
