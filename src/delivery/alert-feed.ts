// Posts to one Alertmanager everything that is firing, at each change and once a minute, or it would expire. Retries with
// growing waits while it is unreachable; afterwards it posts what has ended meanwhile.
import { backoffMs } from '../base/backoff.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import { AlertBoard, type Batch } from './alert-board.ts'
import type { Alertmanager } from './alertmanager.ts'
import { failedTry } from './channel.ts'

const REFRESH_MS = 60_000
/** What one check causes goes together. */
const GATHER_MS = 100
/** Less than the time after which the Alertmanager lets them expire. */
const WAITS = { firstMs: 30_000, lastMs: 240_000, jitter: 0.25 }

export interface FeedPorts {
  readonly log: Log
  readonly nowMs: () => number
  /** 0 to 1, for jitter. */
  readonly random: () => number
  readonly onFailure: (channelKey: string) => void
  /** Its contents have changed. */
  readonly onChange: () => void
}

export class AlertFeed {
  readonly board = new AlertBoard()
  readonly target: Alertmanager
  readonly #ports: FeedPorts
  #timer: NodeJS.Timeout | undefined
  #isPosting: Promise<void> | undefined
  #failures = 0
  /** The last failure logged. */
  #told = ''
  #isClosed = false

  constructor(target: Alertmanager, ports: FeedPorts) {
    this.target = target
    this.#ports = ports
  }

  /** There is news: posts at once, unless the Alertmanager is unreachable. */
  say(): void {
    this.#ports.onChange()
    if (this.#failures === 0) this.#wakeIn(GATHER_MS)
  }

  /** One last try, for what is new; resolves when it is over. */
  async flush(): Promise<void> {
    await this.#isPosting
    if (this.board.hasNews) await this.#post()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer)
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#post(), ms).unref()
  }

  /** Never rejects. */
  #post(): Promise<void> {
    this.#isPosting ??= this.#postNow().finally(() => {
      this.#isPosting = undefined
    })
    return this.#isPosting
  }

  async #postNow(): Promise<void> {
    const { log, nowMs } = this.#ports
    const { board, target } = this
    clearTimeout(this.#timer)
    const dropped = board.takeDropped()
    if (dropped > 0) log('ERRO', droppedText(dropped, target), trouble('alerts'))
    const batch = board.batch(nowMs())
    if (batch.alerts.length === 0) return
    const news = newsText(board.entries)
    const delivery = await target.post(batch.alerts).catch((thrown: unknown) => failedTry(messageOf(thrown)))
    if (delivery.ok) this.#onSent(batch, news, delivery.said)
    else this.#onUnsent(batch, news, delivery.why)
  }

  #onSent(batch: Batch, news: string, answer: string): void {
    const { log, nowMs, onChange } = this.#ports
    const { board, target } = this
    this.#failures = 0
    this.#told = ''
    board.onSent(batch, nowMs())
    if (news !== '') {
      const facts = () => ({ event: 'sent', channel: target.by, subject: news, answer })
      log('INFO', `Sent ${news} by ${target.by}`, facts)
      onChange()
    }
    if (!board.isEmpty) this.#wakeIn(board.hasNews ? GATHER_MS : REFRESH_MS)
  }

  /** Logs only another failure, or more alerts: a wrong address would fill the log. */
  #onUnsent(batch: Batch, news: string, why: string): void {
    const { log, random, onFailure } = this.#ports
    const { board, target } = this
    board.onUnsent(batch)
    this.#failures++
    onFailure(target.key)
    const waitMs = backoffMs(this.#failures, WAITS, random())
    const text = failureText(news, target, why)
    const facts = () => ({ event: 'send_failed', channel: target.by, subject: news, why, is_final: false })
    if (text !== this.#told) log('ERRO', `${text}. Retrying in ${Math.round(waitMs / 1000)} s`, facts)
    this.#told = text
    this.#wakeIn(waitMs)
  }
}

/** '2 alerts and the end of 1'; '' without news. */
function newsText(entries: AlertBoard['entries']): string {
  const fired = entries.filter(({ isSent, endedAtMs }) => !isSent && endedAtMs === undefined).length
  const ended = entries.filter(({ endedAtMs }) => endedAtMs !== undefined).length
  return [
    ...(fired > 0 ? [`${fired} alert${fired === 1 ? '' : 's'}`] : []),
    ...(ended > 0 ? [`the end of ${ended}`] : []),
  ].join(' and ')
}

const failureText = (news: string, { by }: Alertmanager, why: string): string =>
  `Failed to send ${news === '' ? 'alerts that go on' : news} by ${by}: ${why}`

const droppedText = (dropped: number, { by }: Alertmanager): string =>
  `Dropped the oldest ${dropped} alerts for ${by}: too many at a time`
