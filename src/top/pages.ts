// The pages of `memmon top`, at full length: one process, what the kernel knows of it, the keys. Pure.
import { chartSpan } from '../picture/chart-window.ts'
import { factsOf } from '../picture/report-facts.ts'
import { growthSentence } from '../picture/sentence.ts'
import { textChart } from '../picture/text-chart.ts'
import { diagnosisLines } from '../screen/diagnosis.ts'
import { paint } from '../screen/paint.ts'
import { shown, wrapped } from '../screen/width.ts'
import { type Canvas, roomOf } from './canvas.ts'
import { KEYS } from './keys.ts'
import type { TopRow } from './model.ts'
import { type Evidence, selectedIn, type TopState } from './state.ts'

const CHART_ROWS = { least: 5, most: 16 }
const TERM_COLUMNS = 14

/** The subject of the page. */
export function pageTitle(state: TopState): string {
  const { page, evidence, selected } = state
  if (page === 'help') return 'Keys'
  if (page === 'evidence' && evidence) return `Evidence of ${evidence.of.name} (pid ${evidence.of.pid})`
  return `Details of ${selectedIn(state)?.row.name ?? shown(selected ?? '')}`
}

/** `bodyRows`: those on the screen at a time. */
export function pageLines(state: TopState, canvas: Canvas, bodyRows: number): readonly string[] {
  switch (state.page) {
    case 'details':
      return detailLines(state, canvas, bodyRows)
    case 'evidence':
      return evidenceLines(state.evidence, canvas)
    default:
      return helpLines(canvas)
  }
}

function detailLines(state: TopState, canvas: Canvas, bodyRows: number): readonly string[] {
  const one = selectedIn(state)
  if (!one || !state.model)
    return wrapped(`${shown(state.selected ?? 'It')} is not there any more.`, roomOf(canvas))
  const facts = factLines(one, canvas)
  const sentences = sentenceLines(one, state.model.atMs, canvas)
  const chart = chartLines(one, state.model.atMs, canvas, bodyRows - facts.length - sentences.length)
  return [...sentences, ...chart, ...facts]
}

function sentenceLines({ row, history }: TopRow, nowMs: number, canvas: Canvas): readonly string[] {
  const said = history ? shown(growthSentence(history, nowMs)) : 'nothing is recorded of its size yet'
  const [first = '', ...rest] = wrapped(
    `${row.name}: ${row.kind === 'budget' ? 'a budget' : said}`,
    roomOf(canvas),
  )
  return [paint(first, 'bold', canvas.colour), ...rest.map(line => paint(line, 'bold', canvas.colour))]
}

/** As high as the rest leaves room for; below a minimum the page scrolls. */
function chartLines({ history }: TopRow, nowMs: number, canvas: Canvas, leftRows: number): readonly string[] {
  if (!history) return ['']
  const { columns: width, isAscii } = canvas
  const below = 3
  const height = Math.max(CHART_ROWS.least, Math.min(CHART_ROWS.most, leftRows - below))
  const { sinceMs } = chartSpan(history, nowMs)
  return textChart(history, { width, height, sinceMs, nowMs, isAscii })
}

/** The present, as in the table; then the recording. */
function factLines({ row, history }: TopRow, canvas: Canvas): readonly string[] {
  const { state, pid, uptime, size, metric, limit, used, now, rule } = row.cells
  const facts: readonly (readonly [term: string, text: string])[] = [
    ['Now', now ?? ''],
    ['State', textOf(state, pid && `pid ${pid}`, uptime && `up ${uptime}`)],
    ['Size', `${size} ${metric}`.trim()],
    ['Limit', textOf(limit, used && `${used} used`, rule && `by ${rule}`)],
    ...(history ? factsOf(history).filter(([term]) => !NOW_TERMS.includes(term)) : []),
  ]
  return facts.flatMap(([term, text]) =>
    text === '' ? [] : hanging(`${term.padEnd(TERM_COLUMNS)}${shown(text)}`, canvas),
  )
}
/** Those of the recording are some minutes old. */
const NOW_TERMS = ['Size', 'Limit']

const textOf = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(', ')

/** Indents further lines below the first. */
function hanging(text: string, canvas: Canvas): string[] {
  const { width, widthOf } = roomOf(canvas)
  const [term, rest] = [text.slice(0, TERM_COLUMNS), text.slice(TERM_COLUMNS)]
  return wrapped(rest, { width: width - TERM_COLUMNS, widthOf }).map(
    (line, at) => (at === 0 ? term : ' '.repeat(TERM_COLUMNS)) + line,
  )
}

function evidenceLines(evidence: Evidence | undefined, canvas: Canvas): readonly string[] {
  if (!evidence) return []
  switch (evidence.kind) {
    case 'reading':
      return wrapped('Reading what the kernel knows of it ...', roomOf(canvas))
    case 'failed':
      return wrapped(shown(evidence.why), roomOf(canvas))
    case 'read':
      return diagnosisLines(evidence.diagnosis, canvas)
  }
}

const helpLines = (canvas: Canvas): readonly string[] =>
  KEYS.flatMap(({ name, help }) => hanging(`${name.padEnd(TERM_COLUMNS)}${help}`, canvas))
