// The metrics, for a listener that may have no file or address for them: it loads their code when it has.
import { OnDemand } from '../base/on-demand.ts'
import { type AccessTerms, accessOf } from './access.ts'
import type { Metrics, MetricsPorts, MetricsTerms } from './metrics.ts'

export type MetricsOnDemandTerms = MetricsTerms & AccessTerms
type Code = Pick<typeof import('./metrics.ts'), 'Metrics'>

export class MetricsOnDemand {
  readonly #code: OnDemand<Code, Metrics>
  #terms: MetricsOnDemandTerms

  constructor(
    terms: MetricsOnDemandTerms,
    ports: MetricsPorts,
    load = (): Promise<Code> => import('./metrics.ts'),
  ) {
    this.#terms = terms
    this.#code = new OnDemand<Code, Metrics>({
      part: 'metrics',
      isWanted: () => this.#terms.metricsFile !== undefined || this.#terms.metricsListen !== undefined,
      load,
      make: code => new code.Metrics(this.#terms, accessOf(this.#terms), ports),
      // npm has replaced the package since the start, or the secret is gone.
      failureText: why => `Metrics are unavailable: ${why}. Retrying at each check`,
      againText: 'Metrics are available again',
      log: ports.log,
    })
    this.#code.look()
  }

  /** undefined if there are none, or not yet. */
  get now(): Metrics | undefined {
    return this.#code.now
  }

  /** Other settings. Throws a UsageError, and changes nothing, if the access to metrics is wrong. */
  use(terms: MetricsOnDemandTerms): void {
    const access = accessOf(terms)
    this.#terms = terms
    this.now?.use(terms, access)
    this.#code.look()
  }

  /** A check begins: loads the code if it is missing. */
  look(): void {
    this.#code.look()
  }

  close(): void {
    this.#code.close()
    this.now?.close()
  }
}
