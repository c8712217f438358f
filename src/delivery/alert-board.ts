// The alerts that one Alertmanager should know: those that are firing, and those that have ended without a post that says so.
// No I/O; bounded.
import { type Alert, type AlertChange, isEndedBy, isOfOtherRun } from '../messages/alert.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'

/** The oldest goes first. */
const MOST_ALERTS = 1_000
/** A posted alert expires then, unless another post comes: memmon may be gone. */
const HOLD_MS = 5 * 60_000
/** Ends what an earlier memmon has fired, and this one has not, after so long. */
const RESTORED_MS = 60 * 60_000

export interface Entry {
  alert: Alert
  /** The Alertmanager knows of it. */
  isSent: boolean
  /** undefined: it is still firing. */
  endedAtMs: number | undefined
}

/** In the form of Alertmanager's API. */
export interface PostedAlert {
  readonly labels: Alert['labels']
  readonly annotations: Alert['annotations']
  readonly startsAt: string
  readonly endsAt: string
}

/** One post, and the state of its entries at that time. */
export interface Batch {
  readonly alerts: readonly PostedAlert[]
  readonly entries: readonly { readonly entry: Entry; readonly endedAtMs: number | undefined }[]
}

export class AlertBoard {
  readonly #entries = new Map<string, Entry>()
  /** In the post that is waiting for its answer: the Alertmanager may know them already. */
  readonly #onItsWay = new Set<Entry>()
  #dropped = 0

  get entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  /** How many did not fit since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** Takes over those of an earlier memmon. */
  restore(entries: readonly Entry[], nowMs: number): void {
    for (const entry of entries) {
      const { alert } = entry
      // The history itself reports the end of a leak.
      const isKnown = alert.untilMs !== undefined || alert.labels.alertname === 'MemmonProcessLeaking'
      const untilMs = isKnown ? alert.untilMs : nowMs + RESTORED_MS
      if (!this.#entries.has(keyOf(alert)))
        this.#entries.set(keyOf(alert), { ...entry, alert: { ...alert, untilMs } })
    }
  }

  /** True if there is news to post. */
  apply(change: AlertChange, nowMs: number): boolean {
    if (change.kind === 'fire') {
      this.#fire(change.alert)
      return true
    }
    return this.#endEach(alert => isEndedBy(alert, change), nowMs)
  }

  /** All current processes: ends the alerts about others. True if there is news to post. */
  onTable(processes: readonly ProcessInfo[], nowMs: number): boolean {
    if (this.#entries.size === 0) return false
    const byName = new Map(processes.map(process => [process.namespec, process]))
    return this.#endEach(alert => {
      if (alert.namespec === '' || alert.isEvent) return false
      const process = byName.get(alert.namespec)
      if (!process) return true
      // A process that is down stays so until it runs.
      const isDown = alert.labels.alertname === 'MemmonProcessDown'
      return isOfOtherRun(alert, process) && (!isDown || process.state === ProcessState.RUNNING)
    }, nowMs)
  }

  /** Something has begun or ended that the Alertmanager does not know. */
  get hasNews(): boolean {
    return this.entries.some(({ isSent, endedAtMs }) => !isSent || endedAtMs !== undefined)
  }

  /** Nothing is firing, and nothing is left to post. */
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Everything that the next post must have. */
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

  /** The Alertmanager took these: forgets those that had ended, unless they are firing again. */
  onSent({ entries }: Batch, nowMs: number): void {
    for (const { entry, endedAtMs } of entries) {
      const { alert, isSent } = entry
      // A late one shows as long as others.
      if (alert.isEvent && !isSent)
        entry.alert = { ...alert, untilMs: Math.max(alert.untilMs ?? 0, nowMs + HOLD_MS) }
      entry.isSent = true
      if (endedAtMs !== undefined) this.#forget(entry)
    }
    this.#onItsWay.clear()
  }

  /** It did not take these: it never heard of those that have ended meanwhile. */
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

  /** An alert that was never sent needs no end, either. */
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
