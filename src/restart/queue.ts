// The restarts that wait or run, beside the listener. Within one supervisor group a few processes at most are away
// at a time, the largest excess first; groups go side by side. One that does not come back holds up the rest of its
// group for a while, and no longer.
import type { Failed, RestartOutcome, RestartRequest } from '../core/outcome.ts'

export interface QueuePorts {
  /** Restarts one process; never rejects. Calls `report` once if a start fails and is tried again. */
  readonly restart: (request: RestartRequest, report: (failed: Failed) => void) => Promise<RestartOutcome>
  readonly onBegin: (request: RestartRequest) => void
  readonly onOutcome: (outcome: RestartOutcome) => void
  /** A process that is still down no longer holds up its group, in which so many wait. */
  readonly onRelease: (request: RestartRequest, waiting: number) => void
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** How long a group waits for one of its processes that does not start. */
export const GROUP_WAITS_MS = 300_000

interface Running {
  readonly request: RestartRequest
  /** False once it no longer counts as away. */
  holdsGroup: boolean
}

/** What the rest of memmon sees of the restarts. Bounded by the number of processes: each is in it once at most. */
export class RestartQueue {
  readonly #ports: QueuePorts
  readonly #maxParallel: () => number
  readonly #waiting = new Map<string, RestartRequest>()
  readonly #running = new Map<string, Running>()
  #idleCallbacks: (() => void)[] = []
  #ending = false

  /** `maxParallel` processes of a group may be away at a time; 0: any number. Asked each time: it may change. */
  constructor(ports: QueuePorts, maxParallel: () => number) {
    this.#ports = ports
    this.#maxParallel = () => maxParallel() || Number.POSITIVE_INFINITY
  }

  /** True while the process waits for its restart or is being restarted: checks leave it alone. */
  has(namespec: string): boolean {
    return this.#waiting.has(namespec) || this.#running.has(namespec)
  }

  /** Takes requests, one a process at most; what is in the queue already is not taken again. */
  add(requests: readonly RestartRequest[]): void {
    if (this.#ending) return
    for (const request of requests) {
      if (!this.has(request.process.namespec)) this.#waiting.set(request.process.namespec, request)
    }
    this.#beginNext()
  }

  /** The processes whose restart has begun and not ended. */
  get running(): string[] {
    return [...this.#running.keys()]
  }

  /** Takes nothing more, and lets go of what has not begun. */
  dropWaiting(): void {
    this.#ending = true
    for (const request of this.#waiting.values()) {
      const detail = 'memmon is ending and had not begun with it'
      const occurredAt = this.#ports.nowMs()
      this.#ports.onOutcome({ kind: 'skipped', request, occurredAt, reason: 'ending', detail })
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
    const bySize = [...this.#waiting.values()].sort((a, b) => excessOf(b) - excessOf(a))
    for (const request of bySize) {
      if (this.#awayIn(request.process.group) >= this.#maxParallel()) continue
      this.#waiting.delete(request.process.namespec)
      void this.#run(request)
    }
  }

  async #run(request: RestartRequest): Promise<void> {
    const { namespec } = request.process
    const running: Running = { request, holdsGroup: true }
    this.#running.set(namespec, running)
    this.#ports.onBegin(request)
    const outcome = await this.#ports.restart(request, failed => this.#onFailed(failed, running))
    this.#running.delete(namespec)
    this.#ports.onOutcome(outcome)
    this.#beginNext()
    this.#tellIfIdle()
  }

  #onFailed(failed: Failed, running: Running): void {
    this.#ports.onOutcome({ ...failed, heldUp: this.#waitingIn(running.request.process.group) })
    void this.#releaseLater(running)
  }

  async #releaseLater(running: Running): Promise<void> {
    const { namespec, group } = running.request.process
    await this.#ports.sleep(GROUP_WAITS_MS)
    if (this.#running.get(namespec) !== running) return
    running.holdsGroup = false
    this.#ports.onRelease(running.request, this.#waitingIn(group))
    this.#beginNext()
  }

  #awayIn(group: string): number {
    return [...this.#running.values()].filter(
      ({ request, holdsGroup }) => holdsGroup && request.process.group === group,
    ).length
  }

  #waitingIn(group: string): number {
    return [...this.#waiting.values()].filter(({ process }) => process.group === group).length
  }

  #tellIfIdle(): void {
    if (this.#waiting.size + this.#running.size > 0) return
    for (const callback of this.#idleCallbacks.splice(0)) callback()
  }
}

/** Of whatever its limit counts. */
const excessOf = ({ breach }: RestartRequest): number => Math.abs(breach.value - breach.limit)
