// What the memory of a process is made of, where one part of it stands out. Pure.
import { formatSize } from '../base/units.ts'
import type { Facts } from './facts.ts'
import { type Finding, leastBytes, sizeOf, wordRules } from './word-rule.ts'

export const MEMORY_RULES = wordRules([
  ['shared', 75, leastBytes(0.25, 32), shared],
  ['swapped', 75, leastBytes(0.1, 16), swapped],
  ['freed_lazily', 75, leastBytes(0.25, 32), freedLazily],
  ['huge_pages', 55, leastBytes(0.5, 64), hugePages],
  ['page_tables', 65, leastBytes(0.1, 32), pageTables],
])

function shared(
  { rollup }: Facts,
  { siblingCount = 0 }: { readonly siblingCount?: number },
): Finding | undefined {
  if (!rollup) return undefined
  const { sharedBytes: amount, rssBytes: whole, pssBytes } = rollup
  const whom = siblingCount > 0 ? 'its siblings' : 'other processes'
  const text = `${sizeOf(amount, whole)} are shared with ${whom}: PSS is ${formatSize(pssBytes)}, and a limit on it (--metric pss) counts shared memory fairly`
  return { amount, whole, text }
}

function swapped({ status, rollup }: Facts): Finding | undefined {
  const amount = rollup?.swapBytes ?? status?.swapBytes
  const rssBytes = rollup?.rssBytes ?? status?.rssBytes
  if (amount === undefined || rssBytes === undefined) return undefined
  const whole = rssBytes + amount
  const text = `swap holds ${formatSize(amount)} of its ${formatSize(whole)}: RSS does not count that, --metric rss+swap does`
  return { amount, whole, text }
}

function freedLazily({ rollup }: Facts): Finding | undefined {
  if (rollup?.lazyFreeBytes === undefined) return undefined
  const { lazyFreeBytes: amount, rssBytes: whole } = rollup
  const text = `${sizeOf(amount, whole)} is freed already (MADV_FREE): the kernel takes it back when memory gets short`
  return { amount, whole, text }
}

function hugePages({ rollup }: Facts): Finding | undefined {
  if (rollup?.hugeBytes === undefined) return undefined
  const { hugeBytes: amount, rssBytes: whole } = rollup
  const text = `${sizeOf(amount, whole)} is in huge pages, which count whole where a part is used: transparent_hugepage=madvise may shrink it`
  return { amount, whole, text }
}

function pageTables({ status }: Facts): Finding | undefined {
  if (status?.pageTableBytes === undefined || status.rssBytes === undefined) return undefined
  const { pageTableBytes: amount, rssBytes: whole } = status
  const text = `its page tables take ${formatSize(amount)} besides the ${formatSize(whole)} of RSS: it has mapped far more than it uses`
  return { amount, whole, text }
}
