// The monitors of the operator's own: they are asked with the samples of a check, which does not wait for them, and
// their verdicts are followed when they come, for the processes as they are by then.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import type { Readings, Sampler } from '../proc/sampler.ts'
import type { MonitorAnswer, MonitorSpec } from '../rules/monitor.ts'
import type { Need, Sample } from '../rules/monitor-types.ts'
import { aged, type ProcessInfo, uptimeSecondsOf } from '../rules/process.ts'
import type { Found } from './full-look.ts'
import { type MonitorStep, monitorSteps, type Standing } from './monitor-steps.ts'
import type { AskMonitors } from './ports.ts'
import type { RssOf } from './values.ts'
import type { Watched } from './watched.ts'

export interface MonitorCheckPorts {
  readonly monitors: AskMonitors
  readonly sampler: Pick<Sampler, 'readings'>
  /** What the last look at supervisord's processes has found. */
  readonly found: () => Found | undefined
  /** False for event listeners, for memmon itself and for what is ignored. */
  readonly isMonitored: (process: ProcessInfo) => boolean
  readonly isAway: (namespec: string) => boolean
  readonly follow: (steps: readonly MonitorStep[]) => void
  readonly log: Log
  readonly monotonicMs: () => number
}

const FIELDS = {
  cpu_time: 'cpuSeconds',
  pss: 'pssBytes',
  uss: 'ussBytes',
  swap: 'swapBytes',
  threads: 'threads',
  fds: 'fds',
} as const satisfies Record<Need, keyof Sample>

export class MonitorCheck {
  readonly #ports: MonitorCheckPorts
  /** By the id of a monitor; bounded by monitors and processes. */
  readonly #standing = new Map<string, ReadonlyMap<string, Standing>>()
  /** Needs that could not be read and were told. */
  readonly #unreadable = new Set<string>()

  constructor(ports: MonitorCheckPorts) {
    this.#ports = ports
  }

  /** Asks about these processes, as a check has measured them. */
  look(watched: readonly Watched[], rssOf: RssOf): void {
    const { monitors, isMonitored } = this.#ports
    monitors.ask(
      needs =>
        watched
          .filter(({ process }) => isMonitored(process))
          .flatMap(one => this.#sampleOf(one, rssOf, needs)),
      answer => this.#take(answer),
    )
  }

  /** Others from now on: what a monitor has asked for that is gone is forgotten. */
  use(specs: readonly MonitorSpec[]): void {
    for (const id of this.#standing.keys()) if (!specs.some(spec => spec.id === id)) this.#standing.delete(id)
    this.#unreadable.clear()
  }

  #sampleOf(one: Watched, rssOf: RssOf, needs: readonly Need[]): Sample[] {
    const { process } = one
    const [rssBytes, treeRssBytes] = [rssOf(one, false), rssOf(one, true)]
    if (rssBytes === undefined) return []
    const readings = this.#ports.sampler.readings?.(process.pid, needs) ?? unsupported(needs)
    const figures = needs.flatMap(need => {
      const figure = readings[need]
      if (typeof figure === 'number') return [[FIELDS[need], figure] as const]
      if (figure !== 'gone') this.#tellUnreadable(need, process, figure === 'denied')
      return []
    })
    return [
      {
        process: process.namespec,
        group: process.group,
        name: process.name,
        pid: process.pid,
        startedAt: process.startSeconds * 1000,
        uptimeSeconds: uptimeSecondsOf(process),
        rssBytes,
        ...(treeRssBytes !== undefined && { treeRssBytes }),
        ...Object.fromEntries(figures),
      },
    ]
  }

  #tellUnreadable(need: Need, { namespec, pid }: ProcessInfo, isDenied: boolean): void {
    if (this.#unreadable.has(need)) return
    this.#unreadable.add(need)
    const why = isDenied
      ? "it is another user's process, run memmon as root"
      : 'this sampler does not report it'
    this.#ports.log(
      'WARN',
      `${need} of ${namespec} (pid ${pid}) cannot be read for a monitor (${why}): its samples come without it`,
      trouble('sizes'),
    )
  }

  #take({ spec, ...answer }: MonitorAnswer): void {
    const { found, isAway, follow, monotonicMs } = this.#ports
    const now = found()
    if (!now) return
    const sinceMs = monotonicMs() - now.atMs
    const running = new Map(now.running.map(process => [process.namespec, process]))
    const rules = new Map(now.watched.map(one => [one.process.namespec, one.rules]))
    const { steps, standing } = monitorSteps({
      ...answer,
      spec,
      processOf: namespec => {
        const process = running.get(namespec)
        return process && !isAway(namespec) ? aged(process, sinceMs) : undefined
      },
      rulesOf: namespec => rules.get(namespec) ?? [],
      before: this.#standing.get(spec.id) ?? new Map(),
    })
    this.#standing.set(spec.id, standing)
    follow(steps)
  }
}

const unsupported = (needs: readonly Need[]): Readings =>
  Object.fromEntries(needs.map(need => [need, 'unsupported']))
