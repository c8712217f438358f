// A jump: the size was steady, and stands far above that since shortly. Pure.
import type { Point } from '../history/process-history.ts'
import { highestOf, quantile } from './stretch.ts'

export interface Jump {
  readonly atMs: number
  readonly fromBytes: number
  readonly toBytes: number
}

const LEAST_BYTES = 5 * 1024 * 1024
/** Of the size before. */
const LEAST_SHARE = 0.25
/** Where it counts as left: this share of the least jump above the size before. */
const LEFT_SHARE = 0.5
/** Before a jump it is steady for so long at least, and for longer than since: half of the life tells what it was. */
const LEAST_STEADY_MS = 180_000
/** It has risen by most of it within this share of the time before. */
const RISE_SHARE = 0.1
const MOST_OF_RISE = 0.8
/** And has not swung by more than this share of it before. */
const MOST_SWING = 1 / 3

/** The jump at the end of these points of one life, if there is one. */
export function jumpOf(points: readonly Point[]): Jump | undefined {
  const last = points.at(-1)
  if (!last) return undefined
  const fromBytes = quantile(points, 0.5, ({ highBytes }) => highBytes)
  const leastBytes = Math.max(LEAST_BYTES, LEAST_SHARE * fromBytes)
  const riseBytes = last.highBytes - fromBytes
  const left = points.findLastIndex(({ highBytes }) => highBytes <= fromBytes + LEFT_SHARE * leastBytes) + 1
  const first = points[left]
  if (riseBytes < leastBytes || !first || left === 0) return undefined
  const jump = { atMs: first.fromMs, fromBytes, toBytes: last.highBytes }
  return isSteadyBefore(points.slice(0, left), jump) && isQuick(points, left, jump) ? jump : undefined
}

/** Its start, when it takes what it needs, does not count. */
function isSteadyBefore(before: readonly Point[], { atMs, fromBytes, toBytes }: Jump): boolean {
  const fromMs = before[0]?.fromMs ?? atMs
  const steadyMs = atMs - fromMs
  const most = fromBytes + MOST_SWING * (toBytes - fromBytes)
  const settled = before.filter(point => point.fromMs >= fromMs + RISE_SHARE * steadyMs)
  return (
    steadyMs >= LEAST_STEADY_MS &&
    highestOf(settled) <= most &&
    settled.every(({ lowBytes }) => lowBytes >= fromBytes - MOST_SWING * (toBytes - fromBytes))
  )
}

/** Points that are longer than that are as quick as can be seen. */
function isQuick(points: readonly Point[], left: number, { atMs, fromBytes, toBytes }: Jump): boolean {
  const most = fromBytes + MOST_OF_RISE * (toBytes - fromBytes)
  const upAt = points.findIndex(({ highBytes }, at) => at >= left && highBytes >= most)
  const upMs = points[upAt]?.fromMs ?? atMs
  return upAt <= left + 1 || upMs - atMs <= RISE_SHARE * (atMs - (points[0]?.fromMs ?? atMs))
}
