// `memmon history`: what memmon has recorded of the sizes of processes, drawn, or as JSON or CSV.

import { jsonLine } from '../base/json-line.ts'
import { oneLine } from '../base/text.ts'
import { historySince } from '../history/history-since.ts'
import type { WidthOf } from '../screen/width.ts'
import { chosenHistories } from './chosen-histories.ts'
import { endWithReader } from './end-with-reader.ts'
import { historiesByHand, NOTHING_YET } from './histories-by-hand.ts'
import { historyCsv } from './history-csv.ts'
import { historyDocument } from './history-json.ts'
import { chartsOf, type HistoryView, listLines, staleText } from './history-text.ts'
import { isAscii } from './plain-text.ts'
import type { Asked } from './rule-sources.ts'
import { columnsOf } from './terminal-size.ts'

export interface HistoryAsked {
  readonly names: readonly string[]
  readonly form: 'text' | 'json' | 'csv'
  readonly sinceSeconds: number | undefined
  readonly widthOf: WidthOf
}

/** More charts than these are no longer looked at; of what was asked for by name a few more. */
const MOST_CHARTS = 3
const MOST_NAMED_CHARTS = 10

/** Prints it; the exit code. Throws a UsageError. */
export async function history(
  asked: Asked,
  { names, form, sinceSeconds, widthOf }: HistoryAsked,
): Promise<number> {
  endWithReader()
  const { histories, problems, noListener } = await historiesByHand(asked)
  for (const problem of problems) process.stderr.write(`${oneLine(problem)}\n`)
  if (histories.length === 0) {
    // Else the problems say why.
    if (noListener !== undefined)
      process.stderr.write(
        `No history: ${oneLine(noListener)}; memmon --help shows how supervisord starts it\n`,
      )
    else if (problems.length === 0) process.stderr.write(`${NOTHING_YET}\n`)
    return 1
  }
  const nowMs = Date.now()
  const sinceMs = sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000
  const chosen = chosenHistories(histories, names)
  const cut = chosen.map(one => historySince(one, sinceMs ?? Number.NEGATIVE_INFINITY))
  if (form === 'csv') process.stdout.write(historyCsv(cut))
  else if (form === 'json') process.stdout.write(`${jsonLine(historyDocument(cut, problems, nowMs))}\n`)
  else {
    const { isTTY } = process.stdout
    const room = { width: columnsOf(isTTY ? process.stdout : {}), widthOf }
    const view: HistoryView = { nowMs, sinceMs, isAscii: isAscii(process.env), room, isWhole: !isTTY }
    const most = names.length > 0 ? MOST_NAMED_CHARTS : MOST_CHARTS
    const blocks = chosen.length > most ? [listLines(chosen, view)] : chartsOf(chosen, view)
    const stale = staleText(chosen, nowMs)
    if (stale !== undefined) blocks.push([stale])
    process.stdout.write(`${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`)
  }
  return 0
}
