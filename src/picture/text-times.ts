// The times below a text chart, as the clock on the wall has them. Pure, but for the zone.
import { timestamp } from '../base/text.ts'
import type { TimeSpan } from '../history/brief.ts'
import { columnOf } from './columns.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(one => one * MINUTE_MS)
/** From one label to the next. */
const LEAST_COLUMNS = 8

interface TimeLabel {
  readonly column: number
  readonly text: string
}

/** '06:00', '07:00' ..., or '11-20', '11-21' ... where the columns span days. */
export function timeLabels(span: TimeSpan, columns: number): TimeLabel[] {
  const spanMs = span.untilMs - span.sinceMs
  const step =
    STEPS_MS.find(one => (one / spanMs) * columns >= LEAST_COLUMNS) ?? Math.ceil(spanMs / DAY_MS) * DAY_MS
  const zoneMs = new Date(span.untilMs).getTimezoneOffset() * MINUTE_MS
  const labels: TimeLabel[] = []
  for (
    let atMs = Math.ceil((span.sinceMs - zoneMs) / step) * step + zoneMs;
    atMs < span.untilMs;
    atMs += step
  ) {
    const text = timestamp(new Date(atMs))
    labels.push({
      column: columnOf(atMs, span, columns),
      text: step >= DAY_MS ? text.slice(5, 10) : text.slice(11, 16),
    })
  }
  return labels
}

/** The labels in a line, each below the middle of its column where there is room. */
export function timeLine(labels: readonly TimeLabel[], columns: number): string {
  let line = ''
  for (const { column, text } of labels) {
    const from = Math.max(0, Math.min(column - Math.floor(text.length / 2), columns - text.length))
    if (from > line.length || line === '') line = `${line.padEnd(from)}${text}`
  }
  return line
}
