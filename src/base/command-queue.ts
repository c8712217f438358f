// Hooks and commands take turns: few at a time, those of a restart before those of an alert, and a bounded number waits.
// One that could not be started for lack of descriptors, memory or processes is tried again.
import { retried } from './backoff.ts'
import type { CommandResult } from './pipe-command.ts'

/** A restart waits for its commands; nothing waits for those of an alert. */
export type Lane = 'restart' | 'alert'

const MOST_RUNNING = 4
/** One place is left for a restart: alerts whose command hangs do not hold it up. */
const MOST_ALERTS_RUNNING = MOST_RUNNING - 1
const MOST_WAITING = 1_000
/** A lack that lasts longer than these together is told. */
const RETRY_AFTER_MS = [500, 1_000, 2_000, 4_000, 8_000]

interface Waiting {
  readonly work: () => Promise<CommandResult>
  readonly resolve: (result: CommandResult) => void
}

export class CommandQueue {
  readonly #sleep: (ms: number) => Promise<void>
  readonly #waiting: Readonly<Record<Lane, Waiting[]>> = { restart: [], alert: [] }
  readonly #running: Record<Lane, number> = { restart: 0, alert: 0 }
  #idle: (() => void)[] = []

  constructor(sleep: (ms: number) => Promise<void>) {
    this.#sleep = sleep
  }

  /** Does the work when it is its turn; refuses it if too many wait. `work` never rejects. */
  run(lane: Lane, work: () => Promise<CommandResult>): Promise<CommandResult> {
    const waiting = this.#waiting[lane]
    if (waiting.length >= MOST_WAITING) {
      const why = `it was not run: ${MOST_RUNNING} commands at a time, and ${MOST_WAITING} wait already`
      return Promise.resolve({ ok: false, why, isLack: true })
    }
    return new Promise(resolve => {
      waiting.push({ work, resolve })
      this.#next()
    })
  }

  /** Resolves when nothing runs and nothing waits. */
  whenIdle(): Promise<void> {
    return this.#isIdle() ? Promise.resolve() : new Promise(resolve => this.#idle.push(resolve))
  }

  #next(): void {
    for (const lane of ['restart', 'alert'] as const) {
      for (;;) {
        const one = this.#hasRoom(lane) ? this.#waiting[lane].shift() : undefined
        if (!one) break
        void this.#start(lane, one)
      }
    }
  }

  #hasRoom(lane: Lane): boolean {
    const { restart, alert } = this.#running
    return restart + alert < MOST_RUNNING && (lane === 'restart' || alert < MOST_ALERTS_RUNNING)
  }

  async #start(lane: Lane, { work, resolve }: Waiting): Promise<void> {
    this.#running[lane]++
    resolve(await retried(work, isLacking, RETRY_AFTER_MS, this.#sleep))
    this.#running[lane]--
    this.#next()
    if (!this.#isIdle()) return
    for (const done of this.#idle.splice(0)) done()
  }

  #isIdle(): boolean {
    const { restart, alert } = this.#waiting
    return this.#running.restart + this.#running.alert + restart.length + alert.length === 0
  }
}

const isLacking = (result: CommandResult): boolean => !result.ok && result.isLack === true
