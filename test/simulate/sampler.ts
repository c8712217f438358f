// What processes use, as the simulated machine shows it; each figure that memmon was given is remembered for it.
import type { Sampler } from '../../src/sampling/sampler.ts'
import type { Memmon } from './memmon.ts'
import { type Run, sizeMbOf } from './program.ts'
import type { World } from './world.ts'

const MB = 1024 * 1024
/** What descendants add. */
export const TREE_SHARE = 1.25

/** What memmon was told of a pid last, in megabytes, alone and with descendants. */
export interface Measured {
  readonly plainMb: number
  readonly treeMb: number
  readonly at: number
}

export function createSampler(world: World, memmon: Memmon): Sampler {
  const { scheduler } = world
  const sizeOf = (run: Run) => {
    const plainMb = Math.round(sizeMbOf(run, scheduler.now))
    const measured = { plainMb, treeMb: Math.round(plainMb * TREE_SHARE), at: scheduler.now }
    memmon.measured.set(run.pid, measured)
    return measured
  }
  return {
    source: 'simulated',
    measure: (pids, cumulative) =>
      new Promise((resolve, reject) => {
        if (!memmon.effect('measure')) return
        scheduler.after(world.jitter.between(0.1, 2), () => {
          if (!memmon.isAlive) return
          if (world.isUnmeasurable())
            return reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }))
          const sizes = new Map<number, number>()
          for (const pid of pids) {
            const run = world.runOf(pid)
            if (run) sizes.set(pid, sizeOf(run)[cumulative ? 'treeMb' : 'plainMb'] * MB)
          }
          resolve(sizes)
        })
      }),
    figures: (pids, _metric, cumulative) =>
      pids.map(pid => {
        const run = world.runOf(pid)
        return run ? sizeOf(run)[cumulative ? 'treeMb' : 'plainMb'] * MB : 'gone'
      }),
    shares: (pids, cumulative) =>
      pids.map(pid => {
        const run = world.runOf(pid)
        if (!run) return 'gone'
        return { privateBytes: sizeOf(run)[cumulative ? 'treeMb' : 'plainMb'] * MB, sharedBytes: 0 }
      }),
    swapUsedBytes: () => 0,
  }
}
