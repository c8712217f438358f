// The first line of a status: whether all is well, and if not, why, with the names that a tired operator looks for. Pure.
import { timestamp } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import { type ProcessInfo, stateName } from '../rules/process.ts'
import { budgetsOverOf, downOf, exitCodeOf, overOf, standingOf } from './standing.ts'
import type { ListenerStatus, Status } from './status.ts'

/** Gives so many names, then only a count. */
const MOST_NAMED = 3

/** 'well: ...', 'not well: ...' or, where memmon has checked nothing so far, 'no tick yet: ...', without escaping what a name may hold. */
export function headline(status: Status): string {
  const { listeners, unanswered, problems } = status
  const isWell = exitCodeOf(status) === 0
  const whys = [
    ...(unanswered === undefined ? [] : [unanswered]),
    ...(listeners.length === 0 && unanswered === undefined ? [problems[0] ?? 'no memmon found'] : []),
    ...listeners
      .filter(one => isWell || standingOf(one) !== 'well')
      .map(one => `${listeners.length > 1 ? `${one.section}: ` : ''}${listenerText(one, status.atMs)}`),
  ]
  const well = listeners.some(({ hearing }) => hearing.kind === 'starting') ? 'no tick yet' : 'well'
  return `${isWell ? well : 'not well'}: ${whys.join('; ')}`
}

/** One clause about one listener. */
export function listenerText(one: ListenerStatus, nowMs: number): string {
  switch (standingOf(one)) {
    case 'stopped':
      return `memmon is not running${stoppedText(one)}${lastTick(one, nowMs)}`
    case 'unreadable':
      return `what memmon knows cannot be read: ${one.unreadable}`
    case 'silent':
      return silentText(one, nowMs)
    case 'failing':
      return `checks fail since ${clock(one.failing?.sinceMs ?? nowMs)}: ${one.failing?.why}`
    default:
      return programsText(one, nowMs)
  }
}

function stoppedText({ process, section, assessment }: ListenerStatus): string {
  if (process) return ` (supervisord says ${stateName(process.state)})`
  // Without an assessment supervisord has said nothing.
  return assessment ? ` (supervisord has not loaded [${section}]: supervisorctl update)` : ''
}

function lastTick({ hearing }: ListenerStatus, nowMs: number): string {
  if (hearing.kind !== 'silent' || hearing.tickAtMs === undefined) return ''
  return `; its last tick came ${ago(hearing.tickAtMs, nowMs)}`
}

function silentText({ hearing }: ListenerStatus, nowMs: number): string {
  if (hearing.kind !== 'silent') return ''
  const seconds = Math.round((nowMs - hearing.sinceMs) / 1000)
  return hearing.tickAtMs === undefined
    ? `memmon has had no tick since its start ${ago(hearing.sinceMs, nowMs)}: its log says what to do`
    : `memmon was not heard for ${seconds} s: no tick has reached it since ${clock(hearing.tickAtMs)}`
}

function programsText(one: ListenerStatus, nowMs: number): string {
  const over = overOf(one).map(({ process }) => shortName(process))
  const down = downOf(one).map(({ process }) => `${shortName(process)} ${stateName(process.state)}`)
  const budgets = budgetsOverOf(one).map(({ budget }) => budget.written)
  const { watched, mutes, outbox, hearing } = one
  const parts = [
    ...(over.length > 0 ? [`${over.length} over a limit (${named(over)})`] : []),
    ...(budgets.length > 0 ? [`${counted(budgets.length, 'budget')} over (${named(budgets)})`] : []),
    ...(down.length > 0 ? [`${down.length} down (${named(down)})`] : []),
  ]
  const count = counted(watched.size, 'program')
  const isStarting = hearing.kind === 'starting'
  const fine = isStarting
    ? `memmon started ${ago(hearing.sinceMs, nowMs)}; ${count}, all within their limits now`
    : `${count} watched, all within their limits`
  const rest = [
    ...(mutes.length > 0 ? [`${mutes.length} muted`] : []),
    ...(outbox && outbox.count > 0 ? [`${counted(outbox.count, 'message')} not sent`] : []),
    ...(isStarting && parts.length > 0 ? ['no tick yet'] : []),
  ]
  const first = parts.length > 0 ? `${parts.join(', ')} of ${count} watched` : fine
  return [first, ...rest].join(', ')
}

/** As in supervisorctl. */
const shortName = ({ group, name, namespec }: ProcessInfo): string => (group === name ? name : namespec)

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

const ago = (atMs: number, nowMs: number): string => `${formatDuration((nowMs - atMs) / 1000)} ago`

const clock = (atMs: number): string => timestamp(new Date(atMs)).slice(0, 19)
