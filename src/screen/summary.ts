// The line that says it all: '3 of 213 over, 14.2GB of 31.2GB in use'. What matters less is left out where it does not fit.
import { formatSize } from '../base/units.ts'
import type { Row, Standing } from './rows.ts'
import type { Room } from './width.ts'

/** Of this machine or container. */
export interface Memory {
  readonly totalBytes: number
  readonly availableBytes: number
}

export interface Counts extends Readonly<Record<Standing, number>> {
  readonly processes: number
  readonly budgets: number
  readonly budgetsOver: number
}

export function countsOf(rows: readonly Row[]): Counts {
  const processes = rows.filter(({ kind }) => kind === 'process')
  const budgets = rows.filter(({ kind }) => kind === 'budget')
  const of = (standing: Standing) => processes.filter(row => row.standing === standing).length
  return {
    processes: processes.length,
    budgets: budgets.length,
    budgetsOver: budgets.filter(({ standing }) => standing === 'over').length,
    over: of('over'),
    blind: of('blind'),
    warned: of('warned'),
    fine: of('fine'),
    none: of('none'),
    down: of('down'),
  }
}

/** As much of it as fits, the count of what is over in any case. */
export function summaryText(
  counts: Counts,
  memory: Memory | undefined,
  hasRules: boolean,
  { width, widthOf }: Room,
): string {
  const { processes, over, budgets, budgetsOver, blind, warned, down } = counts
  const first = hasRules
    ? `${over} of ${processes} over`
    : `${processes} ${processes === 1 ? 'process' : 'processes'}`
  const rest = [
    budgetsOver > 0 && `${budgetsOver} of ${budgets} ${budgets === 1 ? 'budget' : 'budgets'} over`,
    memory &&
      `${formatSize(memory.totalBytes - memory.availableBytes)} of ${formatSize(memory.totalBytes)} in use`,
    blind > 0 && `${blind} not readable`,
    warned > 0 && `${warned} warned`,
    down > 0 && `${down} not running`,
  ]
  return rest.reduce<string>((text, part) => {
    const longer = part ? `${text}, ${part}` : text
    return widthOf(longer) <= width ? longer : text
  }, first)
}
