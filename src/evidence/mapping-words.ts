// What the mappings of a process say: arenas of malloc, its heap, stacks, buffers of one size, files. Pure.
import { formatSize } from '../base/units.ts'
import type { Facts } from './facts.ts'
import type { MappingFacts, MappingKind } from './memory-facts.ts'
import {
  countOf,
  countText,
  type Finding,
  leastBytes,
  leastCount,
  nameText,
  plural,
  sizeOf,
  wordRules,
} from './word-rule.ts'

/** Any program with a few threads has this many. */
const LEAST_ARENAS = 8
/** As long as the list of names is not full, it holds every file. */
const MOST_NAMED = 20

/** RSS by kind, and of all; undefined where only the sizes of mappings are known. */
function rssBy({ mappings, rollup, status }: Facts) {
  if (mappings?.source !== 'smaps') return undefined
  const sumBytes = mappings.groups.reduce((sum, { rssBytes = 0 }) => sum + rssBytes, 0)
  const wholeBytes = mappings.isWhole ? sumBytes : (rollup?.rssBytes ?? status?.rssBytes ?? sumBytes)
  return { mappings, wholeBytes }
}

function groupFinding(
  facts: Facts,
  kind: MappingKind,
  text: (part: string, mappings: MappingFacts) => string,
) {
  const known = rssBy(facts)
  const amount = known?.mappings.groups.find(group => group.kind === kind)?.rssBytes
  if (!known || amount === undefined) return undefined
  return { amount, whole: known.wholeBytes, text: text(sizeOf(amount, known.wholeBytes), known.mappings) }
}

/** Go lays out its heap in pieces of 64 MB, too, without glibc. */
function hasGlibc({ named }: MappingFacts): boolean {
  return named.length >= MOST_NAMED || named.some(({ name }) => /\/libc([-.]\d[\d.]*)?\.so/.test(name))
}

function arenas(facts: Facts): Finding | undefined {
  const known = rssBy(facts)
  const { count = 0, rssBytes: amount } = known?.mappings.arenas ?? {}
  if (!known || amount === undefined || count < LEAST_ARENAS || !hasGlibc(known.mappings)) return undefined
  const text = `${sizeOf(amount, known.wholeBytes)} is anonymous memory in ${countText(count)} pieces of 64MB: arenas of glibc's malloc; MALLOC_ARENA_MAX=2 keeps them few`
  return { amount, whole: known.wholeBytes, text }
}

function equalMappings(facts: Facts): Finding | undefined {
  const known = rssBy(facts)
  const most = known?.mappings.equal.reduce<MappingFacts['equal'][number] | undefined>(
    (best, one) => ((one.rssBytes ?? 0) > (best?.rssBytes ?? 0) ? one : best),
    undefined,
  )
  if (!known || most?.rssBytes === undefined) return undefined
  const text = `${sizeOf(most.rssBytes, known.wholeBytes)} is in ${plural(most.count, 'anonymous mapping')} of ${formatSize(most.eachBytes)} each: buffers, pools or stacks of one kind`
  return { amount: most.rssBytes, whole: known.wholeBytes, text }
}

function alikeMappings({ mappings }: Facts): Finding | undefined {
  const most = mappings?.equal.reduce<MappingFacts['equal'][number] | undefined>(
    (best, one) => (one.count > (best?.count ?? 0) ? one : best),
    undefined,
  )
  if (!mappings || !most) return undefined
  const text = `${countOf(most.count, mappings.count)} mappings are anonymous, of ${formatSize(most.eachBytes)} each: one kind of allocation that is not unmapped`
  return { amount: most.count, whole: mappings.count, text }
}

const anonymous = (facts: Facts): Finding | undefined =>
  groupFinding(facts, 'anon', (part, { groups }) => {
    const count = groups.find(({ kind }) => kind === 'anon')?.count ?? 0
    return `${part} is anonymous memory in ${plural(count, 'mapping')}: large blocks of malloc, or the heap of a language runtime`
  })

const heap = (facts: Facts): Finding | undefined =>
  groupFinding(
    facts,
    'heap',
    part => `${part} is [heap]: small blocks of malloc, in use, or free between others that are in use`,
  )

const threadStacks = (facts: Facts): Finding | undefined =>
  groupFinding(facts, 'thread stack', (part, { groups }) => {
    const count = groups.find(({ kind }) => kind === 'thread stack')?.count ?? 0
    return `${part} is the ${plural(count, 'stack')} of its threads: fewer threads, or a smaller ulimit -s, would need less`
  })

const sharedMemory = (facts: Facts): Finding | undefined =>
  groupFinding(
    facts,
    'shmem',
    (part, mappings) =>
      `${part} is shared memory (memfd, /dev/shm, tmpfs)${largest(mappings, 'shmem')}: it stays in use as long as anybody keeps it`,
  )

const mappedFiles = (facts: Facts): Finding | undefined =>
  groupFinding(
    facts,
    'file',
    (part, mappings) =>
      `${part} is mapped files${largest(mappings, 'file')}: page cache, which the kernel can take back`,
  )

function largest({ named }: MappingFacts, kind: MappingKind): string {
  const one = named.find(({ kind: own }) => own === kind)
  if (one?.rssBytes === undefined) return ''
  return `, ${formatSize(one.rssBytes)} of it ${nameText(one.name)}`
}

function mappingLimit({ mappings, machine }: Facts): Finding | undefined {
  const whole = machine?.mostMappings
  if (!mappings || !whole) return undefined
  const text = `${countOf(mappings.count, whole)} mappings are in use: at the limit (vm.max_map_count) malloc and mmap fail`
  return { amount: mappings.count, whole, text }
}

export const MAPPING_RULES = wordRules([
  ['arenas', 90, leastBytes(0.25, 64), arenas, 'anonymous'],
  ['equal_mappings', 70, leastBytes(0.25, 32), equalMappings, 'anonymous'],
  ['alike_mappings', 65, leastCount(0.5, 1000), alikeMappings, 'anonymous'],
  ['anonymous', 55, leastBytes(0.5, 32), anonymous, 'anonymous'],
  ['heap', 60, leastBytes(0.5, 32), heap],
  ['thread_stacks', 75, leastBytes(0.1, 32), threadStacks],
  ['shared_memory', 75, leastBytes(0.25, 32), sharedMemory],
  ['mapped_files', 60, leastBytes(0.5, 64), mappedFiles],
  ['mapping_limit', 95, leastCount(0.75, 1), mappingLimit],
])
