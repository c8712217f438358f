// Virtual time: what is due is run in order, one thing at a time, and all that follows from it in promises is done
// before the next. Nothing here waits for a real clock.

interface Due {
  readonly atTick: number
  readonly order: number
  readonly run: () => void
}

export class Scheduler {
  /** Milliseconds since the run began. */
  now = 0
  steps = 0
  /** The same for runs that took the same steps at the same times. */
  digest = 0
  #order = 0
  /** A binary heap: the first is due first. */
  readonly #heap: Due[] = []

  at(atTick: number, run: () => void): void {
    this.#push({ atTick: Math.max(atTick, this.now), order: this.#order++, run })
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run)
  }

  sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.after(ms, resolve))
  }

  /** Runs until `isOver` says so, or nothing is due before `endTick`. */
  run(endTick: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        const due = this.#heap[0]
        if (!due || due.atTick > endTick || isOver()) return resolve()
        this.#pop()
        this.now = due.atTick
        this.steps++
        this.digest = (Math.imul(this.digest, 31) + Math.round(due.atTick * 1000) + due.order) >>> 0
        try {
          due.run()
        } catch (thrown) {
          return reject(thrown)
        }
        // Node runs a tick that is asked for in a microtask when no microtask is left.
        queueMicrotask(() => process.nextTick(step))
      }
      step()
    })
  }

  #push(due: Due): void {
    const heap = this.#heap
    let at = heap.push(due) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(due, heap[above] as Due)) break
      heap[at] = heap[above] as Due
      at = above
    }
    heap[at] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Due
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const right = left + 1
      const below = right < heap.length && isBefore(heap[right] as Due, heap[left] as Due) ? right : left
      if (!isBefore(heap[below] as Due, last)) break
      heap[at] = heap[below] as Due
      at = below
    }
    heap[at] = last
  }
}

const isBefore = (a: Due, b: Due): boolean =>
  a.atTick < b.atTick || (a.atTick === b.atTick && a.order < b.order)
