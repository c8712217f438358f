// What is around a process: its children, its control group, the machine. Pure.
import { formatSize } from '../base/units.ts'
import type { Facts } from './facts.ts'
import {
  countOf,
  type Finding,
  leastBytes,
  leastCount,
  nameText,
  plural,
  sizeOf,
  wordRules,
} from './word-rule.ts'

export const AROUND_RULES = wordRules([
  ['zombie_children', 65, leastCount(0, 10), zombies],
  ['large_children', 80, leastBytes(0.5, 64), largeChildren, 'children'],
  ['many_children', 60, leastCount(0, 20), manyChildren, 'children'],
  ['oom_kills', 70, leastCount(0, 1), oomKills],
  ['cgroup_limit', 85, leastBytes(0.9, 0), cgroupLimit, 'cgroup limit'],
  ['cgroup_high', 80, leastBytes(1, 0), cgroupHigh, 'cgroup limit'],
  ['cgroup_cache', 40, leastBytes(0.25, 64), cgroupCache],
  ['cgroup_shmem', 65, leastBytes(0.25, 64), cgroupShmem],
  ['cgroup_sockets', 65, leastBytes(0.1, 32), cgroupSockets],
  ['machine_full', 60, leastBytes(0.95, 0), machineFull],
])

function zombies({ children }: Facts): Finding | undefined {
  if (!children) return undefined
  const { zombieCount: amount, descendantCount: whole } = children
  const text = `${countOf(amount, whole)} descendants are zombies: their parent does not wait for them, and each keeps a pid`
  return { amount, whole, text }
}

function largeChildren(facts: Facts): Finding | undefined {
  const { children, rollup, status } = facts
  const ownBytes = rollup?.rssBytes ?? status?.rssBytes
  if (!children || ownBytes === undefined) return undefined
  const { rssBytes: amount, descendantCount } = children
  const text = `${plural(descendantCount, 'descendant')}${named(facts, descendantCount)} ${descendantCount === 1 ? 'has' : 'have'} ${formatSize(amount)} RSS besides its own ${formatSize(ownBytes)}: only --cumulative counts them`
  return { amount, whole: amount + ownBytes, text }
}

function manyChildren(facts: Facts): Finding | undefined {
  if (!facts.children) return undefined
  const { descendantCount: amount, rssBytes } = facts.children
  const text = `it has ${plural(amount, 'descendant')}${named(facts, amount)} with ${formatSize(rssBytes)} RSS together`
  return { amount, whole: amount, text }
}

/** ', 30 of them named convert'; '' if no name is that of most. */
function named({ children }: Facts, whole: number): string {
  const most = children?.byName[0]
  return most && whole > 1 && most.count >= whole / 2
    ? `, ${most.count === whole ? 'all' : `${most.count} of them`} named ${nameText(most.what)},`
    : ''
}

function oomKills({ cgroup }: Facts): Finding | undefined {
  const amount = cgroup?.oomKillCount
  if (amount === undefined) return undefined
  const text = `the kernel has killed ${plural(amount, 'process', 'processes')} of its control group for lack of memory since the group was made`
  return { amount, whole: amount, text }
}

/** The kernel drops unused cache before it kills anything. */
function cgroupLimit({ cgroup }: Facts): Finding | undefined {
  const { currentBytes, maxBytes: whole, inactiveFileBytes = 0 } = cgroup ?? {}
  if (currentBytes === undefined || !whole) return undefined
  const amount = currentBytes - inactiveFileBytes
  const text = `its control group uses ${sizeOf(amount, whole)}, without the cache that the kernel can drop: at the limit it kills a process`
  return { amount, whole, text }
}

function cgroupHigh({ cgroup }: Facts): Finding | undefined {
  const { currentBytes: amount, highBytes: whole } = cgroup ?? {}
  if (amount === undefined || !whole) return undefined
  const text = `its control group uses ${formatSize(amount)}, above its memory.high of ${formatSize(whole)}: the kernel slows its processes down`
  return { amount, whole, text }
}

function cgroupCache({ cgroup }: Facts): Finding | undefined {
  const { currentBytes: whole, fileBytes, shmemBytes = 0 } = cgroup ?? {}
  if (whole === undefined || fileBytes === undefined) return undefined
  const amount = fileBytes - shmemBytes
  const text = `${sizeOf(amount, whole)} of its control group is page cache, not memory of the process`
  return { amount, whole, text }
}

function cgroupShmem({ cgroup }: Facts): Finding | undefined {
  const { currentBytes: whole, shmemBytes: amount } = cgroup ?? {}
  if (whole === undefined || amount === undefined) return undefined
  const text = `${sizeOf(amount, whole)} of its control group is shared memory or files in tmpfs (/dev/shm, /run, /tmp): it stays after a restart until those are removed`
  return { amount, whole, text }
}

function cgroupSockets({ cgroup }: Facts): Finding | undefined {
  const { currentBytes: whole, sockBytes: amount } = cgroup ?? {}
  if (whole === undefined || amount === undefined) return undefined
  const text = `${sizeOf(amount, whole)} of its control group is buffers of sockets: data that is not read or not taken fast enough`
  return { amount, whole, text }
}

function machineFull({ machine }: Facts): Finding | undefined {
  const { totalBytes: whole, availableBytes } = machine ?? {}
  if (whole === undefined || availableBytes === undefined) return undefined
  const text = `the machine has only ${sizeOf(availableBytes, whole)} left`
  return { amount: whole - availableBytes, whole, text }
}
