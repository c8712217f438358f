// The alerts that one Alertmanager is to know of: those that go on, and those that have ended and were not said to have. Without
// I/O; bounded.
import { type Alert, type AlertChange, isEndedBy, isOfOtherRun } from '../messages/alert.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'

/** The oldest goes first. */
const MOST_ALERTS = 1_000
/** As it is posted, it ends by itself then, if nothing more comes: memmon may have gone. */
const HOLD_MS = 5 * 60_000
/** What an earlier memmon has fired, and this one has not, is over after so long. */
const RESTORED_MS = 60 * 60_000

export interface Entry {
  alert: Alert
  /** The Alertmanager knows of it. */
  isSent: boolean
  /** When it was over; undefined: it goes on. */
  endedAtMs: number | undefined
}

/** As the API of Alertmanager takes it. */
export interface PostedAlert {
  readonly labels: Alert['labels']
  readonly annotations: Alert['annotations']
  readonly startsAt: string
  readonly endsAt: string
}

/** One post, and how its entries were then. */
export interface Batch {
  readonly alerts: readonly PostedAlert[]
  readonly entries: readonly { readonly entry: Entry; readonly endedAtMs: number | undefined }[]
}

export class AlertBoard {
  readonly #entries = new Map<string, Entry>()
  /** Of the post that is being answered: the Alertmanager may know of them by now. */
  readonly #onItsWay = new Set<Entry>()
  #dropped = 0

  get entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  /** How many did not fit, since it was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** What an earlier memmon has left. */
  restore(entries: readonly Entry[], nowMs: number): void {
    for (const entry of entries) {
      const { alert } = entry
      // The history says by itself when a leak is over.
      const isKnown = alert.untilMs !== undefined || alert.labels.alertname === 'MemmonProcessLeaking'
      const untilMs = isKnown ? alert.untilMs : nowMs + RESTORED_MS
      if (!this.#entries.has(keyOf(alert)))
        this.#entries.set(keyOf(alert), { ...entry, alert: { ...alert, untilMs } })
    }
  }

  /** True if there is something new to say. */
  apply(change: AlertChange, nowMs: number): boolean {
    if (change.kind === 'fire') {
      this.#fire(change.alert)
      return true
    }
    return this.#endEach(alert => isEndedBy(alert, change), nowMs)
  }

  /** All processes that there are: what they no longer are about is over. True if there is something new to say. */
  onTable(processes: readonly ProcessInfo[], nowMs: number): boolean {
    if (this.#entries.size === 0) return false
    const byName = new Map(processes.map(process => [process.namespec, process]))
    return this.#endEach(alert => {
      if (alert.namespec === '' || alert.isEvent) return false
      const process = byName.get(alert.namespec)
      if (!process) return true
      // What is down goes on until it runs.
      const isDown = alert.labels.alertname === 'MemmonProcessDown'
      return isOfOtherRun(alert, process) && (!isDown || process.state === ProcessState.RUNNING)
    }, nowMs)
  }

  /** Something has begun or ended that the Alertmanager does not know. */
  get hasNews(): boolean {
    return this.entries.some(({ isSent, endedAtMs }) => !isSent || endedAtMs !== undefined)
  }

  /** Nothing goes on, and nothing is left to be said. */
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** What is to be posted now: all of it. */
  batch(nowMs: number): Batch {
    const isOver = ({ untilMs, isEvent }: Alert, isSent: boolean) =>
      untilMs !== undefined && untilMs <= nowMs && (isSent || !isEvent)
    this.#endEach(isOver, nowMs)
    const entries = this.entries.map(entry => ({ entry, endedAtMs: entry.endedAtMs }))
    for (const { entry } of entries) this.#onItsWay.add(entry)
    const alerts = entries.map(({ entry: { alert }, endedAtMs = nowMs + HOLD_MS }) => ({
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: isoOf(alert.startsAtMs),
      endsAt: isoOf(endedAtMs),
    }))
    return { entries, alerts }
  }

  /** These were taken: what had ended is forgotten, unless it has begun again meanwhile. */
  onSent({ entries }: Batch, nowMs: number): void {
    for (const { entry, endedAtMs } of entries) {
      const { alert, isSent } = entry
      // One that comes late is shown as long as others.
      if (alert.isEvent && !isSent)
        entry.alert = { ...alert, untilMs: Math.max(alert.untilMs ?? 0, nowMs + HOLD_MS) }
      entry.isSent = true
      if (endedAtMs !== undefined) this.#forget(entry)
    }
    this.#onItsWay.clear()
  }

  /** They were not taken: what has ended meanwhile was never heard of. */
  onUnsent({ entries }: Batch): void {
    for (const { entry } of entries) if (!entry.isSent && entry.endedAtMs !== undefined) this.#forget(entry)
    this.#onItsWay.clear()
  }

  #forget(entry: Entry): void {
    const key = keyOf(entry.alert)
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
  }

  #fire(alert: Alert): void {
    const key = keyOf(alert)
    const before = this.#entries.get(key)
    const goesOn = before !== undefined && before.endedAtMs === undefined
    const startsAtMs = goesOn ? before.alert.startsAtMs : alert.startsAtMs
    this.#entries.delete(key)
    this.#entries.set(key, {
      alert: { ...alert, startsAtMs },
      isSent: goesOn && before.isSent,
      endedAtMs: undefined,
    })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size <= MOST_ALERTS || oldest === undefined) return
    this.#entries.delete(oldest)
    this.#dropped++
  }

  /** One that has never been sent is not said to have ended, either. */
  #endEach(isOver: (alert: Alert, isSent: boolean) => boolean, nowMs: number): boolean {
    let isAny = false
    for (const [key, entry] of this.#entries) {
      if (entry.endedAtMs !== undefined || !isOver(entry.alert, entry.isSent)) continue
      isAny = true
      if (entry.isSent || this.#onItsWay.has(entry)) entry.endedAtMs = nowMs
      else this.#entries.delete(key)
    }
    return isAny
  }
}

const keyOf = ({ labels }: Alert): string =>
  JSON.stringify([labels.alertname, labels.group, labels.name, labels.rule])

const isoOf = (ms: number): string => new Date(ms).toISOString()
