// What memmon keeps of what it sees and does, for people and programs that look at it: histories of sizes, the time of the
// last tick, what the next check depends on, metrics. All hear the same things at the same time; nothing here decides.
import type { Log } from '../base/log.ts'
import type { Monitor, MonitorPorts } from '../check/monitor.ts'
import type { HistoryKeeper } from '../history/keeper.ts'
import type { MetricsPorts } from '../metrics/metrics.ts'
import { MetricsOnDemand, type MetricsOnDemandTerms } from '../metrics/on-demand.ts'
import { ChecksFile } from '../restart/checks-file.ts'
import type { Restarts } from '../restart/restarts.ts'
import type { StateFolder } from '../restart/state-folder.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { Vitals } from './vitals.ts'

export interface RecordsPorts extends Pick<MetricsPorts, 'outbox' | 'readOwnBytes'> {
  /** This run of memmon, as in its lock. */
  readonly run: string
  readonly history: HistoryKeeper
  readonly monitor: Monitor
  readonly restarts: Restarts
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
  readonly nowMs: () => number
  readonly tick: () => number
}

export class Records {
  readonly #history: HistoryKeeper
  readonly #vitals: Vitals
  readonly #checksFile: ChecksFile
  readonly #metrics: MetricsOnDemand

  constructor(settings: MetricsOnDemandTerms, ports: RecordsPorts) {
    this.#history = ports.history
    this.#vitals = new Vitals({ ...ports, failing: () => ports.monitor.failing })
    this.#checksFile = new ChecksFile(ports)
    this.#metrics = new MetricsOnDemand(settings, ports)
  }

  /** Other settings. Throws a UsageError, and changes nothing, if the access to metrics is wrong. */
  use(settings: MetricsOnDemandTerms): void {
    this.#metrics.use(settings)
  }

  /** memmon has the state folder. */
  attach(folder: StateFolder): void {
    this.#checksFile.attach(folder)
    void this.#history.attach(folder)
    this.#vitals.attach(folder)
  }

  onTick(periodSeconds: number): void {
    this.#history.onTick(periodSeconds)
    this.#metrics.now?.counts.onTick(periodSeconds)
    this.#vitals.onTick(periodSeconds)
  }

  onCheckBegins(): void {
    this.#metrics.look()
    this.#metrics.now?.onCheckBegins()
  }

  /** The check asks supervisord, which takes a while: nothing is written meanwhile. */
  onCheckGoesOn(): void {
    this.#history.onCheck(true)
    this.#vitals.onCheck(true)
  }

  onCheckEnds(durationMs: number): void {
    this.#history.onCheck(false)
    this.#vitals.onCheck(false)
    this.#checksFile.look()
    this.#metrics.now?.onCheckEnds(durationMs)
  }

  /** What supervisord knows now. */
  onTable(processes: readonly ProcessInfo[]): void {
    this.#history.onTable(processes)
  }

  /** A figure other than RSS that a rule has asked for. */
  onFigure(...read: Parameters<MonitorPorts['onFigure']>): void {
    this.#metrics.now?.onFigure(...read)
  }

  /** What restarts wait for may have changed. */
  onRestarts(): void {
    this.#checksFile.look()
  }

  /** A restart has an outcome. */
  onOutcome(outcome: RestartOutcome): void {
    this.#history.onOutcome(outcome)
  }

  /** An outcome of any kind goes out to people. */
  onTold(outcome: RestartOutcome): void {
    this.#metrics.now?.counts.onOutcome(outcome)
  }

  /** The channel with this key failed to send. */
  onUndelivered(channelKey: string): void {
    this.#metrics.now?.counts.onUndelivered(channelKey)
  }

  /** What the listener says about itself. */
  get listener(): Vitals['document'] {
    return this.#vitals.document
  }

  /** Resolves when everything is on disk; writes nothing more. */
  async save(): Promise<void> {
    await Promise.allSettled([this.#history.save(), this.#vitals.close()])
  }

  /** Releases the metrics' address. */
  close(): void {
    this.#metrics.close()
  }
}
