// The report: one HTML page of all processes with a history, which needs nothing else. No script, nothing from elsewhere,
// and whatever a name holds, it stays text. Pure, but for the local time zone.
import { timestamp, zoneText } from '../base/text.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { CONCERNS, type Concern, ranked } from './ranking.ts'
import { factsOf } from './report-facts.ts'
import { REPORT_STYLE } from './report-style.ts'
import { growthSentence } from './sentence.ts'
import { svgChart } from './svg-chart.ts'
import { xmlText } from './xml.ts'

export interface ReportOptions {
  readonly host: string
  readonly nowMs: number
  /** Below the title, such as what could not be read; a paragraph each. */
  readonly notes: readonly string[]
}

const TITLES: Readonly<Record<Concern, string>> = {
  leak: 'Leak',
  over: 'Over its limit',
  often: 'Restarted often',
  tight: 'Limit too low',
  none: 'Nothing to do',
}

/** Nothing is fetched and no script runs, even if a name were taken for markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** Narrow, so that its labels can be read on a phone; a wide page has several side by side. */
const CHART = { width: 420, height: 210, colours: 'page' } as const

/** A history, and where on the page it is. */
interface Placed {
  readonly history: ProcessHistory
  readonly concern: Concern
  readonly id: string
}

/** Of one process at least. */
export function reportPage(histories: readonly ProcessHistory[], options: ReportOptions): string {
  const { host, nowMs, notes } = options
  const title = `Memory of ${count(histories.length)} on ${host}`
  const placed = ranked(histories.map(named), nowMs).map((one, at) => ({ ...one, id: `p${at + 1}` }))
  const untilMs = Math.max(...histories.map(({ atMs }) => atMs))
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${xmlText(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<a class="skip" href="#processes">Skip to the processes</a>
<header>
<h1>${xmlText(title)}</h1>
<p class="faint">memmon report of ${timeHtml(nowMs)} ${zoneText(new Date(nowMs))}, sizes until ${timeHtml(untilMs)}</p>
${notes.map(note => `<p>${xmlText(note)}</p>`).join('\n')}
</header>
<nav aria-label="Processes">
<ul>
${CONCERNS.map(concern => contentsItem(concern, placed)).join('')}
</ul>
</nav>
<main id="processes">
${section(
  'look',
  'Needs a look',
  placed.filter(({ concern }) => concern !== 'none'),
  options,
)}
${section(
  'rest',
  TITLES.none,
  placed.filter(({ concern }) => concern === 'none'),
  options,
)}
</main>
</body>
</html>
`
}

/** With its name as supervisorctl writes it: web for web:web. */
const named = (history: ProcessHistory): ProcessHistory => ({
  ...history,
  namespec: history.namespec.replace(/^(.*):\1$/s, '$1'),
})

const count = (processes: number): string => (processes === 1 ? '1 process' : `${processes} processes`)

function timeHtml(ms: number): string {
  const date = new Date(ms)
  return `<time datetime="${date.toISOString()}">${timestamp(date).slice(0, 16)}</time>`
}

/** A name may be written from right to left: what stands beside it stays in its place. */
const nameHtml = (name: string): string => `<bdi>${xmlText(name)}</bdi>`

function contentsItem(concern: Concern, placed: readonly Placed[]): string {
  const own = placed.filter(one => one.concern === concern)
  if (own.length === 0) return ''
  const links = own.map(({ history, id }) => `<a href="#${id}">${nameHtml(history.namespec)}</a>`)
  return `<li><b>${TITLES[concern]} (${own.length}):</b>${links.join(', ')}</li>\n`
}

function section(name: string, title: string, own: readonly Placed[], options: ReportOptions): string {
  if (own.length === 0) return ''
  return `<section class="${name}" aria-labelledby="${name}">
<h2 id="${name}">${title} (${own.length})</h2>
<div class="cards">
${own.map(one => article(one, options)).join('\n')}
</div>
</section>`
}

function article({ history, concern, id }: Placed, { nowMs }: ReportOptions): string {
  const sentence = asSentence(growthSentence(history, nowMs))
  const facts = factsOf(history).map(([term, text]) => `<dt>${term}</dt><dd>${xmlText(text)}</dd>`)
  return `<article id="${id}" class="${concern}" aria-labelledby="${id}-name">
<h3 id="${id}-name">${nameHtml(history.namespec)}</h3>
${concern === 'none' ? '' : `<p class="concern">${TITLES[concern]}</p>`}
<p>${xmlText(sentence)}</p>
<figure>${svgChart(history, { ...CHART, sentence, id: `${id}-chart` })}</figure>
<dl>${facts.join('')}</dl>
</article>`
}

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
