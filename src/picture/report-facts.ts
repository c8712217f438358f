// The figures of one process in the report, in words. Pure, but for the local time zone.
import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Life, LifeEnd, ProcessHistory } from '../history/process-history.ts'
import { metricText } from '../rules/metric.ts'
import type { Leak } from '../trend/verdict.ts'
import { restartsSince, runningLife, shareOf } from './ranking.ts'

/** What it is, and how much. */
export type Fact = readonly [term: string, text: string]

export function factsOf(history: ProcessHistory): readonly Fact[] {
  const { limitBytes, verdict } = history
  const limit = limitBytes === undefined ? 'none' : formatSize(limitBytes)
  const peakBytes = Math.max(0, ...history.lives.map(life => life.peakBytes))
  return [
    sizeFact(history),
    ['Limit', shareOf(history) > 0 ? `${limit}, ${percent(shareOf(history))} used` : limit],
    ['Peak', formatSize(peakBytes)],
    ...(verdict.kind === 'leak' ? growthFacts(verdict, history) : []),
    ...restartFacts(restartsSince(history, -Infinity)),
  ]
}

const percent = (share: number): string => `${Math.floor(share * 100)}%`

/** To the minute: '2026-11-21 02:00'. */
const minuteText = (ms: number): string => timestamp(new Date(ms)).slice(0, 16)

function sizeFact(history: ProcessHistory): Fact {
  const life = runningLife(history)
  const metric = metricText(history.metric, history.cumulative)
  if (!life) return ['Size', 'not running']
  const upText = formatDuration((history.atMs - life.fromMs) / 1000)
  return ['Size', `${formatSize(life.endBytes)} ${metric}, seen for ${upText} as pid ${life.pid}`]
}

function growthFacts(
  { slopeBytesPerHour, secondsToLimit }: Leak,
  { atMs, limitBytes }: ProcessHistory,
): readonly Fact[] {
  const growth: Fact = ['Growth', `${formatSize(slopeBytesPerHour)} an hour`]
  if (secondsToLimit === undefined || limitBytes === undefined) return [growth]
  const when = minuteText(atMs + secondsToLimit * 1000)
  const text = secondsToLimit > 0 ? `limit in ${formatDuration(secondsToLimit)}, at ${when}` : 'limit now'
  return [growth, ['Forecast', text]]
}

function restartFacts(ended: readonly Life[]): readonly Fact[] {
  const last = ended.at(-1)
  if (!last?.end) return [['Restarts', 'none seen']]
  const byMemmon = ended.filter(({ end }) => end?.by === 'memmon').length
  const counts = `${ended.length} seen, ${byMemmon} of them by memmon`
  const lastText = `${minuteText(last.untilMs)} at ${formatSize(last.endBytes)}, ${endText(last.end)}`
  return [
    ['Restarts', counts],
    ['Last restart', lastText],
  ]
}

function endText(end: LifeEnd): string {
  switch (end.by) {
    case 'memmon':
      return `by memmon: ${end.rule}`
    case 'other':
      return 'not by memmon'
    case 'unseen':
      return 'while no memmon watched'
  }
}
