// Adds mappings up, by kind, by name and by size. Holds sums, never the mappings: there may be a hundred thousand. Pure.
import type { Mapping } from './mapping.ts'
import { ARENA_BYTES, createArenaFinder, createStackFinder } from './mapping-neighbours.ts'
import type { MappingFacts, MappingKind, MappingSum, RollupFacts } from './memory-facts.ts'
import { rollupOf } from './small-parts.ts'

const KIB = 1024
const MOST_NAMED = 20
const MOST_EQUAL = 10
/** Beyond so many different names or sizes, it leaves out new ones. */
const MOST_DIFFERENT = 10_000

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Sum = Mutable<MappingSum>
type Source = MappingFacts['source']

export class MappingTally {
  count = 0
  readonly #source: Source
  readonly #isStack: (mapping: Mapping) => boolean
  readonly #arenaOf = createArenaFinder()
  readonly #totals = new Map<string, number>()
  readonly #byKind = new Map<MappingKind, Sum>()
  readonly #byName = new Map<string, Sum & { readonly kind: MappingKind }>()
  readonly #bySize = new Map<number, Sum>()
  readonly #partUsed: Sum
  readonly #full: Sum

  constructor(source: Source, stackPointers: readonly number[]) {
    this.#source = source
    this.#isStack = createStackFinder(stackPointers)
    this.#partUsed = this.#nothing()
    this.#full = this.#nothing()
  }

  add(mapping: Mapping): void {
    const { name, start, end, kib } = mapping
    const kind = this.#isStack(mapping) ? 'thread stack' : mapping.kind
    this.count++
    for (const [figure, value] of kib) this.#totals.set(figure, (this.#totals.get(figure) ?? 0) + value)
    addTo(this.#sumIn(this.#byKind, kind), mapping)
    if (name !== '' && (kind === 'file' || kind === 'shmem' || kind === 'anon'))
      addTo(this.#sumIn(this.#byName, name, { kind }), mapping)
    if (kind === 'anon') addTo(this.#sumIn(this.#bySize, end - start), mapping)
    const arena = this.#arenaOf(mapping)
    if (arena) addTo(arena.isPartUsed ? this.#partUsed : this.#full, arena.mapping, arena.count)
  }

  /** What smaps_rollup says. */
  get rollup(): RollupFacts {
    return rollupOf(name => (this.#totals.get(name) ?? 0) * KIB)
  }

  facts(isWhole: boolean): MappingFacts {
    const groups = [...this.#byKind].map(([kind, sum]) => ({ kind, ...sum })).sort(byMemory)
    const named = [...this.#byName].map(([name, sum]) => ({ name, ...sum })).sort(byMemory)
    const equal = [...this.#bySize]
      .map(([eachBytes, sum]) => ({ eachBytes, ...sum }))
      .filter(({ count }) => count > 1)
      .sort(byMemory)
    return {
      source: this.#source,
      count: this.count,
      isWhole,
      groups,
      named: named.slice(0, MOST_NAMED),
      equal: equal.slice(0, MOST_EQUAL),
      arenas: this.#arenas,
    }
  }

  /** Without one in partial use, mappings of that size are something else. */
  get #arenas(): MappingSum {
    const parts = this.#partUsed.count > 0 ? [this.#partUsed, this.#full] : []
    const all = this.#nothing()
    for (const part of parts) {
      for (const [key, value] of Object.entries(part) as [keyof Sum, number][])
        all[key] = (all[key] ?? 0) + value
    }
    return all
  }

  #sumIn<Key, More extends object>(sums: Map<Key, Sum & More>, key: Key, more?: More): Sum {
    const found = sums.get(key)
    if (found) return found
    const made = { ...this.#nothing(), ...more } as Sum & More
    if (sums.size < MOST_DIFFERENT) sums.set(key, made)
    return made
  }

  #nothing(): Sum {
    const sum = { count: 0, sizeBytes: 0 }
    return this.#source === 'maps' ? sum : { ...sum, rssBytes: 0, pssBytes: 0, privateBytes: 0, swapBytes: 0 }
  }
}

/** An arena counts with its reserved part. */
function addTo(sum: Sum, { start, end, kib }: Mapping, arenas?: number): void {
  const bytes = (...names: readonly string[]) =>
    names.reduce((all, name) => all + (kib.get(name) ?? 0), 0) * KIB
  sum.count += arenas ?? 1
  sum.sizeBytes += arenas === undefined ? end - start : arenas * ARENA_BYTES
  if (sum.rssBytes === undefined) return
  sum.rssBytes += bytes('Rss')
  sum.pssBytes = (sum.pssBytes ?? 0) + bytes('Pss')
  sum.privateBytes = (sum.privateBytes ?? 0) + bytes('Private_Clean', 'Private_Dirty', 'Private_Hugetlb')
  sum.swapBytes = (sum.swapBytes ?? 0) + bytes('Swap')
}

const byMemory = (a: MappingSum, b: MappingSum): number =>
  (b.rssBytes ?? 0) - (a.rssBytes ?? 0) || b.sizeBytes - a.sizeBytes
