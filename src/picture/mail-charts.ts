// What a mail shows of its process's sizes: a chart of characters below its text, and a page with the same chart as a
// picture, where one can be drawn.

import { timestamp } from '../base/text.ts'
import { type BriefHistory, fullOf } from '../history/brief.ts'
import { metricText } from '../rules/metric.ts'
import { mailPage } from './mail-page.ts'
import { pngChart } from './png-chart.ts'
import { svgChart } from './svg-chart.ts'
import { textChart } from './text-chart.ts'

export interface MailCharts {
  /** Lines below the text; '' if there is nothing to be seen. */
  readonly text: string
  readonly html: string
  /** The picture that the page shows as cid:. */
  readonly png: Uint8Array | undefined
}

const COLUMNS = 72
const ROWS = 12
/** A larger picture is left out. */
const MOST_PNG_BYTES = 100_000

/** The charts of a mail that says `text`; its picture has this Content-ID. */
export async function mailCharts(text: string, brief: BriefHistory, contentId: string): Promise<MailCharts> {
  const history = fullOf(brief)
  const { sinceMs, untilMs: nowMs } = brief.span
  const lines = textChart(history, { width: COLUMNS, height: ROWS, sinceMs, nowMs, isAscii: true })
  const since = timestamp(new Date(sinceMs)).slice(0, 16)
  const title = `${metricText(history.metric, history.cumulative)} since ${since}:`
  const chart = lines.length > 0 ? `${title}\n\n${lines.join('\n')}\n` : ''
  const svg = svgChart(history, { sentence: title, colours: 'light', fromMs: sinceMs })
  const png = chart === '' ? undefined : await pngChart(svg, MOST_PNG_BYTES)
  return { text: chart, html: mailPage(text, chart, png && contentId), png }
}
