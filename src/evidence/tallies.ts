// For processes approaching their threads_limit or fds_limit: their threads and descriptors when they had reached
// half of it, so that a breach can say what has grown. One for each process and metric, a few KB, and at most 200.
import type { Metric } from '../rules/metric.ts'
import { type ProcessInfo, type ProcessKey, sameRun } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import type { Facts } from './facts.ts'

const MOST = 200
/** Of the limit: from here on the tally is kept. */
const FROM_SHARE = 0.5

interface Tally {
  readonly run: ProcessKey
  /** undefined while it is being read. */
  readonly facts?: Facts
}

export interface TallyPorts {
  /** Never rejects. */
  readonly read: (process: ProcessInfo, metric: Metric) => Promise<Facts | undefined>
}

export class Tallies {
  readonly #ports: TallyPorts
  readonly #tallies = new Map<string, Tally>()
  /** One is read at a time: a thousand processes may come half of their limits at once. */
  #turn: Promise<void> = Promise.resolve()

  constructor(ports: TallyPorts) {
    this.#ports = ports
  }

  /** Each count of each check. */
  readonly note = (process: ProcessInfo, { metric, limit, hardLimit }: Rule, value: number): void => {
    const lowest = Math.min(limit, hardLimit)
    const key = keyOf(process.namespec, metric)
    const known = this.#tallies.get(key)
    if (value < lowest * FROM_SHARE) this.#tallies.delete(key)
    else if (known ? !sameRun(known.run, process) : value <= lowest && this.#tallies.size < MOST)
      this.#take(process, metric)
  }

  /** The earlier look at this very process, if any. */
  readonly previousOf = (process: ProcessInfo, metric: Metric): Facts | undefined => {
    const known = this.#tallies.get(keyOf(process.namespec, metric))
    return known && sameRun(known.run, process) ? known.facts : undefined
  }

  /** Forgets processes that run no more. */
  keepOnly(processes: readonly ProcessInfo[]): void {
    const running = new Map(processes.map(one => [one.namespec, one]))
    for (const [key, { run }] of this.#tallies) {
      const process = running.get(key.slice(key.indexOf(' ') + 1))
      if (!process || !sameRun(run, process)) this.#tallies.delete(key)
    }
  }

  #take(process: ProcessInfo, metric: Metric): void {
    const key = keyOf(process.namespec, metric)
    const tally = { run: process }
    this.#tallies.set(key, tally)
    this.#turn = this.#turn.then(async () => {
      if (this.#tallies.get(key) !== tally) return
      const facts = await this.#ports.read(process, metric)
      if (this.#tallies.get(key) !== tally) return
      if (facts) this.#tallies.set(key, { run: process, facts })
      else this.#tallies.delete(key)
    })
  }
}

const keyOf = (namespec: string, metric: Metric): string => `${metric} ${namespec}`
