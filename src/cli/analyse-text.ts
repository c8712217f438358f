// What `memmon analyse` says of one recorded series: its verdict, its sizes in one line of blocks, and each alarm. Pure.
import { oneLine, timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { Recorded, RecordedSample, Replayed } from '../trend/replay.ts'
import type { Leak, Verdict } from '../trend/verdict.ts'

export interface Analysis extends Recorded, Replayed {
  readonly id: string
  /** `t` counts from 1970. */
  readonly isEpoch: boolean
}

/** Sizes as a line of blocks, so many columns wide at most. */
export type SizesLine = (sizes: readonly (number | undefined)[], width: number) => string

const LINE_COLUMNS = 32

/** A paragraph. */
export function analysisText(analysis: Analysis, sizesLine: SizesLine): string {
  const { id, verdict, alarms, isEpoch } = analysis
  const samples = [...analysis.samples]
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last) return `${oneLine(id)}: nothing was measured\n`
  const sizes = samples.map(({ bytes }) => bytes)
  const span = `${formatSize(least(sizes))} to ${formatSize(most(sizes))} in ${formatDuration(last.t - first.t)}`
  const lines = [
    `${oneLine(id)}: ${verdict.kind}`,
    `  ${sizesLine(highest(samples, first.t, last.t - first.t), LINE_COLUMNS)}  ${span}`,
    ...verdictLines(verdict, analysis.limitBytes),
    ...alarms.map(alarm => {
      const until = alarm.untilT === undefined ? '' : `, ended ${placeText(alarm.untilT, first.t, isEpoch)}`
      const forecast =
        alarm.secondsToLimit === undefined
          ? ''
          : `, forecasting the limit in ${formatDuration(alarm.secondsToLimit)}`
      return `  Leak alarm ${placeText(alarm.t, first.t, isEpoch)}${forecast}${until}.`
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
const placeText = (t: number, firstT: number, isEpoch: boolean): string =>
  `after ${formatDuration(t - firstT)} (${isEpoch ? timestamp(new Date(t * 1000)).slice(0, 19) : `t ${t}`})`

/** The highest of each part of the time, in which there are two samples or more on average; undefined where is none. */
function highest(samples: readonly RecordedSample[], fromT: number, seconds: number): (number | undefined)[] {
  const count = Math.max(1, Math.min(LINE_COLUMNS, Math.floor(samples.length / 2)))
  const parts = new Array<number | undefined>(count).fill(undefined)
  for (const { t, bytes } of samples) {
    const part = Math.min(count - 1, Math.max(0, Math.floor(((t - fromT) / seconds) * count) || 0))
    parts[part] = Math.max(parts[part] ?? 0, bytes)
  }
  return parts
}

const least = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.min(a, b))
const most = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.max(a, b))
