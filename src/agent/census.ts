// The contents of a small heap, by class and by text, before and after a sample. Stops the program meanwhile: only on
// request.
import { classesSince, countClasses } from './classes.ts'
import { availableBytes, MEMORY_PER_HEAP } from './dump-heap.ts'
import type { Profiler } from './profiler.ts'
import type { ClassCount, StringCount } from './report.ts'
import { countStrings, stringsSince } from './strings.ts'

/** 10 to 40 ms a MB, and as much memory again. */
const CLASSES_BELOW_BYTES = 100 * 1024 * 1024
/** A heap snapshot of it takes 100 to 200 ms a MB, and ten times as much memory. */
const STRINGS_BELOW_BYTES = 20 * 1024 * 1024

export interface Census {
  readonly classes: readonly ClassCount[] | null
  readonly strings: readonly StringCount[] | null
}

/** Counts now, and again when the returned function is called; null for what the heap is too large for. */
export async function beginCensus(
  profiler: Profiler,
  progress: (text: string) => void,
): Promise<() => Promise<Census>> {
  progress(COUNTING)
  const classes = isBelow(CLASSES_BELOW_BYTES) ? countClasses(profiler) : undefined
  const strings = isBelow(STRINGS_BELOW_BYTES) ? await countStrings(profiler) : undefined
  return async () => {
    progress(COUNTING)
    const isStillBelow = (bytes: number): boolean => isBelow(2 * bytes)
    return {
      classes:
        classes && isStillBelow(CLASSES_BELOW_BYTES) ? classesSince(classes, countClasses(profiler)) : null,
      strings: strings && isStillBelow(STRINGS_BELOW_BYTES) ? await stringsSince(strings, profiler) : null,
    }
  }
}

const COUNTING = 'counting objects and strings, the program stands still'

function isBelow(mostBytes: number): boolean {
  const heapBytes = process.memoryUsage().heapUsed
  return heapBytes < mostBytes && heapBytes * MEMORY_PER_HEAP < availableBytes()
}
