// Memory wherever Node runs: pidusage for RSS, ps-list for the process tree. Both are loaded when first used.
import type pidusage from 'pidusage'
import type psList from 'ps-list'
import { importPackage, requirePackage } from '../base/load-package.ts'
import type { Sampler, SizesByPid } from './sampler.ts'
import { treesOf } from './trees.ts'

/**
 * pidusage keeps /proc/<pid>/stat open for `maxage`, a minute if nothing is said, and its clear() forgets the
 * descriptors without closing them. This long is enough for its own second look, and over before the next tick:
 * a later process with the same pid is never read through an old descriptor.
 */
const KEPT_OPEN_MS = 1000

export const portableSampler: Sampler = {
  source: 'pidusage and ps-list',
  figures: pids => pids.map(() => 'unsupported'),
  shares: pids => pids.map(() => 'unsupported'),
  swapUsedBytes: () => 0,
  async measure(pids, cumulative) {
    if (pids.length === 0) return new Map() // pidusage takes an empty list for an error
    if (!cumulative) return await rssOf(pids)
    const { default: list } = (await importPackage('ps-list')) as { default: typeof psList }
    const trees = treesOf(pids, await list())
    const sizes = await rssOf([...new Set([...trees.values()].flat())])
    const sums = new Map<number, number>()
    for (const [root, members] of trees) {
      // A root that has gone has no size, whatever became of its children.
      if (sizes.has(root))
        sums.set(
          root,
          members.reduce((sum, pid) => sum + (sizes.get(pid) ?? 0), 0),
        )
    }
    return sums
  },
}

async function rssOf(pids: readonly number[]): Promise<SizesByPid> {
  const measure = requirePackage('pidusage') as typeof pidusage
  // memmon's own pid goes along: a vanished pid is an error when asked alone, and without ours nothing was read.
  const usages: Record<string, { memory: number } | null> = await measure([process.pid, ...pids], {
    maxage: KEPT_OPEN_MS,
  })
  if (!usages[process.pid]) throw new Error('pidusage could not even read the memory of memmon itself')
  const sizes = new Map<number, number>()
  for (const pid of pids) {
    const memory = usages[pid]?.memory
    if (memory !== undefined && Number.isFinite(memory)) sizes.set(pid, memory)
  }
  return sizes
}
