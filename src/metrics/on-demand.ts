// The metrics, for a listener that may have no file or address for them: it loads their code when it has.
import { messageOf } from '../base/errors.ts'
import { trouble } from '../base/log-facts.ts'
import { type AccessTerms, accessOf } from './access.ts'
import type { Metrics, MetricsPorts, MetricsTerms } from './metrics.ts'

export type MetricsOnDemandTerms = MetricsTerms & AccessTerms

export class MetricsOnDemand {
  readonly #ports: MetricsPorts
  #terms: MetricsOnDemandTerms
  #metrics: Metrics | undefined
  #isLoading = false
  #isClosed = false

  constructor(terms: MetricsOnDemandTerms, ports: MetricsPorts) {
    this.#terms = terms
    this.#ports = ports
    void this.#load()
  }

  /** undefined if there are none, or not yet. */
  get now(): Metrics | undefined {
    return this.#metrics
  }

  /** Other settings. Throws a UsageError, and changes nothing, if the access to metrics is wrong. */
  use(terms: MetricsOnDemandTerms): void {
    const access = accessOf(terms)
    this.#terms = terms
    if (this.#metrics) this.#metrics.use(terms, access)
    else void this.#load()
  }

  close(): void {
    this.#isClosed = true
    this.#metrics?.close()
  }

  async #load(): Promise<void> {
    const isWanted = this.#terms.metricsFile !== undefined || this.#terms.metricsListen !== undefined
    if (!isWanted || this.#isLoading) return
    this.#isLoading = true
    try {
      const { Metrics } = await import('./metrics.ts')
      if (!this.#isClosed) this.#metrics = new Metrics(this.#terms, accessOf(this.#terms), this.#ports)
    } catch (thrown) {
      // npm has replaced the package since the start, or the secret is gone.
      this.#ports.log(
        'WARN',
        `Metrics are unavailable: ${messageOf(thrown)}. Restart memmon`,
        trouble('metrics'),
      )
    } finally {
      this.#isLoading = false
    }
  }
}
