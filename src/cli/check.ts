// `memmon check`: what memmon sees now and what it would do, in any terminal or pipe; once, or again and again.
import { UsageError } from '../core/errors.ts'
import { parseSelector, type Selector } from '../core/selector.ts'
import type { Assessment } from '../monitor/assess.ts'
import { type Picture, pipeLines, type Terminal, terminalLines } from '../screen/check-screen.ts'
import { namesNear, type Sort, selected, sorted } from '../screen/order.ts'
import { rowsOf } from '../screen/rows.ts'
import { countsOf } from '../screen/summary.ts'
import type { WidthOf } from '../screen/width.ts'
import { channelTexts } from './channel-texts.ts'
import { checkDocument } from './check-json.ts'
import { exitCodeOf, look } from './look.ts'
import type { Asked } from './rule-sources.ts'

/** Where the terminal does not say how large it is. */
const USUAL_COLUMNS = 80
const USUAL_ROWS = 24

export interface CheckAsked extends Asked {
  readonly json: boolean
  readonly sort: Sort
  readonly onlyOver: boolean
  /** Names and patterns; all if there are none. */
  readonly names: readonly string[]
  readonly watchSeconds: number | undefined
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

/** Prints the table, or JSON; the exit code. Throws a UsageError. */
export async function check(asked: CheckAsked): Promise<number> {
  endWithReader()
  if (asked.watchSeconds !== undefined) {
    const { watchCheck } = await import('./watch-check.ts')
    return await watchCheck(asked, asked.watchSeconds * 1000)
  }
  const { picture, document, warnings, exitCode } = await checkOnce(asked)
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  if (asked.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  else
    write(process.stdout.isTTY ? terminalLines(picture, terminal(asked)) : pipeLines(picture, asked.widthOf))
  return exitCode
}

/** `memmon check | head` has read enough. */
function endWithReader(): void {
  process.stdout.on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    throw error
  })
}

export const write = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

/** stdout's; columns are 0 where nobody has set them. */
export const terminal = ({ widthOf }: CheckAsked): Terminal => ({
  widthOf,
  columns: process.stdout.columns || USUAL_COLUMNS,
  rows: process.stdout.rows || USUAL_ROWS,
  colour: !process.env.NO_COLOR && process.env.TERM !== 'dumb',
})

/** One look. Throws a UsageError. */
export async function checkOnce(asked: CheckAsked): Promise<Checked> {
  const seen = await look(asked)
  const chosen = chosenIn(seen.assessment, asked.names)
  const hasRules = seen.views.some(({ rules }) => rules.rules.length + rules.budgets.length > 0)
  const counted = sorted(rowsOf(chosen, hasRules), hasRules || asked.sort !== 'share' ? asked.sort : 'size')
  const rows = asked.onlyOver ? counted.filter(({ standing }) => standing === 'over') : counted
  const sources = seen.views.flatMap(({ source }) => source ?? [])
  const channels = channelTexts(sources)
  const notes = [...seen.notes, ...channels.map(({ text }) => text)]
  return {
    picture: { rows, counted, hasRules, memory: seen.memory, notes },
    document: checkDocument({
      processes: rows.flatMap(row => (row.kind === 'process' ? row.of : [])),
      budgets: rows.flatMap(row => (row.kind === 'budget' ? row.of : [])),
      channels,
      counts: countsOf(counted),
      memory: seen.memory,
      problems: seen.faults,
      rulesFrom: sources.map(({ section }) => ({
        section: section?.name ?? null,
        path: section?.path ?? null,
      })),
    }),
    warnings: seen.warnings,
    exitCode: exitCodeOf(
      counted.some(({ standing }) => standing === 'over'),
      seen,
    ),
  }
}

/** What the names select; each of them has to name something. */
function chosenIn(assessment: Assessment, names: readonly string[]): Assessment {
  for (const name of names) {
    if (selected(assessment, [parseSelector(name)]).processes.length > 0) continue
    const near = namesNear(name, assessment)
    const hint = near.length > 0 ? `; the nearest names are ${near.join(', ')}` : ''
    throw new UsageError(`supervisord has no process or group "${name}"${hint}`)
  }
  return selected(
    assessment,
    names.map((name): Selector => parseSelector(name)),
  )
}
