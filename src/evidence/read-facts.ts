// Reads the facts of a process, part after part, until it has all or the time is up.
import { release } from 'node:os'
import { readPageBytes } from '../proc/page-size.ts'
import { type Facts, type MissingPart, PARTS, type Part } from './facts.ts'
import { codeOf } from './known.ts'
import { createPace } from './pace.ts'
import { createPartReader, type Here, type PartFacts } from './part-reader.ts'
import { type ProcFiles, procFiles } from './proc-files.ts'
import { parseStat } from './status.ts'

export interface FactsOptions {
  /** All parts that are not read by then are missing. */
  readonly timeoutMs: number
  /** All of them if absent. */
  readonly parts?: readonly Part[]
  /** The monotonic clock. */
  readonly tick: () => number
  readonly nowMs: () => number
  /** Those of this machine if absent. */
  readonly files?: ProcFiles
  readonly here?: Here
}

type Missing = Partial<Record<MissingPart, string>>

/** Never rejects: what cannot be read is in `missing`. */
export async function readFacts(pid: number, options: FactsOptions): Promise<Facts> {
  const { tick, nowMs, timeoutMs, parts = PARTS, files = procFiles } = options
  const [startTick, takenAt] = [tick(), nowMs()]
  const missing: Missing = {}
  const found: PartFacts = {}
  const before = startTicksOf(pid, files)
  if (typeof before === 'string') missing.process = before
  else {
    const pace = createPace(tick, startTick + timeoutMs)
    const read = createPartReader(pid, files, pace, options.here ?? here())
    for (const part of PARTS.filter(one => parts.includes(one))) {
      if (pace.isDue()) await pace.rest().catch(() => {}) // the part itself finds that the time is over
      const one = await read(part).catch((thrown: unknown) => ({ missing: { [part]: codeOf(thrown) } }))
      Object.assign(found, 'facts' in one ? one.facts : {})
      Object.assign(missing, one.missing)
    }
    if (startTicksOf(pid, files) !== before) missing.process = 'ESRCH'
  }
  const startTicks = typeof before === 'number' ? { startTicks: before } : {}
  return { version: 1, pid, ...startTicks, takenAt, tookMs: tick() - startTick, ...found, missing }
}

/** Or why it cannot be read. */
function startTicksOf(pid: number, files: ProcFiles): number | string {
  try {
    return parseStat(files.read(`/proc/${pid}/stat`)).startTicks
  } catch (thrown) {
    return codeOf(thrown) === 'ENOENT' ? whyThereIsNone(files) : codeOf(thrown)
  }
}

function whyThereIsNone(files: ProcFiles): string {
  try {
    files.read('/proc/self/stat')
    return 'ESRCH'
  } catch {
    return 'unsupported'
  }
}

const here = (): Here => ({ pageBytes: readPageBytes(), kernel: release(), architecture: process.arch })
