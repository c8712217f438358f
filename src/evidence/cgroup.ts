// What a control group's memory controller says, in its two versions (Documentation/admin-guide/cgroup-v2.rst and
// cgroup-v1/memory.rst).
import { fieldsOf, known, numberOf, Unread, word } from './known.ts'
import type { CgroupFacts } from './memory-facts.ts'

/** A folder of the memory controller: proc/cgroup-folders.ts finds those of a process. */
interface Folder {
  readonly version: 1 | 2
  readonly folder: string
}

/** The first of the folders that says how much memory is in use. `read` gives undefined where there is no such file. */
export function readCgroup(
  folders: readonly Folder[],
  read: (path: string) => string | undefined,
): CgroupFacts {
  for (const { version, folder } of folders) {
    const file = (name: string) => read(`${folder}/${name}`)
    const facts = version === 2 ? readV2(file) : readV1(file)
    if (facts.currentBytes === undefined) continue
    const processCount = file('cgroup.procs')?.match(/^\d+$/gm)?.length
    return known<CgroupFacts>({ version, path: word(folder), ...facts, processCount })
  }
  throw new Unread('ENOENT')
}

type Figures = Omit<CgroupFacts, 'version' | 'path' | 'processCount'>
type FileOf = (name: string) => string | undefined

function readV2(file: FileOf): Figures {
  const stat = fieldsOf(file('memory.stat') ?? '')
  const events = fieldsOf(file('memory.events') ?? '')
  const count = (name: string) => numberOf(events.get(name))
  return known<Figures>({
    currentBytes: numberOf(file('memory.current')),
    maxBytes: limitOf(file('memory.max')),
    highBytes: limitOf(file('memory.high')),
    peakBytes: numberOf(file('memory.peak')),
    swapBytes: numberOf(file('memory.swap.current')),
    swapMaxBytes: limitOf(file('memory.swap.max')),
    ...statFigures(stat, ''),
    anonBytes: numberOf(stat.get('anon')),
    fileBytes: numberOf(stat.get('file')),
    slabBytes: numberOf(stat.get('slab')),
    kernelBytes: numberOf(stat.get('kernel')),
    sockBytes: numberOf(stat.get('sock')),
    highCount: count('high'),
    maxCount: count('max'),
    oomCount: count('oom'),
    oomKillCount: count('oom_kill'),
  })
}

function readV1(file: FileOf): Figures {
  const stat = fieldsOf(file('memory.stat') ?? '')
  const control = fieldsOf(file('memory.oom_control') ?? '')
  return known<Figures>({
    currentBytes: numberOf(file('memory.usage_in_bytes')),
    maxBytes: limitOf(file('memory.limit_in_bytes')),
    peakBytes: numberOf(file('memory.max_usage_in_bytes')),
    swapBytes: numberOf(stat.get('total_swap')),
    ...statFigures(stat, 'total_'),
    anonBytes: numberOf(stat.get('total_rss')),
    fileBytes: numberOf(stat.get('total_cache')),
    kernelBytes: numberOf(file('memory.kmem.usage_in_bytes')),
    maxCount: numberOf(file('memory.failcnt')),
    oomKillCount: numberOf(control.get('oom_kill')),
  })
}

/** Lines of memory.stat that both versions have. */
const statFigures = (stat: ReadonlyMap<string, string>, prefix: string) => ({
  shmemBytes: numberOf(stat.get(`${prefix}shmem`)),
  inactiveFileBytes: numberOf(stat.get(`${prefix}inactive_file`)),
})

/** 'max', or the huge number of version 1, means unlimited. */
function limitOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  const bytes = numberOf(text)
  return bytes === undefined || bytes > Number.MAX_SAFE_INTEGER ? null : bytes
}
