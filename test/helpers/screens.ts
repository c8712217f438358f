// Pictures of `memmon check`, as cli/check.ts composes them.
import type { Assessment } from '../../src/check/assess.ts'
import type { Why } from '../../src/evidence/why.ts'
import type { Picture } from '../../src/screen/check-screen.ts'
import { type Sort, sorted } from '../../src/screen/order.ts'
import { rowsOf } from '../../src/screen/rows.ts'
import type { Memory } from '../../src/screen/summary.ts'
import { explained } from '../../src/screen/why-lines.ts'
import { FREE_MB } from './assessed.ts'
import { MB } from './values.ts'

export function pictureOf(
  assessment: Assessment,
  {
    hasRules = true,
    sort = 'share',
    memory = { totalBytes: 1000 * MB, availableBytes: FREE_MB * MB },
    notes = ['Rules of [eventlistener:memmon] in /etc/supervisor/conf.d/memmon.conf'],
    whys,
  }: {
    readonly hasRules?: boolean
    readonly sort?: Sort
    readonly notes?: readonly string[]
    readonly memory?: Memory
    /** By namespec: with --why. */
    readonly whys?: ReadonlyMap<string, Why>
  } = {},
): Picture {
  const rows = sorted(rowsOf(assessment, hasRules), sort)
  return {
    rows: explained(rows, whys),
    counted: rows,
    hasRules,
    memory,
    notes,
  }
}
