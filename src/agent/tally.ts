// Samples summed up by package, file and location, and ordered. Pure.
import type { Blame } from './blame.ts'
import type { Held, Lists } from './report.ts'

export interface Sample {
  readonly blame: Blame
  readonly bytes: number
  readonly isExternal: boolean
  /** It is from the first half of the time. */
  readonly isEarly: boolean
}

const MOST_ENTRIES = 50

interface Sum {
  readonly data: string
  readonly function?: string
  memory: number
  external: number
  count: number
  survivors: number
  rank: number
}

/**
 * What has survived longest comes first. By its bytes; but one object counts for `mostBytesEach` at most: a large one
 * that exists once, such as the table of a cache, is not a leak.
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
  for (const { blame, bytes, isExternal, isEarly } of samples) {
    const data = blame[key]
    const sum = sums.get(data) ?? {
      data,
      ...(key === 'location' ? { function: blame.function } : {}),
      ...{ memory: 0, external: 0, count: 0, survivors: 0, rank: 0 },
    }
    sums.set(data, sum)
    sum.memory += bytes
    sum.external += isExternal ? bytes : 0
    sum.count += 1
    sum.survivors += isEarly ? 1 : 0
    sum.rank += isEarly ? Math.min(bytes, mostBytesEach) : 0
  }
  return [...sums.values()]
    .sort((a, b) => b.rank - a.rank || b.memory - a.memory)
    .slice(0, MOST_ENTRIES)
    .map(({ rank, ...held }) => ({
      ...held,
      memory: Math.round(held.memory),
      external: Math.round(held.external),
    }))
}
