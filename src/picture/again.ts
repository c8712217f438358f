// Lives that end again and again in the same way. Pure.
import type { Life } from '../history/process-history.ts'
import { roughDuration, roughSize } from './rough.ts'

const DAY_MS = 86_400_000
/** As many lives that are over as a history keeps. */
const KEPT_LIVES = 10
const LEAST_TIMES = 2
/** Of the longest and the shortest, of the largest and the smallest. */
const MOST_APART = { duration: 1.5, size: 1.25 }

/** 'restarted 5 times in the last day, each time after about 2h at 500MB'; undefined if there is no such rule to it. */
export function againText(lives: readonly Life[], nowMs: number): string | undefined {
  const ended = lives.filter(({ end, untilMs }) => isSeen(end) && untilMs > nowMs - DAY_MS)
  const durations = ended.map(({ fromMs, untilMs }) => untilMs - fromMs)
  const sizes = ended.map(({ endBytes }) => endBytes)
  if (ended.length < LEAST_TIMES || !areAlike(durations, MOST_APART.duration)) return undefined
  const verb = ended.every(({ end }) => end?.by === 'memmon') ? 'restarted' : 'ended'
  const after = `each time after about ${roughDuration(meanOf(durations) / 1000)}`
  const size = areAlike(sizes, MOST_APART.size)
    ? roughSize(meanOf(sizes))
    : `${roughSize(Math.min(...sizes))} to ${roughSize(Math.max(...sizes))}`
  return `${verb} ${timesText(ended.length)} in the last day, ${after} at ${size}`
}

/** What nobody saw may have lived longer. */
const isSeen = (end: Life['end']): boolean => end !== undefined && end.by !== 'unseen'

const areAlike = (figures: readonly number[], times: number): boolean =>
  Math.max(...figures) <= times * Math.min(...figures)

const meanOf = (figures: readonly number[]): number =>
  figures.reduce((sum, one) => sum + one, 0) / figures.length

const timesText = (count: number): string =>
  count >= KEPT_LIVES ? `at least ${count} times` : count === 2 ? 'twice' : `${count} times`
