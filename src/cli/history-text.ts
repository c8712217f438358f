// What `memmon history` draws: a line for each of many processes, a chart for each of a few. Pure.
import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize, tableSize } from '../base/units.ts'
import type { TimeSpan } from '../history/brief.ts'
import { beganMs } from '../history/history-since.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { chartSpan } from '../picture/chart-window.ts'
import { columnsOf } from '../picture/columns.ts'
import { type Ranked, ranked, runningLife } from '../picture/ranking.ts'
import { factsOf } from '../picture/report-facts.ts'
import { roughDuration } from '../picture/rough.ts'
import { growthSentence } from '../picture/sentence.ts'
import { sizesLine } from '../picture/sizes-line.ts'
import { textChart } from '../picture/text-chart.ts'
import { type Cells, type Column, type Plan, plainLines, tableLines } from '../screen/table.ts'
import { type Room, shown, wrapped } from '../screen/width.ts'
import { nameText } from './chosen-histories.ts'

export interface HistoryView {
  readonly nowMs: number
  /** undefined: the last day. */
  readonly sinceMs: number | undefined
  readonly isAscii: boolean
  readonly room: Room
  /** A list is cut to the width of a terminal, and is whole in a pipe. */
  readonly isWhole: boolean
}

const DAY_MS = 86_400_000
/** A memmon that has ended so long ago does not know what is now: a picture ends where it did. */
const STALE_MS = 3_600_000
const SPARK_COLUMNS = 16
const CHART_ROWS = 12
/** A sentence in less than this says nothing. */
const LEAST_SENTENCE = 60

/** From the first that was measured, a day back at most, to the last. */
function spanOf(histories: readonly ProcessHistory[], { nowMs, sinceMs }: HistoryView): TimeSpan {
  const untilMs = staleSince(histories, nowMs) ?? nowMs
  const firstMs = Math.min(...histories.map(one => beganMs(one) ?? untilMs))
  return { sinceMs: sinceMs ?? Math.max(untilMs - DAY_MS, firstMs), untilMs }
}

/** When the last of them was measured, if that is long ago. */
function staleSince(histories: readonly ProcessHistory[], nowMs: number): number | undefined {
  const latestMs = histories.reduce((latest, { atMs }) => Math.max(latest, atMs), 0)
  return nowMs - latestMs > STALE_MS ? latestMs : undefined
}

export function staleText(histories: readonly ProcessHistory[], nowMs: number): string | undefined {
  const sinceMs = staleSince(histories, nowMs)
  return sinceMs === undefined
    ? undefined
    : `Nothing was measured after ${timestamp(new Date(sinceMs)).slice(0, 16)}.`
}

const columnsFrom = (span: TimeSpan): readonly Column[] => [
  { key: 'process', head: 'PROCESS', align: 'left', most: 50, comfort: 24 },
  { key: 'size', head: 'SIZE', align: 'right' },
  { key: 'limit', head: 'LIMIT', align: 'right' },
  { key: 'spark', head: `LAST ${formatDuration((span.untilMs - span.sinceMs) / 1000)}`, align: 'left' },
  { key: 'sentence', head: '', align: 'left' },
  { key: 'brief', head: '', align: 'left' },
]
const FIGURES = ['process', 'size', 'limit', 'spark'] as const
const PLANS: readonly Plan[] = [
  { keys: [...FIGURES, 'sentence'], least: { process: 16, sentence: LEAST_SENTENCE } },
  { keys: [...FIGURES, 'brief'], least: { process: 16 } },
  { keys: ['process', 'size', 'limit', 'brief'], least: { process: 8 } },
]

/** What needs a person first is on top. */
export function listLines(histories: readonly ProcessHistory[], view: HistoryView): string[] {
  const span = spanOf(histories, view)
  const rows = ranked(histories, view.nowMs).map(one => cellsOf(one, span, view))
  const columns = columnsFrom(span)
  return view.isWhole
    ? plainLines(
        columns.filter(({ key }) => key !== 'brief'),
        rows,
        view.room.widthOf,
      )
    : tableLines(columns, rows, PLANS, view.room)
}

function cellsOf({ history, concern }: Ranked, span: TimeSpan, { nowMs, isAscii }: HistoryView): Cells {
  const life = runningLife(history)
  const { limitBytes } = history
  const sizes = columnsOf(history.lives, span, SPARK_COLUMNS).map(column => column?.highBytes)
  return {
    process: nameText(history),
    size: life ? tableSize(life.endBytes) : '',
    limit: limitBytes === undefined ? '' : formatSize(limitBytes),
    spark: sizesLine(sizes, SPARK_COLUMNS, isAscii).trimEnd(),
    sentence: shown(growthSentence(history, nowMs)),
    brief: briefText({ history, concern }, nowMs),
  }
}

function briefText({ history, concern }: Ranked, nowMs: number): string {
  const { verdict, atMs } = history
  if (verdict.kind === 'leak') {
    const { secondsToLimit } = verdict
    if (secondsToLimit === undefined) return 'leak'
    return `leak, limit in ${roughDuration(secondsToLimit - (nowMs - atMs) / 1000)}`
  }
  return concern === 'over' ? 'over its limit' : concern === 'often' ? 'restarted often' : verdict.kind
}

/** A chart each; what needs a person first is on top. */
export const chartsOf = (histories: readonly ProcessHistory[], view: HistoryView): string[][] =>
  ranked(histories, view.nowMs).map(({ history }) => chartLines(history, view))

/** Further back where a leak or bloat began earlier: what the sentence says is to be seen. */
function chartSpanOf(history: ProcessHistory, view: HistoryView): TimeSpan {
  const { sinceMs, untilMs } = spanOf([history], view)
  const wanted = view.sinceMs ?? Math.min(sinceMs, chartSpan(history, untilMs).sinceMs)
  return { sinceMs: wanted, untilMs }
}

/** Its sentence, its chart, and the figures below. */
function chartLines(history: ProcessHistory, view: HistoryView): string[] {
  const { nowMs, isAscii, room } = view
  const { sinceMs, untilMs } = chartSpanOf(history, view)
  const chart = textChart(history, {
    width: room.width,
    height: CHART_ROWS,
    sinceMs,
    nowMs: untilMs,
    isAscii,
  })
  const none = `  Nothing was measured in the last ${formatDuration((untilMs - sinceMs) / 1000)}.`
  return [
    ...wrapped(`${nameText(history)}: ${shown(growthSentence(history, nowMs))}`, room),
    ...(chart.length > 0 ? chart : [none]),
    ...factsOf(history).map(([term, text]) => `  ${term.padEnd(13)} ${shown(text)}`),
  ]
}
