// What a monitor of the operator's own needs of a process besides its RSS (proc(5)): each file is read once, and only
// if what it holds is needed.
import type { Need } from '../rules/monitor-types.ts'
import { readAuxv } from './auxv.ts'
import type { Figures } from './figures.ts'
import { cpuTicksIn, threadsIn } from './proc-stat.ts'
import type { ProcfsFile } from './procfs-file.ts'
import type { Sampler, Unreadable } from './sampler.ts'
import { readDetail } from './smaps-rollup.ts'

/** getauxval(3), and what it is wherever the kernel does not say. */
const AT_CLKTCK = 17
const USUAL_TICKS_A_SECOND = 100

type Values = Partial<Record<Need, number | Unreadable>>

export function createReadings(
  file: ProcfsFile,
  figures: Pick<Figures, 'figure'>,
  procRoot: string,
): NonNullable<Sampler['readings']> {
  const ticksASecond = readAuxv(AT_CLKTCK, procRoot) ?? USUAL_TICKS_A_SECOND
  const ofStat = (pid: number): Values => {
    if (file.read(`${procRoot}/${pid}/stat`) < 0) return { cpu_time: 'gone', threads: 'gone' }
    return { cpu_time: cpuTicksIn(file) / ticksASecond, threads: threadsIn(file) }
  }
  const ofRollup = (pid: number): Values => {
    const read = readDetail(file, pid, procRoot)
    if (typeof read === 'string') return { pss: read, uss: read, swap: read }
    return { pss: read.pssBytes, uss: read.ussBytes, swap: read.swapBytes }
  }
  const ofFolder = (pid: number): Values => ({ fds: figures.figure(pid, 'fds') })
  const sources = [
    { read: ofStat, has: ['cpu_time', 'threads'] },
    { read: ofRollup, has: ['pss', 'uss', 'swap'] },
    { read: ofFolder, has: ['fds'] },
  ] satisfies { read: (pid: number) => Values; has: Need[] }[]
  return (pid, needs) => {
    const all: Values = {}
    for (const { read, has } of sources)
      if (needs.some(need => (has as Need[]).includes(need))) Object.assign(all, read(pid))
    return Object.fromEntries(needs.map(need => [need, all[need]]))
  }
}
