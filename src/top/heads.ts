// The state of a listener, in one line. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import { plural } from '../evidence/word-rule.ts'
import { shown } from '../screen/width.ts'
import { listenerText } from '../status/headline.ts'
import { type Standing, standingOf } from '../status/standing.ts'
import type { ListenerStatus } from '../status/status.ts'
import type { Said } from './model.ts'

/** The table says more about its programs. */
const TROUBLES: readonly Standing[] = ['failing', 'silent', 'stopped', 'unreadable']

/** What is wrong with it, in the words of memmon status; else when it last had a tick, and what waits. */
export function headOf(one: ListenerStatus, nowMs: number): Said {
  const name = one.section.replace(/^eventlistener:/, '')
  const isTrouble = TROUBLES.includes(standingOf(one))
  const text = isTrouble
    ? `[${one.section}] ${listenerText(one, nowMs)}`
    : `${name} (pid ${one.pid}): ${wellText(one, nowMs)}`
  return { text: shown(text), isTrouble }
}

function wellText(
  { hearing, ownBytes, ownLimitBytes, outbox, mutes }: ListenerStatus,
  nowMs: number,
): string {
  const heard =
    hearing.kind === 'hears'
      ? `last tick ${formatDuration((nowMs - hearing.tickAtMs) / 1000)} ago`
      : 'just started, no tick yet'
  const waiting = outbox?.count ?? 0
  return [
    heard,
    ...(ownBytes === undefined ? [] : [`${formatSize(ownBytes)} of ${formatSize(ownLimitBytes)} used`]),
    ...(waiting > 0 ? [`${plural(waiting, 'message')} not sent`] : []),
    ...(mutes.length > 0 ? [`${mutes.length} muted`] : []),
  ].join(', ')
}
