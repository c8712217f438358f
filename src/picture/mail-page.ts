// A mail's text as HTML: its first line as the heading, its facts as a table, its trend above the chart. Nothing is
// fetched, no script runs, and whatever the text holds stays text. It has a reader's own colours, light or dark. Pure.
import { xmlText } from './xml.ts'

/** 'Size:    251MB RSS'. */
const FACT = /^([A-Z][a-z]+): +(.*)$/
/** The fact that the chart shows, and that stands for it where it is not seen. */
const TREND = 'Trend'
const FONT =
  'font-family:system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.45'
const CELL = 'text-align:left;vertical-align:top;padding:2px 12px 2px 0'

/** The page of a mail that says `text`: with the picture of this Content-ID, or else the chart of characters. */
export function mailPage(text: string, chart: string, contentId: string | undefined): string {
  const [heading = '', ...lines] = text.split('\n').filter(line => line.trim() !== '')
  const facts = lines.map(line => FACT.exec(line) ?? [line, '', line])
  const trend = facts.find(([, label]) => label === TREND)?.[2] ?? ''
  const rows = facts
    .filter(([, label]) => label !== TREND)
    .map(([, label = '', value = '']) => rowOf(label, value))
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${xmlText(heading)}</title>
</head>
<body style="${FONT};max-width:640px">
<h1 style="font-size:18px;margin:0 0 12px">${xmlText(heading)}</h1>
${trend === '' ? '' : `<p style="margin:0 0 12px"><strong>${xmlText(trend)}</strong></p>\n`}${chartPart(chart, trend, contentId)}<table style="border-collapse:collapse;${FONT}">
${rows.join('\n')}
</table>
</body>
</html>
`
}

function chartPart(chart: string, trend: string, contentId: string | undefined): string {
  if (chart === '') return ''
  if (contentId === undefined)
    return `<pre style="font-size:12px;line-height:1.2;overflow-x:auto">${chart.split('\n').map(xmlText).join('\n')}</pre>\n`
  const style = 'display:block;width:100%;max-width:600px;height:auto;margin:0 0 12px'
  return `<img src="cid:${xmlText(contentId)}" alt="${xmlText(trend)}" width="600" height="240" style="${style}">\n`
}

const rowOf = (label: string, value: string): string =>
  label === ''
    ? `<tr><td colspan="2" style="${CELL}">${xmlText(value)}</td></tr>`
    : `<tr><th scope="row" style="${CELL}">${xmlText(label)}</th><td style="${CELL}">${xmlText(value)}</td></tr>`
