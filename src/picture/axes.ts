// The axes of a chart: which sizes and times it shows, and where they are labelled. Pure, but for the local time zone.
import { scaleLinear, scaleTime } from 'd3-scale'
import { formatSize } from '../base/units.ts'

/** A limit further above the highest size than this would press everything else to the ground. */
const MOST_ROOM = 4
/** The axis starts at zero unless that leaves half of the chart empty; noise is not blown up to more than this. */
const LEAST_SPAN = 0.25
const HEADROOM = 1.08
const UNITS = [1024 ** 4, 1024 ** 3, 1024 ** 2, 1024, 1]
/** Of a chart of nothing but zeros. */
const EMPTY_TOP_BYTES = 1024 ** 2

/** About as wide as a letter is: nobody measures text here. */
export const LETTER_PX = 7
/** So far may the last label reach beyond its axis. */
export const SPILL_PX = 20

export interface Tick {
  readonly px: number
  readonly text: string
}

export interface Axis {
  readonly toPx: (value: number) => number
  readonly from: number
  readonly until: number
  readonly ticks: readonly Tick[]
}

/** True if the limit can be shown on the axis beside these sizes. */
export const fits = (limitBytes: number, highBytes: number): boolean => limitBytes <= highBytes * MOST_ROOM

/** From the bottom pixel up to the top one. `bytes`: all that has to be shown. */
export function sizeAxis(bytes: readonly number[], [bottomPx, topPx]: readonly [number, number]): Axis {
  const top = Math.max(...bytes, 0) || EMPTY_TOP_BYTES
  const low = bytes.length > 0 ? Math.min(...bytes) : 0
  const below = low - (top - low) / 5
  const from = below < top / 2 ? 0 : Math.min(below, top * (1 - LEAST_SPAN))
  const until = top + (top - from) * (HEADROOM - 1)
  const unit = UNITS.find(one => one <= top) ?? 1
  const scale = scaleLinear([from / unit, until / unit], [bottomPx, topPx])
  const toPx = (value: number): number => scale(value / unit)
  return { toPx, from, until, ticks: sizeTicks(scale, unit) }
}

/** As many as have different labels: formatSize has one decimal. */
function sizeTicks(scale: ReturnType<typeof scaleLinear<number, number>>, unit: number): readonly Tick[] {
  const isShort = (value: number) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-6
  const values = [5, 4, 3, 2].map(count => scale.ticks(count)).find(one => one.every(isShort)) ?? []
  return values.map(value => ({ px: scale(value), text: formatSize(value * unit) }))
}

/** From left to right, in local time. */
export function timeAxis(
  [fromMs, untilMs]: readonly [number, number],
  [leftPx, rightPx]: readonly [number, number],
): Axis {
  const scale = scaleTime([fromMs, untilMs], [leftPx, rightPx])
  const dates = scale.ticks(Math.max(2, Math.round((rightPx - leftPx) / 85)))
  const stepMs = (dates[1]?.getTime() ?? 0) - (dates[0]?.getTime() ?? 0)
  const ticks = dates.map(date => ({ px: scale(date), text: timeText(date, stepMs) }))
  return { toPx: ms => scale(ms), from: fromMs, until: untilMs, ticks: apart(ticks, rightPx) }
}

/** Those that leave room for each other, and for themselves: days that are counted anew each month stand closer. */
function apart(ticks: readonly Tick[], rightPx: number): readonly Tick[] {
  const kept: Tick[] = []
  for (const tick of ticks) {
    const widthPx = tick.text.length * LETTER_PX
    const hasRoom = tick.px - (kept.at(-1)?.px ?? -Infinity) > widthPx + LETTER_PX
    if (hasRoom && tick.px + widthPx / 2 <= rightPx + SPILL_PX) kept.push(tick)
  }
  return kept
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** '14:00', '14:00:30' where seconds count, '21 Nov' for a day and its beginning. */
function timeText(date: Date, stepMs: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()]
  // A day need not begin at midnight, nor last 24 hours, where the clock is set.
  if (stepMs > 12 * 3_600_000 || hours + minutes + seconds === 0) return dayText(date)
  return `${two(hours)}:${two(minutes)}${stepMs > 0 && stepMs < 60_000 ? `:${two(seconds)}` : ''}`
}

const dayText = (date: Date): string => `${date.getDate()} ${MONTHS[date.getMonth()]}`
