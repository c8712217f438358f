// One look of `memmon check`: what is seen, as a picture and as a document.
import { monotonicMs } from '../base/clock.ts'
import { UsageError } from '../base/errors.ts'
import { similarText } from '../base/nearest.ts'
import type { Assessment } from '../check/assess.ts'
import type { Why } from '../evidence/why.ts'
import { ProcessState } from '../rules/process.ts'
import { parseSelector, type Selector } from '../rules/selector.ts'
import type { Picture, Terminal } from '../screen/check-screen.ts'
import { namesNear, type Sort, selected, sorted } from '../screen/order.ts'
import { type Row, rowsOf } from '../screen/rows.ts'
import { countsOf } from '../screen/summary.ts'
import { explained } from '../screen/why-lines.ts'
import type { WidthOf } from '../screen/width.ts'
import { checkDocument } from './check-json.ts'
import { contextIn, factsByHand, readerByHand } from './facts-by-hand.ts'
import { exitCodeOf, look, type Seen } from './look.ts'
import { metricsTexts } from './metrics-texts.ts'
import { readWhys } from './read-whys.ts'
import type { Asked } from './rule-sources.ts'
import { columnsOf, takesColour } from './terminal-size.ts'

/** Where the terminal does not say how large it is. */
const USUAL_ROWS = 24

export interface CheckAsked extends Asked {
  readonly json: boolean
  readonly sort: Sort
  readonly onlyOver: boolean
  /** Names and patterns; all if there are none. */
  readonly names: readonly string[]
  readonly watchSeconds: number | undefined
  /** What the evidence of each process says first, too. */
  readonly why: boolean
  /** string-width's. */
  readonly widthOf: WidthOf
}

/** What one look has come to. */
export interface Checked {
  readonly picture: Picture
  /** For --json. */
  readonly document: object
  readonly warnings: readonly string[]
  /** 1 if something that is shown is over a limit. */
  readonly exitCode: number
}

export const write = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

/** stdout's. */
export const terminal = ({ widthOf }: CheckAsked): Terminal => ({
  widthOf,
  columns: columnsOf(process.stdout),
  rows: process.stdout.rows || USUAL_ROWS,
  colour: takesColour(),
})

/** One look. Throws a UsageError. */
export async function checkOnce(asked: CheckAsked): Promise<Checked> {
  const seen = await look(asked)
  const chosen = chosenIn(seen.assessment, asked.names)
  const hasRules = seen.views.some(({ rules }) => rules.rules.length + rules.budgets.length > 0)
  const counted = sorted(rowsOf(chosen, hasRules), hasRules || asked.sort !== 'share' ? asked.sort : 'size')
  const rows = asked.onlyOver ? counted.filter(({ standing }) => standing === 'over') : counted
  const whys = asked.why ? await whysOf(rows, seen) : undefined
  const metrics = await metricsTexts(seen.views)
  const notes = [...seen.notes, ...[...seen.channels, ...metrics].map(({ text }) => text)]
  return {
    picture: { rows: explained(rows, whys), counted, hasRules, memory: seen.memory, notes },
    document: checkDocument({
      processes: rows.flatMap(row => (row.kind === 'process' ? row.of : [])),
      budgets: rows.flatMap(row => (row.kind === 'budget' ? row.of : [])),
      channels: seen.channels,
      metrics,
      whys,
      counts: countsOf(counted),
      memory: seen.memory,
      problems: seen.faults,
      views: seen.views.filter(({ source }) => source !== undefined),
    }),
    warnings: seen.warnings,
    exitCode: exitCodeOf(
      counted.some(({ standing }) => standing === 'over'),
      seen,
    ),
  }
}

/** Of what runs, in the order in which it is shown. */
function whysOf(rows: readonly Row[], { table }: Seen): Promise<ReadonlyMap<string, Why>> {
  const running = rows.flatMap(row => {
    const process = row.kind === 'process' && row.of.process
    return process && process.state === ProcessState.RUNNING && !table.isAnother?.(process.pid)
      ? [process]
      : []
  })
  return readWhys(running, {
    read: factsByHand,
    reader: readerByHand(),
    tick: monotonicMs,
    contextOf: process => contextIn(table, process),
  })
}

/** What the names select; each of them has to name something. */
export function chosenIn(assessment: Assessment, names: readonly string[]): Assessment {
  for (const name of names) {
    if (selected(assessment, [parseSelector(name)]).processes.length > 0) continue
    const near = namesNear(name, assessment)
    throw new UsageError(`supervisord has no process or group "${name}"${similarText(near)}`)
  }
  return selected(
    assessment,
    names.map((name): Selector => parseSelector(name)),
  )
}
