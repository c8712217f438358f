// A process's history in one sentence, for whoever has to decide. Pure; nothing in it but words, figures and times.
import { formatSize } from '../base/units.ts'
import type { Life, Point, ProcessHistory } from '../history/process-history.ts'
import type { Bloat } from '../trend/verdict.ts'
import { againText } from './again.ts'
import { leakText } from './forecast.ts'
import { type Jump, jumpOf } from './jump.ts'
import { fittingBytes } from './levelled.ts'
import { roughDuration, roughSize } from './rough.ts'
import { highestOf, lateHalf, lowestOf, middle, quantile, since } from './stretch.ts'

/** The detector has seen nothing whole before: docs/growth.md. */
const SHORT_MS = 16 * 60_000
const LEAST_GROWTH = { share: 0.1, bytes: 1024 * 1024 }
/** Higher than usual by this much is worth a word. */
const PEAK_SHARE = 1.25
/** What varies by so many times is nowhere steady. */
const WIDE = 1.5

/** What became of its size, in the case of a part of a sentence: 'steady at about 120MB'. */
export function growthSentence(history: ProcessHistory, nowMs: number): string {
  const { lives, verdict } = history
  const life = lives.at(-1)
  if (!life || life.points.length === 0) return 'not measured yet'
  if (verdict.kind === 'leak') return leakText(verdict, life, history, nowMs)
  const jump = jumpOf(life.points)
  if (verdict.kind === 'bloat' && !(jump && jump.toBytes > PEAK_SHARE * verdict.toBytes))
    return bloatText(verdict, life, history.limitBytes)
  return jump ? jumpText(jump, life, nowMs) : (againText(lives, nowMs) ?? quietText(life))
}

function bloatText(bloat: Bloat, { points }: Life, limitBytes: number | undefined): string {
  const fitting = fittingBytes(bloat, points)
  const advice =
    limitBytes !== undefined && limitBytes >= fitting
      ? `its limit of ${formatSize(limitBytes)} fits`
      : `a limit of ${formatSize(fitting)} would fit`
  return `grew and levelled off at ${roughSize(bloat.toBytes)}: bloat; ${advice}`
}

function jumpText({ atMs, fromBytes, toBytes }: Jump, { end, untilMs }: Life, nowMs: number): string {
  const before = end?.by === 'memmon' ? 'before its restart' : 'before it ended'
  const when = end
    ? `${roughDuration((untilMs - atMs) / 1000)} ${before}`
    : `${roughDuration((nowMs - atMs) / 1000)} ago`
  return `steady at about ${roughSize(fromBytes)} until a jump to ${roughSize(toBytes)} ${when}`
}

/** Of what does not leak, has not bloated and has not jumped. */
function quietText({ fromMs, untilMs, points }: Life): string {
  const seconds = (untilMs - fromMs) / 1000
  if (untilMs - fromMs < SHORT_MS) return `${shortText(points, roughDuration(seconds))}: too short to tell`
  const late = lateHalf(points)
  return growingText(late, points) ?? steadyText(late)
}

/** One point does not tell growth from ups and downs. */
function shortText(points: readonly Point[], duration: string): string {
  const [low, high] = [lowestOf(points), highestOf(points)]
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || !isMore(low, high)) return `seen for ${duration}`
  return isMore(first.lowBytes, last.lowBytes)
    ? `grew from ${roughSize(first.lowBytes)} to ${roughSize(last.highBytes)} in ${duration}`
    : `between ${roughSize(low)} and ${roughSize(high)} for ${duration}`
}

const isMore = (before: number, now: number): boolean =>
  now - before >= Math.max(LEAST_GROWTH.bytes, LEAST_GROWTH.share * before)

/** Higher than ever, and not for long enough, or not by enough, for a verdict. */
function growingText(late: readonly Point[], all: readonly Point[]): string | undefined {
  const [first, last] = [late[0], late.at(-1)]
  if (!first || !last) return undefined
  const quarterMs = (last.untilMs - first.fromMs) / 4
  const before = lowestOf(late.filter(({ fromMs }) => fromMs < first.fromMs + quarterMs))
  const now = lowestOf(since(late, last.untilMs - quarterMs))
  if (!isMore(before, now) || highestOf(all.slice(0, -late.length)) > now) return undefined
  const duration = roughDuration((last.untilMs - first.fromMs) / 1000)
  return `grew from ${roughSize(before)} to ${roughSize(now)} in ${duration}: too early to tell a leak from bloat`
}

function steadyText(late: readonly Point[]): string {
  const [low, level, high] = [0.1, 0.5, 0.9].map(share => quantile(late, share, middle)) as [
    number,
    number,
    number,
  ]
  if (high > WIDE * low) return `varies between ${roughSize(low)} and ${roughSize(high)} without growing`
  const peak = highestOf(late)
  const text = `steady at about ${roughSize(level)}`
  return peak > PEAK_SHARE * level ? `${text}, with peaks of up to ${roughSize(peak)}` : text
}
