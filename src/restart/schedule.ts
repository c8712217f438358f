// Gives the jobs their turns: once for all that happens at a time, and again when one may be due by the clock.
import type { Holds } from './holds.ts'
import type { Runner } from './runner.ts'
import { turnsOf } from './turns.ts'

export interface ScheduleSettings {
  /** How many processes of a group may be away at a time; 0: any number. */
  readonly maxParallel: number
  readonly staggerSeconds: number
}

export interface SchedulePorts {
  readonly runner: Pick<Runner, 'entries' | 'isEnding' | 'send'>
  readonly holds: Pick<Holds, 'passesCap' | 'sayIfHeld' | 'untilTick'>
  readonly settings: () => ScheduleSettings
  readonly sleep: (ms: number) => Promise<void>
  /** The monotonic clock. */
  readonly tick: () => number
}

export class Schedule {
  readonly #ports: SchedulePorts
  /** Nobody has a turn before. */
  isOpen = false
  #isDue = false
  #wakeTick = Number.POSITIVE_INFINITY

  constructor(ports: SchedulePorts) {
    this.#ports = ports
  }

  /** Something has happened after which it may be somebody's turn. */
  giveTurnsSoon(): void {
    if (this.#isDue || this.#ports.runner.entries.size === 0) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      this.#giveTurns()
    })
  }

  #giveTurns(): void {
    const { runner, holds, settings, tick } = this.#ports
    if (!this.isOpen || runner.isEnding) return
    this.#dropCapped()
    const jobs = [...runner.entries.values()].map(({ job }) => job)
    const { maxParallel, staggerSeconds } = settings()
    const turns = turnsOf(jobs, tick(), { maxParallel, staggerMs: staggerSeconds * 1000 }, job =>
      holds.untilTick(job),
    )
    for (const { request } of turns.begin) {
      const entry = runner.entries.get(request.process.namespec)
      if (entry) runner.send(entry, { kind: 'turn' })
    }
    this.#wakeAt(turns.nextTick)
  }

  /** What holds a job back is said of it; of those that --max-restarts holds back only the drained ones wait. */
  #dropCapped(): void {
    const { runner, holds } = this.#ports
    for (const entry of runner.entries.values()) {
      const { job } = entry
      if (job.state !== 'waiting') continue
      if (holds.passesCap(job.request)) holds.sayIfHeld(job)
      else if (!job.drained) runner.send(entry, { kind: 'dropped' })
    }
  }

  /** One timer at a time, but for an earlier one. */
  #wakeAt(atTick: number): void {
    if (atTick >= this.#wakeTick) return
    const { sleep, tick } = this.#ports
    this.#wakeTick = atTick
    void sleep(Math.max(0, Math.ceil(atTick - tick()))).then(() => {
      if (this.#wakeTick !== atTick) return
      this.#wakeTick = Number.POSITIVE_INFINITY
      this.giveTurnsSoon()
    })
  }
}
