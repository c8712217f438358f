// How much memory this machine or container really has, and how much of it is free: the smallest of the limits of all
// control groups up the tree, and the machine's own (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst,
// filesystems/proc.rst).
import { readFileSync } from 'node:fs'
import { hiddenGroup, memoryFolders } from './cgroup-folders.ts'

export interface Capacity {
  readonly bytes: number
  /** The file it came from. */
  readonly source: string
  /** The control group whose limit, if any, is not visible here. */
  readonly hiddenGroup?: string
}

export interface CapacityReader {
  /** undefined where nothing can be read: not on Linux. */
  capacity(): Capacity | undefined
  available(): Capacity | undefined
}

/** A control group that may limit memory: its files, by version. */
interface Group {
  readonly limits: readonly string[]
  readonly usage: string
  readonly stat: string
  /** The line of `stat` that tells what the kernel can drop at once. */
  readonly reclaimable: string
}

const KIB = 1024

/** Reads below `root`, the file system's own by default. */
export function createCapacityReader(root = ''): CapacityReader {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(root + path, 'latin1')
    } catch {
      return undefined // not there, or not to be read: another source tells
    }
  }
  let groups: readonly Group[] | undefined
  let notSeen: Pick<Capacity, 'hiddenGroup'> = {}
  const bytesIn = (path: string): number | undefined => {
    const text = read(path)?.trim()
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined // 'max' is no limit
  }

  /** 0 is how memory.high asks for reclaim, and v1's "unlimited" is a huge number: neither is a limit. */
  const limitsOf = ({ limits }: Group): Capacity[] =>
    limits.flatMap(source => {
      const bytes = bytesIn(source) ?? 0
      return bytes === 0 || bytes > Number.MAX_SAFE_INTEGER ? [] : [{ bytes, source }]
    })

  /** What a limited group has left; never more than its limit, though its files are not read at one instant. */
  const roomOf = (group: Group, totalBytes: number): Capacity[] => {
    const limit = smallest(limitsOf(group))
    if (!limit || limit.bytes >= totalBytes) return []
    const reclaimable = numberBehind(read(group.stat), group.reclaimable) ?? 0
    const usedBytes = Math.max(0, (bytesIn(group.usage) ?? 0) - reclaimable)
    return [{ bytes: Math.max(0, limit.bytes - usedBytes), source: limit.source }]
  }

  const find = (): readonly Group[] => {
    const [cgroup, mountinfo] = [read('/proc/self/cgroup') ?? '', read('/proc/self/mountinfo') ?? '']
    const hidden = hiddenGroup(cgroup, mountinfo)
    if (hidden !== undefined) notSeen = { hiddenGroup: hidden }
    return groupsOf(cgroup, mountinfo)
  }

  return {
    capacity() {
      groups ??= find()
      const total = numberBehind(read('/proc/meminfo'), 'MemTotal:')
      const machine =
        total === undefined ? [] : [{ bytes: total * KIB, source: '/proc/meminfo (MemTotal)', ...notSeen }]
      return smallest([...machine, ...groups.flatMap(limitsOf)])
    },
    available() {
      groups ??= find()
      const text = read('/proc/meminfo')
      const of = (label: string) => numberBehind(text, label)
      const freeKb = of('MemAvailable:') ?? sum(of('MemFree:'), of('Buffers:'), of('Cached:'))
      const machine =
        freeKb === undefined ? [] : [{ bytes: freeKb * KIB, source: '/proc/meminfo (MemAvailable)' }]
      const totalBytes = (of('MemTotal:') ?? Infinity) * KIB
      return smallest([...machine, ...groups.flatMap(group => roomOf(group, totalBytes))])
    },
  }
}

/** The control groups of this process that have a memory controller, from its own up to the root. */
const groupsOf = (cgroup: string, mountinfo: string): Group[] =>
  memoryFolders(cgroup, mountinfo).map(({ version, folder }) =>
    version === 2 ? v2Group(folder) : v1Group(folder),
  )

const v2Group = (folder: string): Group => ({
  limits: [`${folder}/memory.max`, `${folder}/memory.high`],
  usage: `${folder}/memory.current`,
  stat: `${folder}/memory.stat`,
  reclaimable: 'inactive_file',
})

const v1Group = (folder: string): Group => ({
  limits: [`${folder}/memory.limit_in_bytes`],
  usage: `${folder}/memory.usage_in_bytes`,
  stat: `${folder}/memory.stat`,
  reclaimable: 'total_inactive_file',
})

const smallest = (all: readonly Capacity[]): Capacity | undefined =>
  all.reduce<Capacity | undefined>(
    (least, one) => (least && least.bytes <= one.bytes ? least : one),
    undefined,
  )

function numberBehind(text: string | undefined, label: string): number | undefined {
  const line = text?.split('\n').find(one => one.startsWith(`${label} `))
  const digits = /^\s*(\d+)/.exec(line?.slice(label.length) ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const sum = (...parts: (number | undefined)[]): number | undefined =>
  parts.every(part => part !== undefined)
    ? parts.reduce<number>((all, part) => all + (part ?? 0), 0)
    : undefined
