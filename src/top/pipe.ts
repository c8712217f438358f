// The output of `memmon top` in a pipe: one complete snapshot, without control sequences. Pure.
import { countsOf, summaryText } from '../screen/summary.ts'
import type { Canvas } from './canvas.ts'
import type { TopModel } from './model.ts'
import { type Choice, chosen } from './order.ts'
import { tableInPipe } from './table.ts'

export function pipeLines(
  model: TopModel,
  choice: Choice,
  canvas: Pick<Canvas, 'widthOf' | 'isAscii'>,
): string[] {
  const { rows, hasRules, memory, heads } = model
  const counts = countsOf(rows.map(({ row }) => row))
  return [
    summaryText(counts, memory, hasRules, { width: Number.POSITIVE_INFINITY, widthOf: canvas.widthOf }),
    ...heads.map(({ text }) => text),
    '',
    ...tableInPipe(model, chosen(model, choice), canvas),
  ]
}
