// The past of the tour's program: what a memmon that had watched it since its leak began would have kept, written by
// memmon's own code into memmon's own file. It ends shortly before the detector would call it a leak: that is left to the
// listener, and to sizes that it measures.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatServerUrl } from '../build/base/server-url.js'
import { historyHeader } from '../build/history/history-lines.js'
import { trackedLine } from '../build/history/kept-tracked.js'
import { HISTORY_FILE } from '../build/history/read-history.js'
import { createTracked, sample } from '../build/history/tracked.js'
import { stateFolderName } from '../build/restart/state-folder.js'

/** As with TICK_5. */
const TICK_SECONDS = 5
/** What is left for the listener to measure. */
const LEFT_SECONDS = 25
/** The detector looks at 16 minutes at least. */
const LEAST_SECONDS = 16 * 60
const MOST_SECONDS = 2 * 3600

/** Writes it into the state folder of the memmon that this supervisord will start; returns its seconds. */
export function writePast({ environment, socket }, program, leak) {
  const nowMs = Date.now()
  const seconds = secondsOf(program, leak)
  const tracked = createTracked(TICK_SECONDS)
  for (const one of samples(program, leak, { seconds, nowMs })) sample(tracked, one)
  const told = { SUPERVISOR_GROUP_NAME: 'memmon', SUPERVISOR_PROCESS_NAME: 'memmon' }
  const name = stateFolderName(formatServerUrl({ kind: 'unix', path: socket }), told)
  const folder = join(environment.STATE_DIRECTORY, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const text = historyHeader('tour', nowMs, 1) + trackedLine(program.namespec, tracked)
  writeFileSync(join(folder, HISTORY_FILE), text, { mode: 0o600 })
  return seconds
}

/** How long it must be, so that a leak that continues like this is detected once the rest has been measured, too. */
function secondsOf(program, leak) {
  for (let seconds = LEAST_SECONDS; seconds < MOST_SECONDS; seconds += TICK_SECONDS) {
    const tracked = createTracked(TICK_SECONDS)
    const alarm = samples(program, leak, { seconds, leftSeconds: LEFT_SECONDS, nowMs: Date.now() }).find(
      one => sample(tracked, one).kind === 'leak',
    )
    if (alarm && alarm.atSeconds > seconds) return seconds
  }
  throw new Error(`no past of ${MOST_SECONDS} s would make this a leak`)
}

/** One for each tick, from the beginning to `leftSeconds` after the program has the size that it has now. */
function samples(run, { sizeBytes, limitBytes, bytesPerSecond }, { seconds, leftSeconds = 0, nowMs }) {
  return Array.from({ length: (seconds + leftSeconds) / TICK_SECONDS + 1 }, (_, tick) => {
    const atSeconds = tick * TICK_SECONDS
    const aheadSeconds = atSeconds - seconds
    const bytes = sizeBytes + aheadSeconds * bytesPerSecond
    const atMs = nowMs + aheadSeconds * 1000
    return { atSeconds, atMs, bytes, limitBytes, run, metric: 'rss', cumulative: false }
  })
}
