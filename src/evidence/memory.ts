// The mappings of a process and their sum. While smaps or smaps_rollup is read, the kernel walks its pages and keeps it
// from mapping memory: 25 ms a GB, measured. So for a large process it is the sum alone, or neither.
import { codeOf, Unread } from './known.ts'
import { readLines, readText } from './lines.ts'
import { createMappingParser } from './mapping.ts'
import { MappingTally } from './mapping-tally.ts'
import type { MappingFacts, RollupFacts } from './memory-facts.ts'
import type { Pace } from './pace.ts'
import type { ProcFiles } from './proc-files.ts'
import { parseRollup } from './small-parts.ts'

const GIB = 2 ** 30
/** 100 ms on an idle machine. */
const MOST_SMAPS_BYTES = 4 * GIB
/** 4 MB of text, 160 ms with what it takes to read them. */
const MOST_SMAPS_MAPPINGS = 5_000
/** Most of a second; the kernel lets go between, where the process waits for it. */
const MOST_ROLLUP_BYTES = 32 * GIB

export interface ReadMemory {
  readonly mappings?: MappingFacts
  readonly rollup?: RollupFacts
  readonly missing: Readonly<Partial<Record<'mappings' | 'rollup' | 'smaps', string>>>
}

interface Tallied {
  readonly tally: MappingTally
  /** Why it is not all of them. */
  readonly cut?: string
}

/** `walkedBytes` is what the process has in memory and in swap. */
export async function readMemory(
  folder: string,
  walkedBytes: number,
  stackPointers: readonly number[],
  files: ProcFiles,
  pace: Pace,
): Promise<ReadMemory> {
  const read = (source: 'maps' | 'smaps') => tallied(folder, source, stackPointers, files, pace)
  // Without its pages: the kernel has these lines at hand.
  const maps = await read('maps')
  const isLarge = walkedBytes > MOST_SMAPS_BYTES || maps.tally.count > MOST_SMAPS_MAPPINGS
  const smaps = isLarge || maps.cut !== undefined ? undefined : await read('smaps')
  if (smaps && smaps.cut === undefined)
    return { mappings: smaps.tally.facts(true), rollup: smaps.tally.rollup, missing: {} }

  const mappings = maps.tally.count > 0 ? { mappings: maps.tally.facts(maps.cut === undefined) } : {}
  const rollup = await readRollup(folder, walkedBytes, files, pace)
  return {
    ...mappings,
    ...('rollup' in rollup ? { rollup: rollup.rollup } : {}),
    missing: {
      ...(maps.cut === undefined ? {} : { mappings: maps.cut }),
      smaps: smaps?.cut ?? maps.cut ?? 'too_large',
      ...('code' in rollup ? { rollup: rollup.code } : {}),
    },
  }
}

async function tallied(
  folder: string,
  source: 'maps' | 'smaps',
  stackPointers: readonly number[],
  files: ProcFiles,
  pace: Pace,
): Promise<Tallied> {
  const tally = new MappingTally(source, stackPointers)
  const parser = createMappingParser(mapping => tally.add(mapping))
  try {
    await readLines(`${folder}/${source}`, parser.take, files, pace)
    parser.end()
    // A zombie has none, nor has a thread of the kernel.
    return tally.count > 0 ? { tally } : { tally, cut: 'ESRCH' }
  } catch (thrown) {
    return { tally, cut: codeOf(thrown) }
  }
}

async function readRollup(
  folder: string,
  walkedBytes: number,
  files: ProcFiles,
  pace: Pace,
): Promise<{ readonly rollup: RollupFacts } | { readonly code: string }> {
  try {
    if (walkedBytes > MOST_ROLLUP_BYTES) throw new Unread('too_large')
    return { rollup: parseRollup(await readText(`${folder}/smaps_rollup`, files, pace)) }
  } catch (thrown) {
    return { code: codeOf(thrown) }
  }
}
