// Figures as a sentence has them: no more digits than are of use. Pure.
import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'

const UNIT = 1024
const DAY_SECONDS = 86_400
/** What durations are rounded to. */
const STEPS_SECONDS = [1, 5, 30, 60, 300, 900, 1800, 3600, 21_600, DAY_SECONDS]

/** '480MB' for 480.3MB, '9.7MB' for 9.68MB. */
export function roughSize(sizeBytes: number): string {
  const unitBytes = unitOf(sizeBytes)
  const count = sizeBytes / unitBytes
  return formatSize(
    (count < 10 && unitBytes > 1 ? Math.round(count * 10) / 10 : Math.round(count)) * unitBytes,
  )
}

/** '6h' for 22320 seconds: right to an eighth. */
export function roughDuration(seconds: number): string {
  const step = STEPS_SECONDS.findLast(one => one <= seconds / 4) ?? 1
  return formatDuration(Math.round(seconds / step) * step)
}

/** A time to come: '14:05', '11-24 14:00' or '2026-12-05', the less exact the further away. */
export function roughTime(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000
  if (seconds >= 7 * DAY_SECONDS) return timestamp(new Date(atMs)).slice(0, 10)
  const minutes = seconds < 3600 ? 1 : seconds < DAY_SECONDS ? 5 : 60
  const text = timestamp(new Date(Math.round(atMs / minutes / 60_000) * minutes * 60_000)).slice(0, 16)
  return seconds < DAY_SECONDS ? text.slice(11) : text.slice(5)
}

/** The next larger size that people would write as a limit: two figures of its unit. */
export function limitFigure(sizeBytes: number): number {
  const unitBytes = unitOf(sizeBytes)
  const count = sizeBytes / unitBytes
  const tenths = 10 * 10 ** Math.max(-1, Math.floor(Math.log10(Math.max(1, count))) - 1)
  const figure = (Math.ceil((count * 10) / tenths - 1e-9) * tenths) / 10
  return figure >= UNIT ? limitFigure(UNIT * unitBytes + 1) : Math.ceil(figure * unitBytes)
}

/** The largest unit that there is one of. */
const unitOf = (sizeBytes: number): number => {
  let unitBytes = 1
  while (sizeBytes >= unitBytes * UNIT && unitBytes < UNIT ** 4) unitBytes *= UNIT
  return unitBytes
}
