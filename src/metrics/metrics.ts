// The metrics of a listener that has a file or an address for them. Nothing here ends memmon or delays a check.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import { createSlices } from '../base/slices.ts'
import { oneLine } from '../base/text.ts'
import type { Access } from './access.ts'
import { Knowledge, type KnowledgePorts, MOST_PROCESSES } from './knowledge.ts'
import { MetricsFile } from './metrics-file.ts'
import { MetricsServer } from './metrics-server.ts'
import { type Format, render } from './render.ts'

export interface MetricsTerms {
  readonly metricsFile?: string
  readonly name?: string
  readonly ownLimitBytes: number
}

export interface MetricsPorts extends KnowledgePorts {
  readonly log: Log
}

export class Metrics {
  readonly #ports: MetricsPorts
  readonly #knowledge: Knowledge
  readonly #file: MetricsFile
  readonly #server: MetricsServer
  #terms: MetricsTerms
  #isChecking = false
  #hasTooMany = false

  constructor(terms: MetricsTerms, access: Access | undefined, ports: MetricsPorts) {
    this.#terms = terms
    this.#ports = ports
    this.#knowledge = new Knowledge(ports)
    const own = { ...ports, render: (format: Format) => this.#render(format) }
    this.#file = new MetricsFile({ ...own, isBusy: () => this.#isChecking })
    this.#server = new MetricsServer(own)
    this.use(terms, access)
  }

  /** Other settings. */
  use(terms: MetricsTerms, access: Access | undefined): void {
    this.#terms = terms
    this.#file.use(terms.metricsFile)
    this.#server.use(access)
  }

  onCheckBegins(): void {
    this.#isChecking = true
    this.#knowledge.onCheckBegins()
  }

  onCheckEnds(durationMs: number): void {
    this.#isChecking = false
    this.#knowledge.onCheckEnds(durationMs)
    this.#sayIfTooMany(this.#ports.monitor.watched.length)
    this.#file.look()
  }

  onFigure(...read: Parameters<Knowledge['onFigure']>): void {
    this.#knowledge.onFigure(...read)
  }

  get counts(): Knowledge['counts'] {
    return this.#knowledge.counts
  }

  /** Releases the address. */
  close(): void {
    this.#server.close()
  }

  async #render(format: Format): Promise<string> {
    const { name, ownLimitBytes } = this.#terms
    const slices = createSlices(this.#ports.tick)
    const facts = await this.#knowledge.facts(ownLimitBytes, slices)
    return await render(facts, format, name === undefined ? {} : { memmon: oneLine(name) }, slices)
  }

  #sayIfTooMany(count: number): void {
    const hasTooMany = count > MOST_PROCESSES
    if (hasTooMany && !this.#hasTooMany) this.#ports.log('WARN', tooManyText(count), trouble('metrics'))
    this.#hasTooMany = hasTooMany
  }
}

const tooManyText = (count: number): string =>
  `Metrics have series for ${MOST_PROCESSES} of the ${count} watched processes: the rest are in the totals alone`
