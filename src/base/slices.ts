// Work shares memmon's one thread with its ticks: after a few milliseconds it lets others run.

export interface Slices {
  /** True when it is time to let others run. */
  isDue(): boolean
  /** Lets others run. */
  rest(): Promise<void>
  /** Others have had their turn. */
  restart(): void
}

/** A tick waits no longer than this. */
const SLICE_MS = 5

/** From now on, by the monotonic clock. */
export function createSlices(tick: () => number): Slices {
  let sliceTick = tick()
  const restart = () => {
    sliceTick = tick()
  }
  return {
    isDue: () => tick() - sliceTick >= SLICE_MS,
    async rest() {
      await new Promise(resolve => setImmediate(resolve))
      restart()
    },
    restart,
  }
}
