// A history as the listener leaves it in its state folder, and the supervisord.conf by which it is found.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { historyHeader } from '../../src/history/history-lines.ts'
import { trackedLine } from '../../src/history/kept-tracked.ts'
import { createTracked, noteEnd, sample, type Tracked } from '../../src/history/tracked.ts'
import { stateFolderName } from '../../src/restart/state-folder.ts'
import { MB } from './values.ts'

export interface RecordedProcess {
  readonly namespec: string
  readonly hours: number
  readonly sizeMB: (hour: number) => number
  readonly limitMB?: number
  /** memmon has restarted it then. */
  readonly restartsAtHour?: readonly number[]
}

/** By the minute, until `untilMs`. */
export function trackedOf(recorded: RecordedProcess, untilMs: number): Tracked {
  const { hours, sizeMB, limitMB, restartsAtHour = [] } = recorded
  const tracked = createTracked(60)
  const limitBytes = limitMB === undefined ? undefined : limitMB * MB
  const minutes = hours * 60
  let pid = 100
  for (let minute = 0; minute <= minutes; minute++) {
    if (restartsAtHour.includes(minute / 60)) {
      noteEnd(tracked, pid, { by: 'memmon', rule: `-a ${limitMB}MB` })
      pid++
    }
    const at = { atSeconds: minute * 60, atMs: untilMs - (minutes - minute) * 60_000 }
    const what = {
      bytes: Math.round(sizeMB(minute / 60) * MB),
      limitBytes,
      metric: 'rss',
      cumulative: false,
    } as const
    sample(tracked, { ...at, ...what, run: { pid, startSeconds: 0 } })
  }
  return tracked
}

/** A folder with all of it; `conf` is the path of supervisord.conf. */
export class RecordedState {
  readonly folder = mkdtempSync(join(tmpdir(), 'memmon-recorded-'))
  readonly conf = join(this.folder, 'supervisord.conf')
  readonly socketPath = join(this.folder, 's.sock')
  /** Of the listener. */
  readonly stateFolder = join(
    this.folder,
    'state',
    stateFolderName(`unix://${this.socketPath}`, {
      SUPERVISOR_GROUP_NAME: 'memmon',
      SUPERVISOR_PROCESS_NAME: 'memmon',
    }),
  )

  constructor() {
    const memmon = `[eventlistener:memmon]\ncommand=memmon -a 1GB --state-dir ${join(this.folder, 'state')}\n`
    writeFileSync(this.conf, `[unix_http_server]\nfile=${this.socketPath}\n${memmon}events=TICK_60\n`)
    mkdirSync(this.stateFolder, { recursive: true, mode: 0o700 })
  }

  write(processes: readonly RecordedProcess[], untilMs = Date.now()): void {
    const lines = processes.map(one => trackedLine(one.namespec, trackedOf(one, untilMs)))
    const text = historyHeader('run', untilMs, processes.length) + lines.join('')
    writeFileSync(join(this.stateFolder, 'history.jsonl'), text, { mode: 0o600 })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
