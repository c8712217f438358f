// The evidence of a process, as commands for people read it: by the clocks of this machine and by whoever runs them.
import { monotonicMs } from '../base/clock.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Reader } from '../evidence/missing-text.ts'
import { readFacts } from '../evidence/read-facts.ts'
import type { WordsContext } from '../evidence/word-rule.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { userName } from './running-memmon.ts'

export const factsByHand = (pid: number, timeoutMs: number): Promise<Facts> =>
  readFacts(pid, { timeoutMs, tick: monotonicMs, nowMs: Date.now })

export const readerByHand = (): Reader => ({ uid: process.geteuid?.() ?? 0, nameOf: userName })

export const contextIn = (
  { processes }: Pick<ProcessTable, 'processes'>,
  { group, namespec }: ProcessInfo,
): WordsContext => ({
  siblingCount: processes.filter(one => one.group === group && one.namespec !== namespec && one.pid > 0)
    .length,
})
