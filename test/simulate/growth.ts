// What the detector says of growth in the simulated world: a process leaks from the event that says so until half of what
// has grown is given back. When a restart is due for it is said here a second time, in few words, for the oracle.
import type { GrowthPorts, GrowthRecord } from '../../src/check/growth-check.ts'
import type { Leak, Verdict } from '../../src/trend/verdict.ts'
import { STEADY } from '../../src/trend/verdict.ts'
import type { GrowthTerms } from './conf.ts'
import type { Memmon } from './memmon.ts'
import type { Run } from './program.ts'
import type { World } from './world.ts'

const MB = 1024 * 1024
/** Of the limit: docs/growth.md. */
const USED_SHARE = 0.85

/** What a leak was said to be when it was seen first. */
export interface SimulatedLeak {
  readonly fromMb: number
  readonly toMb: number
  /** When the limit is reached, by the forecast, in simulated milliseconds. */
  readonly limitAt: number | undefined
}

/** Half of what has grown: below it the leak is over. */
export const overBelowMb = ({ fromMb, toMb }: SimulatedLeak): number => (fromMb + toMb) / 2

/** True if that restarts a process with so many megabytes now. */
export function isDue(
  run: Run,
  mb: number,
  now: number,
  { leadMs, limitMb, increases }: GrowthTerms,
): boolean {
  // What only counts has no forecast; whether it counts right is not said a second time.
  if (increases) return mb >= USED_SHARE * limitMb
  const { leak } = run
  if (!leak || mb <= overBelowMb(leak)) return false
  return (leak.limitAt !== undefined && leak.limitAt - now < leadMs) || mb >= USED_SHARE * limitMb
}

/** The history of a memmon that has none of an earlier one. */
export function createRecord(world: World, memmon: Memmon): GrowthPorts['record'] {
  const records = new Map<string, GrowthRecord & { series: { verdict: Verdict } }>()
  return (process, sizeBytes) => {
    const { namespec, pid } = process
    const run = memmon.measured.get(pid)?.run
    const record = records.get(namespec) ?? { series: STEADY_SERIES, told: undefined, increase: undefined }
    records.set(namespec, record)
    record.series = { verdict: (run && leakOf(run, sizeBytes / MB, world.scheduler.now)) ?? STEADY }
    if (run && memmon.isAlive) world.oracle.onSized(memmon, process, run, sizeBytes / MB)
    return record
  }
}

const STEADY_SERIES = { verdict: STEADY }

function leakOf({ leak }: Run, mb: number, now: number): Leak | undefined {
  if (!leak || mb <= overBelowMb(leak)) return undefined
  return {
    kind: 'leak',
    forSeconds: 3_600,
    fromBytes: leak.fromMb * MB,
    toBytes: leak.toMb * MB,
    slopeBytesPerHour: (leak.toMb - leak.fromMb) * MB,
    secondsToLimit: leak.limitAt === undefined ? undefined : Math.max(0, leak.limitAt - now) / 1000,
    sureness: 0.9,
  }
}
