// How much memory this machine or container really has, and how much of it is free: the smallest of the limits of all
// control groups up the tree, and the machine's own (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst,
// filesystems/proc.rst).
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

export interface Capacity {
  readonly bytes: number
  /** The file it came from. */
  readonly source: string
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
  const bytesIn = (path: string): number | undefined => {
    const text = read(path)?.trim()
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined // 'max' is no limit
  }

  const limitsOf = ({ limits }: Group): Capacity[] =>
    limits.flatMap(source => {
      const bytes = bytesIn(source)
      return bytes === undefined ? [] : [{ bytes, source }]
    })

  /** What a limited group has left. */
  const roomOf = (group: Group, totalBytes: number): Capacity[] => {
    const limit = smallest(limitsOf(group))
    const usedBytes = bytesIn(group.usage)
    if (!limit || usedBytes === undefined || limit.bytes >= totalBytes) return []
    const reclaimable = numberBehind(read(group.stat), group.reclaimable) ?? 0
    return [{ bytes: Math.max(0, limit.bytes - usedBytes + reclaimable), source: limit.source }]
  }

  return {
    capacity() {
      groups ??= groupsOf(read('/proc/self/cgroup') ?? '', read('/proc/self/mountinfo') ?? '')
      const total = numberBehind(read('/proc/meminfo'), 'MemTotal:')
      const machine = total === undefined ? [] : [{ bytes: total * KIB, source: '/proc/meminfo (MemTotal)' }]
      return smallest([...machine, ...groups.flatMap(limitsOf)])
    },
    available() {
      groups ??= groupsOf(read('/proc/self/cgroup') ?? '', read('/proc/self/mountinfo') ?? '')
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
function groupsOf(cgroup: string, mountinfo: string): Group[] {
  const paths = cgroup.split('\n').map(line => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
  /** '/' where this is not told: the mount itself then counts. */
  const own = (controllers: (names: string) => boolean) =>
    paths.find(([, names]) => names !== undefined && controllers(names))?.[2] ?? '/'
  const v2 = own(names => names === '')
  const v1 = own(names => names.split(',').includes('memory'))
  return mountinfo.split('\n').flatMap((line): Group[] => {
    // 36 35 98:0 <root> <mount point> <options> ... - <type> <source> <super options> (proc_pid_mountinfo(5))
    const [left = '', right = ''] = line.split(' - ')
    const [, , , mountRoot = '', mountPoint = ''] = left.split(' ').map(unescaped)
    const [type = '', , options = ''] = right.split(' ')
    if (type === 'cgroup2') return foldersOf(mountRoot, mountPoint, v2).map(v2Group)
    if (type === 'cgroup' && options.split(',').includes('memory'))
      return foldersOf(mountRoot, mountPoint, v1).map(v1Group)
    return []
  })
}

/** The folders of a group and of all above it. Where its path is not below the mount, as without a cgroup namespace, the mount is its own. */
function foldersOf(mountRoot: string, mountPoint: string, path: string): string[] {
  const below = posix.relative(mountRoot, path)
  const isBelow = below !== '' && !below.startsWith('..')
  const parts = isBelow ? below.split('/') : []
  return [...parts.keys(), parts.length]
    .map(count => posix.join(mountPoint, ...parts.slice(0, count)))
    .reverse()
}

const v2Group = (folder: string): Group => ({
  limits: [`${folder}/memory.max`, `${folder}/memory.high`],
  usage: `${folder}/memory.current`,
  stat: `${folder}/memory.stat`,
  reclaimable: 'inactive_file',
})

/** Its "unlimited" is a huge number, which no machine's memory is above. */
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
  const number = Number(line?.slice(label.length).trim().split(/\s+/)[0])
  return line !== undefined && Number.isFinite(number) ? number : undefined
}

const sum = (...parts: (number | undefined)[]): number | undefined =>
  parts.every(part => part !== undefined)
    ? parts.reduce<number>((all, part) => all + (part ?? 0), 0)
    : undefined

/** mountinfo writes a blank as \040. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
