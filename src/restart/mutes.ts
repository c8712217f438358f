// Programs that an operator has muted: until then memmon neither acts on them nor says anything of them. Bounded in number
// and time; the journal carries them over a restart of memmon. Ticks are milliseconds of the monotonic clock.

/** Longer than any deploy: what is to be left alone for good is --ignore's. */
export const LONGEST_MUTE_SECONDS = 86_400
export const MOST_MUTES = 200

export interface Mute {
  readonly namespec: string
  /** In epoch milliseconds, for people; `untilTick` decides. */
  readonly untilMs: number
  readonly untilTick: number
}

export class Mutes {
  readonly #byName = new Map<string, Mute>()

  get isEmpty(): boolean {
    return this.#byName.size === 0
  }

  get isFull(): boolean {
    return this.#byName.size >= MOST_MUTES
  }

  get all(): readonly Mute[] {
    return [...this.#byName.values()]
  }

  of(namespec: string): Mute | undefined {
    return this.#byName.get(namespec)
  }

  add(mute: Mute): void {
    this.#byName.set(mute.namespec, mute)
  }

  /** False if it was not muted. */
  remove(namespec: string): boolean {
    return this.#byName.delete(namespec)
  }

  /** Those that are over by now, which are forgotten. */
  expired(tick: number): Mute[] {
    if (this.isEmpty) return []
    const over = this.all.filter(({ untilTick }) => untilTick <= tick)
    for (const { namespec } of over) this.#byName.delete(namespec)
    return over
  }
}
