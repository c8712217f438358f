// A look that asks supervisord: its table of processes, and the sizes of those that run and that the rules are about.
import { FaultCode, faultOf } from '../base/errors.ts'
import { remediedText } from '../base/fault-remedy.ts'
import { ownUser } from '../base/own-user.ts'
import type { SizesByPid } from '../proc/sampler.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import { areCounted, exemptionsOf, type Ruleset } from '../rules/ruleset.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import type { MonitorPorts } from './ports.ts'
import { askAgainAfterMs } from './quick-look.ts'
import { type Trouble, unmeasuredText } from './trouble.ts'
import type { RssOf } from './values.ts'
import { type Watched, watchedOf } from './watched.ts'

/** The table of one moment, as the rules see it. */
export interface Found {
  readonly watched: readonly Watched[]
  /** All that run, watched or not. */
  readonly running: readonly ProcessInfo[]
  readonly isListener: (namespec: string) => boolean
  /** Monotonic. */
  readonly atMs: number
  /** Later than this supervisord has to be asked again. */
  readonly untilMs: number
}

export interface FullSight {
  readonly table: ProcessTable
  readonly found: Found
  /** Those of the watched that run, each still with its own pid. */
  readonly running: readonly Watched[]
  readonly rssOf: RssOf
}

type FullLookPorts = Pick<MonitorPorts, 'readTable' | 'sampler' | 'isSelf' | 'monotonicMs'>

export class FullLook {
  readonly #ports: FullLookPorts
  readonly #trouble: Trouble
  #last: Found | undefined

  constructor(ports: FullLookPorts, trouble: Trouble) {
    this.#ports = ports
    this.#trouble = trouble
  }

  /** What the last look found, for what is asked between checks; undefined before the first. */
  get last(): Found | undefined {
    return this.#last
  }

  /** undefined if supervisord does not answer, or nothing can be measured, which is told. */
  async see(settings: Ruleset): Promise<FullSight | undefined> {
    const table = await this.#table()
    if (!table) return undefined
    const found = this.#found(table, settings)
    this.#last = found
    const running = found.watched.filter(
      ({ process }) => process.state === ProcessState.RUNNING && !table.isAnother?.(process.pid),
    )
    const rssOf = await this.#sizes(running, settings)
    return rssOf && { table, found, running, rssOf }
  }

  async #table(): Promise<ProcessTable | undefined> {
    try {
      return await this.#ports.readTable()
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === FaultCode.SHUTDOWN_STATE) return undefined // it will end memmon, too
      const why = remediedText(fault, { kind: 'listener', user: ownUser() })
      this.#trouble.tell(`Check skipped, retrying at the next tick: ${why}`)
      return undefined
    }
  }

  #found({ processes, isListener }: ProcessTable, settings: Ruleset): Found {
    const atMs = this.#ports.monotonicMs()
    return {
      watched: watchedOf(processes, settings, exemptionsOf(settings, isListener, this.#ports.isSelf)),
      running: processes.filter(({ state }) => state === ProcessState.RUNNING),
      isListener,
      atMs,
      untilMs: atMs + askAgainAfterMs(processes),
    }
  }

  /** With or without descendants only where that is counted. */
  async #sizes(watched: readonly Watched[], settings: Ruleset): Promise<RssOf | undefined> {
    const { sampler } = this.#ports
    const pids = watched.map(({ process }) => process.pid)
    const measured = async (cumulative: boolean): Promise<SizesByPid> =>
      areCounted(settings, cumulative) ? await sampler.measure(pids, cumulative) : new Map()
    try {
      const plain = await measured(false)
      const trees = await measured(true)
      return ({ process }, cumulative) => (cumulative ? trees : plain).get(process.pid)
    } catch (thrown) {
      this.#trouble.tell(unmeasuredText(sampler.source, thrown))
      return undefined
    }
  }
}
