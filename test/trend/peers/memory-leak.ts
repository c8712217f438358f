// The heuristic of the memory-leak gem, which async-container-supervisor's MemoryMonitor uses: so many new maxima, each
// more than 10 MiB above the last. It makes no forecast.
import type { NewDetector } from '../detector.ts'

const THRESHOLD_BYTES = 10 * 1_048_576

export const memoryLeakGem =
  (increaseLimit: number): NewDetector =>
  () => {
    let maximum: number | undefined
    let increases = 0
    return (_, bytes) => {
      if (maximum !== undefined && bytes - maximum > THRESHOLD_BYTES) increases++
      if (maximum === undefined || bytes - maximum > THRESHOLD_BYTES) maximum = bytes
      return increases >= increaseLimit && {}
    }
  }
