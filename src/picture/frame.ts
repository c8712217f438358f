// The frame of a chart: how large it is, which stretch of time and which sizes it shows, and its forecast. Pure.
import type { Point, ProcessHistory } from '../history/process-history.ts'
import { type Axis, fits, SPILL_PX, sizeAxis, timeAxis } from './axes.ts'
import type { Colours } from './colours.ts'
import type { DrawnLife } from './segments.ts'

/** From now on, towards the limit. */
interface Forecast {
  readonly fromMs: number
  readonly fromBytes: number
  readonly limitMs: number
}

export interface Frame {
  readonly colours: Colours
  readonly width: number
  readonly height: number
  /** Of what is within the axes, in pixels. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly time: Axis
  readonly size: Axis
  /** False also where there is no limit. */
  readonly isLimitShown: boolean
  readonly forecast: Forecast | undefined
}

export interface Surface {
  readonly colours: Colours
  readonly width: number
  readonly height: number
}

/** For the labels of sizes, limit and times, and the legend. */
const MARGIN = { left: 56, right: SPILL_PX, top: 20, bottom: 40 } as const
/** A shorter history is a dot in so much time. */
const LEAST_MS = 60_000
/** The future takes this much of the past's length at most. */
const MOST_FUTURE = 0.5

export function frameOf(history: ProcessHistory, drawn: readonly DrawnLife[], surface: Surface): Frame {
  const points = drawn.flatMap(({ segments }) => segments.flat())
  const highBytes = points.reduce((most, point) => Math.max(most, point.highBytes), 0)
  const isLimitShown = history.limitBytes !== undefined && fits(history.limitBytes, highBytes)
  const sizes = points.flatMap(point => [point.lowBytes, point.highBytes])
  if (history.limitBytes !== undefined && isLimitShown) sizes.push(history.limitBytes)
  const forecast = forecastOf(history, points.at(-1))
  const inner = {
    left: MARGIN.left,
    right: surface.width - MARGIN.right,
    top: MARGIN.top,
    bottom: surface.height - MARGIN.bottom,
  }
  return {
    ...surface,
    ...inner,
    time: timeAxis(timesOf(history, points, forecast), [inner.left, inner.right]),
    size: sizeAxis(sizes, [inner.bottom, inner.top]),
    isLimitShown,
    forecast,
  }
}

/** All that was measured, and as much of the future as the forecast needs and leaves room for the past. */
function timesOf(
  { atMs }: ProcessHistory,
  points: readonly Point[],
  forecast: Forecast | undefined,
): readonly [number, number] {
  const untilMs = Math.max(atMs, points.at(-1)?.untilMs ?? atMs)
  const fromMs = Math.min(points[0]?.fromMs ?? untilMs, untilMs - LEAST_MS)
  const futureMs = forecast ? Math.min(forecast.limitMs - untilMs, (untilMs - fromMs) * MOST_FUTURE) : 0
  return [fromMs, untilMs + Math.max(0, futureMs)]
}

/** undefined unless what runs leaks towards a limit that it has not reached. */
function forecastOf(history: ProcessHistory, last: Point | undefined): Forecast | undefined {
  const { limitBytes, verdict, lives, atMs } = history
  const seconds = verdict.kind === 'leak' && limitBytes !== undefined ? verdict.secondsToLimit : undefined
  if (!seconds || !last || lives.at(-1)?.end) return undefined
  return { fromMs: atMs, fromBytes: last.highBytes, limitMs: atMs + seconds * 1000 }
}
