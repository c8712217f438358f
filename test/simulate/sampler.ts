// What processes use, as the simulated machine shows it; each figure that memmon was given is remembered for it.
import type { Sampler } from '../../src/proc/sampler.ts'
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
  readonly run: Run
}

export function createSampler(world: World, memmon: Memmon): Sampler {
  const { scheduler } = world
  const bytesOf = (run: Run, cumulative: boolean): number => {
    const mb = Math.round(Math.round(sizeMbOf(run, scheduler.now)) * (cumulative ? TREE_SHARE : 1))
    const before = memmon.measured.get(run.pid)
    const { plainMb, treeMb } = before?.run === run ? before : { plainMb: 0, treeMb: 0 }
    memmon.measured.set(run.pid, cumulative ? { plainMb, treeMb: mb, run } : { plainMb: mb, treeMb, run })
    return mb * MB
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
            if (run) sizes.set(pid, bytesOf(run, cumulative))
          }
          resolve(sizes)
        })
      }),
    figures: (pids, _metric, cumulative) =>
      pids.map(pid => {
        const run = world.runOf(pid)
        return run ? bytesOf(run, cumulative) : 'gone'
      }),
    shares: (pids, cumulative) =>
      pids.map(pid => {
        const run = world.runOf(pid)
        if (!run) return 'gone'
        return { privateBytes: bytesOf(run, cumulative), sharedBytes: 0 }
      }),
    swapUsedBytes: () => 0,
  }
}
