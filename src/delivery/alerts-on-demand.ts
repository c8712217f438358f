// Alerts, for a listener that may have no Alertmanager: it loads their code when it has one.
import { messageOf } from '../base/errors.ts'
import { trouble } from '../base/log-facts.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { Alerts, AlertsPorts, AlertsTerms } from './alerts.ts'

type Folder = Parameters<Alerts['attach']>[0]

export class AlertsOnDemand {
  readonly #ports: AlertsPorts
  #terms: AlertsTerms
  #folder: Folder | undefined
  #alerts: Alerts | undefined
  /** Outcomes that come while the code is loading; undefined otherwise. */
  #early: RestartOutcome[] | undefined

  constructor(terms: AlertsTerms, ports: AlertsPorts) {
    this.#ports = ports
    this.#terms = terms
    void this.#load()
  }

  /** undefined if there are none, or not yet. */
  get now(): Alerts | undefined {
    return this.#alerts
  }

  /** Other settings, whose URLs are valid. */
  use(terms: AlertsTerms): void {
    this.#terms = terms
    if (this.#alerts) this.#alerts.use(terms)
    else void this.#load()
  }

  tell(outcome: RestartOutcome): void {
    if (this.#alerts) this.#alerts.tell(outcome)
    else this.#early?.push(outcome)
  }

  attach(folder: Folder): void {
    this.#folder = folder
    void this.#alerts?.attach(folder)
  }

  async #load(): Promise<void> {
    const isWanted = this.#terms.alertmanagers.length > 0 || process.env.MEMMON_ALERTMANAGER_URL
    if (!isWanted || this.#early) return
    this.#early = []
    try {
      const { Alerts } = await import('./alerts.ts')
      this.#alerts = new Alerts(this.#terms, this.#ports)
      if (this.#folder) void this.#alerts.attach(this.#folder)
      for (const outcome of this.#early) this.#alerts.tell(outcome)
    } catch (thrown) {
      // npm has replaced the package since the start.
      this.#ports.log(
        'WARN',
        `Alerts cannot be sent: ${messageOf(thrown)}. Restart memmon`,
        trouble('alerts'),
      )
    } finally {
      this.#early = undefined
    }
  }
}
