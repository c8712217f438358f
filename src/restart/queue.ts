// The restarts that wait or run, beside the listener. Within one supervisor group a few processes at most are
// away at a time, the largest excess first; groups go side by side.
import type { RestartOutcome, RestartRequest } from '../core/outcome.ts'

export interface QueuePorts {
  /** Restarts one process; never rejects. Calls `failed` once if a start fails and is tried again. */
  readonly restart: (
    request: RestartRequest,
    failed: (outcome: RestartOutcome) => void,
  ) => Promise<RestartOutcome>
  readonly onBegin: (request: RestartRequest) => void
  readonly onOutcome: (outcome: RestartOutcome) => void
  readonly nowMs: () => number
}

/** What the rest of memmon sees of the restarts. Bounded by the number of processes: each is in it once at most. */
export class RestartQueue {
  readonly #ports: QueuePorts
  readonly #waiting = new Map<string, RestartRequest>()
  readonly #running = new Map<string, RestartRequest>()
  #idleCallbacks: (() => void)[] = []
  #ending = false

  constructor(ports: QueuePorts) {
    this.#ports = ports
  }

  /** True while the process waits for its restart or is being restarted: checks leave it alone. */
  has(namespec: string): boolean {
    return this.#waiting.has(namespec) || this.#running.has(namespec)
  }

  /** Takes requests, one a process at most; what is in the queue already is not taken again. */
  add(requests: readonly RestartRequest[]): void {
    for (const request of requests) {
      if (!this.has(request.process.namespec)) this.#waiting.set(request.process.namespec, request)
    }
    this.#beginNext()
  }

  /** How many restarts wait or run. */
  get size(): number {
    return this.#waiting.size + this.#running.size
  }

  /** Takes nothing more, and lets go of what has not begun. */
  dropWaiting(): void {
    this.#ending = true
    for (const request of this.#waiting.values()) {
      const detail = 'memmon is ending and had not begun with it'
      this.#ports.onOutcome({
        kind: 'skipped',
        request,
        occurredAt: this.#ports.nowMs(),
        reason: 'ending',
        detail,
      })
    }
    this.#waiting.clear()
    this.#tellIfIdle()
  }

  /** Resolves when nothing waits or runs. */
  whenIdle(): Promise<void> {
    return new Promise(resolve => {
      this.#idleCallbacks.push(resolve)
      this.#tellIfIdle()
    })
  }

  #beginNext(): void {
    if (this.#ending) return
    for (const [namespec, request] of this.#waiting) {
      this.#waiting.delete(namespec)
      this.#running.set(namespec, request)
      void this.#run(namespec, request)
    }
  }

  async #run(namespec: string, request: RestartRequest): Promise<void> {
    this.#ports.onBegin(request)
    const outcome = await this.#ports.restart(request, failed => this.#ports.onOutcome(failed))
    this.#running.delete(namespec)
    this.#ports.onOutcome(outcome)
    this.#beginNext()
    this.#tellIfIdle()
  }

  #tellIfIdle(): void {
    if (this.size > 0) return
    for (const callback of this.#idleCallbacks.splice(0)) callback()
  }
}
