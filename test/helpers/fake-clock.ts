// A clock in the test's hands: time passes only in `pass`, and every sleeper wakes in its order.

interface Sleeper {
  readonly atTick: number
  readonly wake: () => void
}

export class FakeClock {
  tick: number
  #sleepers: Sleeper[] = []

  constructor(tick = 1_000_000) {
    this.tick = tick
  }

  readonly sleep = (ms: number): Promise<void> =>
    new Promise(wake => this.#sleepers.push({ atTick: this.tick + ms, wake }))

  /** How many sleep. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  /** Lets so much time pass, and everything happen that comes of it. */
  async pass(ms: number): Promise<void> {
    const until = this.tick + ms
    await settled()
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.tick = Math.max(this.tick, next.atTick)
      next.wake()
      await settled()
    }
    this.tick = until
  }

  #next(until: number): Sleeper | undefined {
    const due = this.#sleepers.filter(({ atTick }) => atTick <= until)
    const next = due.reduce<Sleeper | undefined>(
      (first, one) => (first && first.atTick <= one.atTick ? first : one),
      undefined,
    )
    this.#sleepers = this.#sleepers.filter(one => one !== next)
    return next
  }
}

/** Everything that needs no time has happened. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
