// Alerts, for a listener that may have no Alertmanager: it loads their code when it has one.
import { OnDemand } from '../base/on-demand.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { Alerts, AlertsPorts, AlertsTerms } from './alerts.ts'

type Folder = Parameters<Alerts['attach']>[0]
type Code = Pick<typeof import('./alerts.ts'), 'Alerts'>

/** If more come, only the newest alert: there may be no more alerts than that. */
const MOST_EARLY = 1_000

export class AlertsOnDemand {
  readonly #code: OnDemand<Code, Alerts>
  #terms: AlertsTerms
  #folder: Folder | undefined
  /** Outcomes from before the code was loaded. */
  #early: RestartOutcome[] = []

  constructor(terms: AlertsTerms, ports: AlertsPorts, load = (): Promise<Code> => import('./alerts.ts')) {
    this.#terms = terms
    this.#code = new OnDemand<Code, Alerts>({
      part: 'alerts',
      isWanted: () => this.#isWanted,
      load,
      make: code => this.#make(new code.Alerts(this.#terms, ports)),
      // npm has replaced the package since the start.
      failureText: why => `Alerts cannot be sent: ${why}. Retrying at each check`,
      againText: 'Alerts can be sent again',
      log: ports.log,
    })
    this.#code.look()
  }

  /** undefined if there are none, or not yet. */
  get now(): Alerts | undefined {
    return this.#code.now
  }

  /** Other settings, whose URLs are valid. */
  use(terms: AlertsTerms): void {
    this.now?.use(terms)
    this.#terms = terms
    if (!this.#isWanted) this.#early = []
    this.#code.look()
  }

  tell(outcome: RestartOutcome): void {
    if (this.now) this.now.tell(outcome)
    else if (this.#isWanted) this.#early = [...this.#early, outcome].slice(-MOST_EARLY)
  }

  /** A check begins: loads the code if it is missing. */
  look(): void {
    this.#code.look()
  }

  attach(folder: Folder): void {
    this.#folder = folder
    void this.now?.attach(folder)
  }

  get #isWanted(): boolean {
    return this.#terms.alertmanagers.length > 0 || Boolean(process.env.MEMMON_ALERTMANAGER_URL)
  }

  #make(alerts: Alerts): Alerts {
    if (this.#folder) void alerts.attach(this.#folder)
    for (const outcome of this.#early.splice(0)) alerts.tell(outcome)
    return alerts
  }
}
