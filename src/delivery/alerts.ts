// Alerts for hosts without a Prometheus: what memmon finds, as alerts that fire until the cause is gone, for each
// Alertmanager in the settings.
import { messageOf } from '../base/errors.ts'
import { trouble } from '../base/log-facts.ts'
import type { Redactor } from '../base/redact.ts'
import { redactDocument } from '../base/redact.ts'
import { type AlertChange, type AlertContext, alertChanges } from '../messages/alert.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { AlertFeed, type FeedPorts } from './alert-feed.ts'
import { type Alertmanager, type AlertsTerms, alertmanagerText, createAlertmanagers } from './alertmanager.ts'
import { readAlerts, writeAlerts } from './alerts-file.ts'

const BETWEEN_WRITES_MS = 1_000

/** A folder that is memmon's alone. */
interface OwnFolder {
  readonly path: string
  isIntact(): Promise<boolean>
}

export type { AlertsTerms } from './alertmanager.ts'

export interface AlertsPorts extends Omit<FeedPorts, 'onChange'> {
  readonly redactor: Redactor
  readonly create?: typeof createAlertmanagers
  readonly context: () => AlertContext
  readonly sleep: (ms: number) => Promise<void>
}

export class Alerts {
  readonly #ports: AlertsPorts
  #feeds: readonly AlertFeed[] = []
  #folder: OwnFolder | undefined
  #isDirty = false
  #writing: Promise<void> | undefined
  #hasFailed = false

  constructor(terms: AlertsTerms, ports: AlertsPorts) {
    this.#ports = ports
    this.use(terms)
  }

  /** Other Alertmanagers: those that stay keep their state; drops what was left for the others. */
  use(terms: AlertsTerms): void {
    const { redactor, create = createAlertmanagers } = this.#ports
    const targets = create(terms, process.env, redactor)
    const before = new Map(this.#feeds.map(feed => [feed.target.key, feed]))
    this.#feeds = targets.map(target => before.get(target.key) ?? this.#feedFor(target))
    for (const feed of before.values()) if (!this.#feeds.includes(feed)) feed.close()
  }

  /** memmon has the state folder: continues with what an earlier one has left. Never rejects. */
  async attach(folder: OwnFolder): Promise<void> {
    const kept = await readAlerts(folder.path)
    this.#folder = folder
    for (const feed of this.#feeds) {
      feed.board.restore(kept.get(feed.target.key) ?? [], this.#ports.nowMs())
      if (!feed.board.isEmpty) feed.say()
    }
  }

  tell(outcome: RestartOutcome): void {
    const { redactor, context } = this.#ports
    for (const change of alertChanges(outcome, context())) this.#apply(redacted(change, redactor))
  }

  /** All current processes. */
  onTable(processes: readonly ProcessInfo[]): void {
    for (const feed of this.#feeds) if (feed.board.onTable(processes, this.#ports.nowMs())) feed.say()
  }

  /** Resolves when memmon has tried to post the news to each Alertmanager. */
  async flush(): Promise<void> {
    await Promise.all(this.#feeds.map(feed => feed.flush()))
  }

  /** Resolves when the firing alerts are on disk. Sends nothing more. Never rejects. */
  async keep(): Promise<void> {
    for (const feed of this.#feeds) feed.close()
    await this.#writing
    await this.#write()
  }

  #feedFor(target: Alertmanager): AlertFeed {
    this.#ports.log('INFO', alertmanagerText(target))
    return new AlertFeed(target, { ...this.#ports, onChange: () => this.#writeSoon() })
  }

  #apply(change: AlertChange): void {
    for (const feed of this.#feeds) if (feed.board.apply(change, this.#ports.nowMs())) feed.say()
  }

  #writeSoon(): void {
    this.#isDirty = true
    this.#writing ??= this.#writeWhileDirty().finally(() => {
      this.#writing = undefined
    })
  }

  async #writeWhileDirty(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false
      await this.#write()
      await this.#ports.sleep(BETWEEN_WRITES_MS)
    }
  }

  async #write(): Promise<void> {
    const folder = this.#folder
    if (!folder) return
    try {
      if (!(await folder.isIntact())) return
      await writeAlerts(
        folder.path,
        new Map(this.#feeds.map(({ target, board }) => [target.key, board.entries])),
      )
      this.#hasFailed = false
    } catch (thrown) {
      if (!this.#hasFailed) this.#ports.log('WARN', unkeptText(messageOf(thrown)), trouble('alerts'))
      this.#hasFailed = true
    }
  }
}

const unkeptText = (why: string): string =>
  `Alerts cannot be kept on disk (${why}): those that no Alertmanager has taken are lost if memmon ends`

const redacted = (change: AlertChange, redactor: Redactor): AlertChange =>
  change.kind === 'end'
    ? change
    : {
        kind: 'fire',
        alert: { ...change.alert, annotations: redactDocument(change.alert.annotations, redactor) },
      }
