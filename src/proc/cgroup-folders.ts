// Where the memory controller of a process's control group, and of all groups above it, shows its files (cgroups(7)). Pure.
import { posix } from 'node:path'

export interface MemoryFolder {
  readonly version: 1 | 2
  readonly folder: string
}

/** From the own group up to the root: those of version 2, then of version 1. Of /proc/<pid>/cgroup, and our mountinfo. */
export function memoryFolders(cgroup: string, mountinfo: string): MemoryFolder[] {
  const { v1, v2 } = ownGroups(cgroup)
  const mounts = mountinfo.split('\n').map(mountOf)
  const unified = mounts.filter(({ type }) => type === 'cgroup2')
  const memory = mounts.filter(
    ({ type, options }) => type === 'cgroup' && options.split(',').includes('memory'),
  )
  return [
    // '/' if the group is unknown: the mount itself then counts.
    ...foldersOf(unified, v2 ?? '/').map(folder => ({ version: 2, folder }) as const),
    ...foldersOf(memory, v1 ?? '/').map(folder => ({ version: 1, folder }) as const),
  ]
}

/** The group that may limit this process's memory but has no file here; undefined if there is none, or nobody can tell. */
export function hiddenGroup(cgroup: string, mountinfo: string): string | undefined {
  if (memoryFolders(cgroup, mountinfo).length > 0) return undefined
  const { v1, v2 } = ownGroups(cgroup)
  const own = v1 ?? v2
  return own === '/' ? undefined : own
}

/** By version; undefined if /proc/<pid>/cgroup has none. */
function ownGroups(cgroup: string): { readonly v1: string | undefined; readonly v2: string | undefined } {
  const lines = cgroup.split('\n').map(line => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
  const own = (controllers: (names: string) => boolean) =>
    lines.find(([, names]) => names !== undefined && controllers(names))?.[2]
  return { v1: own(names => names.split(',').includes('memory')), v2: own(names => names === '') }
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: string
}

/** 36 35 98:0 <root> <mount point> <options> ... - <type> <source> <super options> (proc_pid_mountinfo(5)) */
function mountOf(line: string): Mount {
  const [left = '', right = ''] = line.split(' - ')
  const [, , , root = '', point = ''] = left.split(' ').map(unescaped)
  const [type = '', , options = ''] = right.split(' ')
  return { root, point, type, options }
}

/**
 * The folders of a group and of all above it, by the mount that shows it. Where none does, as in a container without a
 * namespace of its own, the first mount is the group (cgroup_namespaces(7)).
 */
function foldersOf(mounts: readonly Mount[], path: string): string[] {
  const isOutside = path.startsWith('/..')
  const own = mounts.find(({ root }) => root === '/' || path === root || path.startsWith(`${root}/`))
  const [first] = mounts
  if (!own || isOutside) return first ? [first.point] : []
  const parts = posix
    .relative(own.root, path)
    .split('/')
    .filter(part => part !== '')
  return [...parts.keys(), parts.length]
    .map(count => posix.join(own.point, ...parts.slice(0, count)))
    .reverse()
}

/** mountinfo writes a blank as \040. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
