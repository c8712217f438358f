// How many strings of each kind exist: those that differ only in their digits are of one kind. V8 lists them only in a heap
// snapshot, of which this keeps nothing else.
import type { Profiler } from './profiler.ts'
import type { StringCount } from './report.ts'
import { type StringsOf, snapshotReader } from './snapshot-reader.ts'

const MOST_STRINGS = 50
const LONGEST_TEXT = 80

/** By a hash of the kind: its text would be a string in the program's heap, and counted the next time. */
export type StringsBefore = ReadonlyMap<number, number>

/** Before the sample. */
export async function countStrings(profiler: Profiler): Promise<StringsBefore> {
  const counts = new Map<number, number>()
  await readStrings(profiler, (text, { count }) => {
    const kind = hashOf(kindOf(text))
    counts.set(kind, (counts.get(kind) ?? 0) + count)
  })
  return counts
}

/** Those that have grown most, first. */
export async function stringsSince(before: StringsBefore, profiler: Profiler): Promise<StringCount[]> {
  const sums = new Map<string, { count: number; memory: number }>()
  await readStrings(profiler, (text, { count, bytes }) => {
    const kind = kindOf(text)
    const sum = sums.get(kind) ?? { count: 0, memory: 0 }
    sums.set(kind, sum)
    sum.count += count
    sum.memory += bytes
  })
  return [...sums]
    .map(([data, sum]) => ({ data, ...sum, growth: sum.count - (before.get(hashOf(data)) ?? 0) }))
    .sort((a, b) => b.growth - a.growth || b.memory - a.memory)
    .slice(0, MOST_STRINGS)
}

async function readStrings(
  profiler: Profiler,
  onString: (text: string, of: StringsOf) => void,
): Promise<void> {
  const reader = snapshotReader(onString)
  await profiler.takeSnapshot(reader.push)
}

/** 'session-1234' and 'session-5678' are 'session-#'. */
export const kindOf = (text: string): string => text.slice(0, LONGEST_TEXT).replace(/\d+/g, '#')

/** FNV-1a, in the 31 bits that V8 keeps without an object. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 1
}
