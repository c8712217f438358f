// Samples summed up by package, file and location, and ordered. Pure.
import type { Blame } from './blame.ts'
import type { Held, Lists } from './report.ts'

export interface Sample {
  readonly blame: Blame
  readonly bytes: number
  readonly isExternal: boolean
  /** When it was made, as a share of the time: from 0 to 1. */
  readonly at: number
}

const MOST_ENTRIES = 50
/** Short-lived memory is from later. */
const EARLY = 0.5
/** In the whole time: a leak occurs in many of them. */
const MOMENTS = 100

/** True if it is from the first half of the time. */
export const isEarly = ({ at }: Sample): boolean => at < EARLY

interface Sum {
  readonly data: string
  readonly function?: string
  memory: number
  external: number
  count: number
  survivors: number
  earlyBytes: number
  readonly moments: Set<number>
}

/**
 * Memory that has survived longest, and comes again and again, is first: its early bytes count once for each moment in which
 * some of it was made. Code that V8 compiles comes in a few bursts: on a busy machine it is larger than a small leak, and much
 * of it is Node's. One object counts for `mostBytesEach` at most: a single large one, such as the table of a cache, is not a
 * leak.
 */
export function listsOf(samples: readonly Sample[], mostBytesEach: number): Lists {
  const by = (key: 'package' | 'file' | 'location') => summed(samples, key, mostBytesEach)
  return { by_package: by('package'), by_file: by('file'), by_location: by('location') }
}

function summed(
  samples: readonly Sample[],
  key: 'package' | 'file' | 'location',
  mostBytesEach: number,
): Held[] {
  const sums = new Map<string, Sum>()
  for (const sample of samples) {
    const { blame, bytes, isExternal, at } = sample
    const data = blame[key]
    const sum = sums.get(data) ?? {
      data,
      ...(key === 'location' ? { function: blame.function } : {}),
      ...{ memory: 0, external: 0, count: 0, survivors: 0, earlyBytes: 0, moments: new Set() },
    }
    sums.set(data, sum)
    sum.memory += bytes
    sum.external += isExternal ? bytes : 0
    sum.count += 1
    sum.survivors += isEarly(sample) ? 1 : 0
    sum.earlyBytes += isEarly(sample) ? Math.min(bytes, mostBytesEach) : 0
    sum.moments.add(Math.floor(at * MOMENTS))
  }
  const rank = ({ earlyBytes, moments }: Sum): number => earlyBytes * moments.size
  return [...sums.values()]
    .sort((a, b) => rank(b) - rank(a) || b.memory - a.memory)
    .slice(0, MOST_ENTRIES)
    .map(({ earlyBytes, moments, ...held }) => ({
      ...held,
      memory: Math.round(held.memory),
      external: Math.round(held.external),
    }))
}
