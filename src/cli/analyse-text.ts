// What `memmon analyse` says of one recorded series: its verdict, its sizes in one line of blocks, and each alarm. Pure.
import { oneLine } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Recorded, Replayed } from '../trend/replay.ts'
import type { Leak, Verdict } from '../trend/verdict.ts'

export interface Analysis extends Recorded, Replayed {
  readonly id: string
}

/** Sizes as a line of blocks, so many columns wide at most. */
export type Sparkline = (values: readonly number[], width: number) => string

const SPARKLINE_COLUMNS = 32

/** A paragraph. */
export function analysisText(analysis: Analysis, sparkline: Sparkline): string {
  const { id, verdict, alarms } = analysis
  const samples = [...analysis.samples]
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last) return `${oneLine(id)}: nothing was measured\n`
  const sizes = samples.map(({ bytes }) => bytes)
  const span = `${formatSize(least(sizes))} to ${formatSize(most(sizes))} in ${formatDuration(last.t - first.t)}`
  const lines = [
    `${oneLine(id)}: ${verdict.kind}`,
    `  ${sparkline(highest(sizes, SPARKLINE_COLUMNS), SPARKLINE_COLUMNS)}  ${span}`,
    ...verdictLines(verdict, analysis.limitBytes),
    ...alarms.map(alarm => {
      const until = alarm.untilT === undefined ? '' : `, ended ${placeText(alarm.untilT, first.t)}`
      const forecast =
        alarm.secondsToLimit === undefined
          ? ''
          : `, forecasting the limit in ${formatDuration(alarm.secondsToLimit)}`
      return `  Leak alarm ${placeText(alarm.t, first.t)}${forecast}${until}.`
    }),
  ]
  return `${lines.join('\n')}\n`
}

function verdictLines(verdict: Verdict, limitBytes: number | undefined): string[] {
  if (verdict.kind === 'steady') return []
  if (verdict.kind === 'bloat')
    return [
      `  Rose from ${formatSize(verdict.fromBytes)} to ${formatSize(verdict.toBytes)} and levelled off.`,
    ]
  return [`  Grows by ${slopeText(verdict)} without levelling off${limitText(verdict, limitBytes)}.`]
}

const slopeText = ({ slopeBytesPerHour, forSeconds }: Leak): string =>
  `${formatSize(slopeBytesPerHour)} an hour for ${formatDuration(forSeconds)}`

function limitText({ secondsToLimit }: Leak, limitBytes: number | undefined): string {
  if (secondsToLimit === undefined || limitBytes === undefined) return ''
  const limit = formatSize(limitBytes)
  return secondsToLimit < 1
    ? `, and has reached its limit of ${limit}`
    : `, and reaches its limit of ${limit} in ${formatDuration(secondsToLimit)}`
}

/** Where it is in the series, as people read it and as the series has it. */
const placeText = (t: number, firstT: number): string => `after ${formatDuration(t - firstT)} (t ${t})`

/** The highest of each of so many parts: between these the line is drawn, not from the lowest of a single sample. */
function highest(sizes: readonly number[], parts: number): number[] {
  const count = Math.min(parts, sizes.length)
  const edge = (part: number) => Math.floor((part * sizes.length) / count)
  return Array.from({ length: count }, (_, part) => most(sizes.slice(edge(part), edge(part + 1))))
}

const least = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.min(a, b))
const most = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.max(a, b))
