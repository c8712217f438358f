// The file for node_exporter's textfile collector: replaced in one step after some checks, never during one.
import { replaceFile } from '../base/atomic-file.ts'
import { faultText } from '../base/file-fault.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'

const BETWEEN_WRITES_MS = 15_000
/** node_exporter runs as another user. */
const MODE = 0o644

export interface MetricsFilePorts {
  readonly render: (format: 'prometheus') => Promise<string>
  /** A check is running. */
  readonly isBusy: () => boolean
  readonly log: Log
  /** The monotonic clock. */
  readonly tick: () => number
}

export class MetricsFile {
  readonly #ports: MetricsFilePorts
  #path: string | undefined
  #writtenTick = Number.NEGATIVE_INFINITY
  #isWriting = false
  #isFailing = false

  constructor(ports: MetricsFilePorts) {
    this.#ports = ports
  }

  /** Uses this one from now on, or none. */
  use(path: string | undefined): void {
    if (path === this.#path) return
    this.#path = path
    this.#writtenTick = Number.NEGATIVE_INFINITY
    this.#isFailing = false
    if (path !== undefined) this.#ports.log('INFO', usedText(path))
  }

  /** A check is over: writes, if it is time. */
  look(): void {
    const { tick } = this.#ports
    if (this.#path === undefined || this.#isWriting || tick() - this.#writtenTick < BETWEEN_WRITES_MS) return
    this.#isWriting = true
    this.#writtenTick = tick()
    void this.#write(this.#path).finally(() => {
      this.#isWriting = false
    })
  }

  /** Never rejects. */
  async #write(path: string): Promise<void> {
    const { render, isBusy, log } = this.#ports
    // The next check writes it.
    await new Promise(resolve => setImmediate(resolve))
    if (isBusy()) {
      this.#writtenTick = Number.NEGATIVE_INFINITY
      return
    }
    try {
      await replaceFile(path, await render('prometheus'), MODE)
      if (this.#isFailing) log('INFO', `${path} can be written again`, troubleOver('metrics'))
      this.#isFailing = false
    } catch (thrown) {
      if (!this.#isFailing) log('WARN', unwrittenText(path, faultText(thrown)), trouble('metrics'))
      this.#isFailing = true
    }
  }
}

const usedText = (path: string): string =>
  `Metrics are written to ${path} after a check, every ${BETWEEN_WRITES_MS / 1000} s at most`

const unwrittenText = (path: string, why: string): string =>
  `Metrics cannot be written to ${path} (${why}): what is there grows old. Retrying after each check`
