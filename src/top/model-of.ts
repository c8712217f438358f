// From what the listeners know to what `memmon top` shows. Pure.
import { combined } from '../check/assess.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { type Row, rowsOf } from '../screen/rows.ts'
import type { Status } from '../status/status.ts'
import { headOf } from './heads.ts'
import type { Said, TopModel, TopRow } from './model.ts'

/** By namespec. */
export type Histories = ReadonlyMap<string, ProcessHistory>

/** While supervisord does not answer, shows its last answer and when that was. */
export function modelOf(status: Status, histories: Histories, before: TopModel | undefined): TopModel {
  const heads = headsOf(status)
  if (status.unanswered !== undefined && before) return { ...before, heads }
  const assessments = status.listeners.flatMap(({ assessment }) => assessment ?? [])
  // Processes that no listener watches have no limit, and look the same to each of them.
  const rows = rowsOf(combined(assessments), assessments.length > 0)
  return {
    atMs: status.atMs,
    heads,
    rows: rows.map((row): TopRow => ({ key: keyOf(row), row, history: histories.get(keyOf(row)) })),
    hasRules: assessments.length > 0,
    memory: status.memory,
  }
}

const keyOf = (row: Row): string =>
  row.kind === 'process' ? row.of.process.namespec : `${row.name} ${row.of.budget.written}`

function headsOf({ unanswered, listeners, problems, atMs }: Status): readonly Said[] {
  return [
    ...(unanswered === undefined ? [] : [{ text: unanswered, isTrouble: true }]),
    ...listeners.map(one => headOf(one, atMs)),
    ...(listeners.length === 0 ? problems.map(text => ({ text, isTrouble: true })) : []),
  ]
}
