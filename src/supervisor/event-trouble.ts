// What memmon says of events that it cannot read: a supervisord of another kind, or a defect. Not even then may one
// stay unanswered, or the log fill up.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import { STALLED_MS } from './unfinished-event.ts'

const HOUR_MS = 3_600_000

/** Logs the first header that cannot be read, then one an hour with how many there were in between. */
export function createUnreadableLog(log: Log, monotonicMs: () => number): (beginning: string) => void {
  let loggedAt = Number.NEGATIVE_INFINITY
  let silent = 0
  return beginning => {
    const now = monotonicMs()
    if (now - loggedAt < HOUR_MS) return void silent++
    const others = silent > 0 ? `, and of ${silent} more since the last line` : ''
    log(
      'ERRO',
      `Cannot read the header of an event: "${beginning}"${others}. Answered it without a check`,
      trouble('events'),
    )
    loggedAt = now
    silent = 0
  }
}

export const STALLED_TEXT =
  `An event has been incomplete for ${STALLED_MS / 1000} s: supervisord has sent less than it announced. ` +
  'memmon answers the event and ends, so that supervisord restarts it'

export const COUNTED_IN_BYTES_TEXT = `An event was answered late: supervisord counts its length in bytes, which memmon learned from ${STALLED_MS / 1000} s of silence`
