// One mapping of a process's memory, from the lines of /proc/<pid>/maps or smaps (proc_pid_maps(5)). Pure.
import { word } from './known.ts'
import type { MappingKind } from './memory-facts.ts'

export interface Mapping {
  readonly start: number
  readonly end: number
  readonly name: string
  readonly kind: MappingKind
  /** The lines of smaps below it that are not 0, in kB. Empty in maps. */
  readonly kib: Map<string, number>
}

const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ \S+ \d+ *(.*)$/
/** What is added up; of 25 lines a mapping these are the ones to look into. */
const FIGURES: ReadonlySet<string> = new Set([
  'Rss',
  'Pss',
  'Shared_Clean',
  'Shared_Dirty',
  'Shared_Hugetlb',
  'Private_Clean',
  'Private_Dirty',
  'Private_Hugetlb',
  'Anonymous',
  'LazyFree',
  'AnonHugePages',
  'Swap',
  'SwapPss',
  'Locked',
])
/** The lines of figures begin with a capital letter, those of mappings with an address. */
const [CAPITALS, SMALL] = ['A', 'a']
const SHARED_MEMORY = /^\/(memfd:|dev\/shm\/|run\/shm\/|SYSV|dev\/zero)|^\[anon_shmem:/
const THREAD_STACK = /^\[stack:|^\[anon: ?glibc: pthread stack/

/** Takes the lines of one file, and gives each mapping when it is whole. */
export function createMappingParser(give: (mapping: Mapping) => void) {
  let last: Mapping | undefined
  const end = () => {
    if (last) give(last)
    last = undefined
  }
  return {
    take(line: string): void {
      if (line.endsWith(' 0 kB')) return
      if (line >= CAPITALS && line < SMALL) {
        const colon = line.indexOf(':')
        const figure = line.slice(0, colon)
        if (FIGURES.has(figure)) last?.kib.set(figure, Number.parseInt(line.slice(colon + 1), 10))
        return
      }
      const [, from = '', to = '', permissions = '', name = ''] = HEADER.exec(line) ?? []
      if (from === '') return
      end()
      last = {
        start: Number.parseInt(from, 16),
        end: Number.parseInt(to, 16),
        name: word(name),
        kind: kindOf(name, permissions),
        kib: new Map(),
      }
    },
    /** The file is over. */
    end,
  }
}

/** As far as a mapping tells it alone. */
export function kindOf(name: string, permissions: string): MappingKind {
  if (name === '[heap]') return 'heap'
  if (name === '[stack]') return 'stack'
  if (THREAD_STACK.test(name)) return 'thread stack'
  if (SHARED_MEMORY.test(name)) return 'shmem'
  const isAnonymous = name === '' || name.startsWith('[anon:') || name.startsWith('/anon_hugepage')
  if (!isAnonymous) return name.startsWith('[') ? 'kernel' : 'file'
  if (permissions.endsWith('s')) return 'shmem'
  return permissions.startsWith('---') ? 'reserved' : 'anon'
}
