// What stands for all processes of a budget where a message is about one.
import type { Budget } from '../rules/budgets.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'

/** Stands for all processes of a budget. */
export function wholeOf({ kind, selector }: Budget): ProcessInfo {
  const group = selector.group ?? '*'
  return {
    group,
    name: '*',
    namespec: kind === 'group' ? `${group}:*` : kind,
    state: ProcessState.RUNNING,
    pid: 0,
    startSeconds: 0,
    nowSeconds: 0,
    spawnError: '',
  }
}
