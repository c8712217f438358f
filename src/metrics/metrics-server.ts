// The address for Prometheus: kept open, retried while it is unavailable, and released at the end.
import { messageOf } from '../base/errors.ts'
import { listenText } from '../base/listen-address.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import type { Access } from './access.ts'
import { answering, type Rendering } from './answer.ts'
import { type Listening, listenOn } from './listening.ts'

const RETRY_MS = 30_000

export interface MetricsServerPorts extends Rendering {
  readonly log: Log
}

export class MetricsServer {
  readonly #ports: MetricsServerPorts
  #access: Access | undefined
  #listening: Promise<Listening | undefined> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Logged once, until it changes. */
  #trouble = ''

  constructor(ports: MetricsServerPorts) {
    this.#ports = ports
  }

  /** Serves there from now on, or nowhere. */
  use(access: Access | undefined): void {
    if (JSON.stringify(access) === JSON.stringify(this.#access)) return
    this.#access = access
    this.#trouble = ''
    void this.#reopen()
  }

  close(): void {
    this.use(undefined)
  }

  async #reopen(): Promise<void> {
    clearTimeout(this.#timer)
    const before = this.#listening
    const access = this.#access
    this.#listening = (async () => {
      ;(await before)?.close()
      return access && access === this.#access ? await this.#open(access) : undefined
    })()
  }

  /** undefined if it is unavailable now. Never rejects. */
  async #open(access: Access): Promise<Listening | undefined> {
    const { log } = this.#ports
    const where = listenText(access.address)
    try {
      const listening = await listenOn(access.address, answering(access.credentials, this.#ports))
      const facts = this.#trouble === '' ? undefined : troubleOver('metrics')
      log('INFO', `Metrics are served at ${where}, path /metrics`, facts)
      this.#trouble = ''
      return listening
    } catch (thrown) {
      this.#retryLater(`Metrics cannot be served at ${where}: ${messageOf(thrown)}`)
      return undefined
    }
  }

  #retryLater(why: string): void {
    if (why !== this.#trouble)
      this.#ports.log('WARN', `${why}. Retrying every ${RETRY_MS / 1000} s`, trouble('metrics'))
    this.#trouble = why
    this.#timer = setTimeout(() => void this.#reopen(), RETRY_MS).unref()
  }
}
