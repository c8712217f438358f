// All monitors of the operator's own, as the settings name them; each has a process of its own.
import { hostname } from 'node:os'
import type { MonitorAnswer, MonitorSpec } from '../rules/monitor.ts'
import type { Need, Sample } from '../rules/monitor-types.ts'
import { CustomMonitor, type CustomMonitorPorts } from './custom-monitor.ts'
import { HOST_PATH } from './monitor-process.ts'

type Ports = Omit<CustomMonitorPorts, 'host' | 'hostPath' | 'uid'> &
  Partial<Pick<CustomMonitorPorts, 'hostPath' | 'uid'>>

export class CustomMonitors {
  readonly #ports: CustomMonitorPorts
  #monitors: readonly CustomMonitor[] = []

  constructor(ports: Ports) {
    this.#ports = { host: hostname(), hostPath: HOST_PATH, uid: process.geteuid?.() ?? -1, ...ports }
  }

  /** Uses these from now on, and ends those that are no longer in the settings. */
  use(specs: readonly MonitorSpec[]): void {
    const before = this.#monitors
    for (const one of before) if (!specs.some(({ id }) => id === one.spec.id)) one.end()
    this.#monitors = specs.map(spec => {
      const one = before.find(({ spec: { id } }) => id === spec.id) ?? new CustomMonitor(spec, this.#ports)
      one.spec = spec
      return one
    })
  }

  /** Asks each that can be asked now; `samplesFor` reads what it needs besides. */
  ask(
    samplesFor: (needs: readonly Need[]) => readonly Sample[],
    onAnswer: (answer: MonitorAnswer) => void,
  ): void {
    for (const one of this.#monitors) one.ask(samplesFor, onAnswer)
  }

  /** Ends their processes. */
  end(): void {
    this.use([])
  }
}
