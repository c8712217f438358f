// The state of a listener and its programs, in one word each, and the exit code of memmon status. Pure.
import type { Assessed, AssessedBudget } from '../check/assess.ts'
import { isOver } from '../check/finding.ts'
import { isDown } from '../check/outlook.ts'
import { ProcessState } from '../rules/process.ts'
import type { ListenerStatus, Status } from './status.ts'

/** The worst that is true of a listener; `stopped`: supervisord says that it is not running. */
export type Standing = 'well' | 'over' | 'down' | 'failing' | 'silent' | 'stopped' | 'unreadable'

const EXIT: Readonly<Record<Standing, 0 | 1 | 2>> = {
  well: 0,
  over: 1,
  down: 1,
  failing: 2,
  silent: 2,
  stopped: 2,
  unreadable: 2,
}

/** Its own troubles come first: about programs that nobody watches nothing is known. */
export function standingOf(one: ListenerStatus): Standing {
  if (
    one.process &&
    one.process.state !== ProcessState.RUNNING &&
    one.process.state !== ProcessState.STARTING
  )
    return 'stopped'
  if (!one.process && one.pid === undefined) return 'stopped'
  if (one.unreadable !== undefined) return 'unreadable'
  if (one.hearing.kind === 'silent') return 'silent'
  if (one.failing) return 'failing'
  if (downOf(one).length > 0) return 'down'
  return overOf(one).length + budgetsOverOf(one).length > 0 ? 'over' : 'well'
}

/** 2 also without any listener, or if supervisord does not answer. */
export function exitCodeOf({ listeners, unanswered }: Status): 0 | 1 | 2 {
  if (listeners.length === 0 || unanswered !== undefined) return 2
  return listeners.reduce<0 | 1 | 2>((worst, one) => {
    const code = EXIT[standingOf(one)]
    return code > worst ? code : worst
  }, 0)
}

/** Over one of their limits, whatever memmon is doing about it; not the muted ones. */
export const overOf = ({ assessment }: ListenerStatus): readonly Assessed[] =>
  assessment?.processes.filter(one => !isMuted(one) && one.findings.some(isOver)) ?? []

/** Budgets that are exceeded. */
export const budgetsOverOf = ({ assessment }: ListenerStatus): readonly AssessedBudget[] =>
  assessment?.budgets.filter(one => one.isOver) ?? []

/** Watched, but neither supervisord nor memmon could start them; not the muted ones. */
export const downOf = ({ assessment, watched }: ListenerStatus): readonly Assessed[] =>
  assessment?.processes.filter(one => watched.has(one.process.namespec) && !isMuted(one) && isDown(one)) ?? []

const isMuted = ({ pending }: Assessed): boolean => pending?.kind === 'muted'
