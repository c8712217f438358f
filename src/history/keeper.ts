// The history of all processes as the listener keeps it: what checks measure goes in, and the file in the state folder
// follows in its own time.
import type { Log } from '../base/log.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { Histories } from './histories.ts'
import { HistoryFile, type OwnFolder } from './history-file.ts'
import type { ProcessHistory } from './process-history.ts'
import { createRecorder } from './recorder.ts'
import type { Tracked } from './tracked.ts'

export interface KeeperPorts {
  /** This run of memmon, as its lock has it. */
  readonly run: string
  readonly nowMs: () => number
  /** The monotonic clock, in milliseconds. */
  readonly tick: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
}

export class HistoryKeeper {
  readonly record: ReturnType<typeof createRecorder>
  readonly #ports: KeeperPorts
  readonly #histories = new Histories(() => this.#tickSeconds)
  readonly #file: HistoryFile
  #tickSeconds = 0
  #isChecking = false

  constructor(ports: KeeperPorts) {
    const { nowMs, tick } = ports
    this.#ports = ports
    this.record = createRecorder(this.#histories, nowMs)
    this.#file = new HistoryFile({
      ...ports,
      histories: this.#histories,
      now: () => ({ atMs: nowMs(), atSeconds: Math.floor(tick() / 1000) }),
      isBusy: () => this.#isChecking,
    })
  }

  /** How often sizes come: of several kinds of ticks the shortest says. */
  onTick(periodSeconds: number): void {
    if (this.#tickSeconds > 0 && this.#tickSeconds <= periodSeconds) return
    this.#tickSeconds = periodSeconds
    this.#histories.onInterval()
  }

  /** A check goes on, or is over: nothing is written while one does. */
  onCheck(isGoingOn: boolean): void {
    this.#isChecking = isGoingOn
    if (!isGoingOn) this.#file.look()
  }

  /** What supervisord knows by now. */
  onTable(processes: readonly ProcessInfo[]): void {
    this.#histories.keepOnly(processes, this.#ports.nowMs())
  }

  /** A process that memmon restarts, or stops and cannot start, has ended for a known reason. */
  onOutcome(outcome: RestartOutcome): void {
    const failedStarts = failedStartsOf(outcome)
    if (failedStarts === undefined) return
    const { process, breach } = outcome.request
    const failed = failedStarts > 0 && { failedStarts }
    this.#histories.noteEnd(process.namespec, process.pid, { by: 'memmon', rule: breach.rule, ...failed })
  }

  /** As kept, for read-only use. */
  trackedOf(namespec: string): Tracked | undefined {
    return this.#histories.trackedOf(namespec)
  }

  readonly historyOf = (namespec: string): ProcessHistory | undefined => this.#histories.historyOf(namespec)

  /** The state folder is memmon's: goes on with what is there. Never rejects. */
  attach(folder: OwnFolder): Promise<void> {
    return this.#file.attach(folder)
  }

  /** memmon ends. Never rejects. */
  save(): Promise<void> {
    return this.#file.save()
  }
}

/** undefined if memmon has not stopped the process. */
function failedStartsOf(outcome: RestartOutcome): number | undefined {
  if (outcome.kind === 'restarted') return outcome.failedStarts
  if (outcome.kind !== 'failed' || !['stopping', 'start', 'removed'].includes(outcome.phase)) return undefined
  return outcome.phase === 'start' ? 1 : 0
}
