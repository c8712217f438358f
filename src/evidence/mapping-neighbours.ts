// What a mapping is by what lies beside it: stacks of threads lie above a guard page, arenas of glibc's malloc fill 64 MB
// of address space. Pure.
import type { Mapping } from './mapping.ts'

const MIB = 2 ** 20
/** HEAP_MAX_SIZE of glibc's malloc/arena.c where pointers have 64 bits. */
export const ARENA_BYTES = 64 * MIB
/** Go's heap is divided in the same way, and lies below this. */
const LOWEST_ARENA = 2 ** 40
const LARGEST_GUARD_BYTES = 64 * 1024
/** A mapping with a stack pointer that is larger is the heap of a runtime whose stacks lie in it. */
const LARGEST_STACK_BYTES = 16 * MIB

/** True for the stack of a thread; asked mapping by mapping, in their order. */
export function createStackFinder(stackPointers: readonly number[]): (mapping: Mapping) => boolean {
  const pointers = Float64Array.from(stackPointers).sort()
  let guardEnd = -1
  return ({ kind, start, end }) => {
    const isAboveGuard = start === guardEnd && start % ARENA_BYTES !== 0
    guardEnd = kind === 'reserved' && end - start <= LARGEST_GUARD_BYTES ? end : -1
    if (kind !== 'anon') return false
    if (pointers.length === 0) return isAboveGuard
    const held = indexOf(pointers, end) - indexOf(pointers, start)
    if (held === 0) return false
    return isAboveGuard || (start >= LOWEST_ARENA && end - start <= held * LARGEST_STACK_BYTES)
  }
}

/** How many are below the limit. */
function indexOf(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < limit) low = middle + 1
    else high = middle
  }
  return low
}

export interface Arena {
  /** Its used part; the reserved one has no memory. */
  readonly mapping: Mapping
  readonly count: number
  /** Whether a reserved part ends it: a plain mapping can have the size of a full one by chance. */
  readonly isPartUsed: boolean
}

/** Gives the arenas that a mapping completes; asked in order. Full ones beside each other are one mapping. */
export function createArenaFinder(): (mapping: Mapping) => Arena | undefined {
  let used: Mapping | undefined
  return mapping => {
    const { kind, start, end } = mapping
    const before = used
    used = undefined
    if (kind === 'reserved' && before?.end === start && end % ARENA_BYTES === 0) {
      const count = (end - before.start) / ARENA_BYTES
      return end - start < ARENA_BYTES ? { mapping: before, count, isPartUsed: true } : undefined
    }
    if (kind !== 'anon' || start % ARENA_BYTES !== 0 || start < LOWEST_ARENA) return undefined
    if (end % ARENA_BYTES === 0) return { mapping, count: (end - start) / ARENA_BYTES, isPartUsed: false }
    used = mapping
    return undefined
  }
}
