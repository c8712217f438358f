// The stages of a sample: how fast the program allocates, what it allocates, and, for most of the time, what it keeps.
import type { Control } from './answer.ts'
import type { BufferWatch } from './buffer-watch.ts'
import { classesSince, countClasses } from './classes.ts'
import type { GcTally } from './gc-tally.ts'
import { type HeapProfile, lastOrdinal, samplesOf } from './heap-profile.ts'
import type { Profiler } from './profiler.ts'
import type { ClassCount } from './report.ts'
import type { Sample } from './tally.ts'

const RATE_MS = 250
/** Costs nothing at any rate. */
const RATE_INTERVAL_BYTES = 128 * 1024
/** A sample takes 2.5 us: so many a second are 1 % of a core. */
const SAMPLES_A_SECOND = 3_000
const FINEST_BYTES = 512
const COARSEST_BYTES = 512 * 1024
/** What is allocated, freed or not, is looked at for a tenth of the time. */
const ALLOCATED_SHARE = 0.1
const ALLOCATED_MOST_MS = 3_000
/** A FinalizationRegistry hears of a collection soon after it. */
const FINALIZERS_MS = 50
const PROGRESS_EVERY_MS = 1_000

export interface Wanted {
  readonly durationMs: number
  readonly withClasses: boolean
}

export interface StagePorts {
  readonly profiler: Profiler
  readonly buffers: BufferWatch
  readonly control: Control
  /** With a closing slash. */
  readonly agentFolder: string
  readonly isPrecise: boolean
}

export interface Measured {
  readonly startedAt: number
  readonly durationMs: number
  readonly intervalBytes: number
  readonly isPrecise: boolean
  readonly allocated: Allocated
  readonly retained: Retained
  readonly classes: readonly ClassCount[] | null
  readonly gc: GcTally
}

interface Allocated {
  readonly samples: readonly Sample[]
  readonly bufferBytes: number
  readonly tookMs: number
}

interface Retained {
  readonly samples: readonly Sample[]
  readonly bufferBytes: number
  readonly heapBytes: number
  readonly before: NodeJS.MemoryUsage
  readonly after: NodeJS.MemoryUsage
  readonly tookMs: number
  readonly profile: HeapProfile
}

const tick = (): number => performance.now()

/** Undefined if it was cancelled. */
export async function measure(
  ports: StagePorts,
  { durationMs, withClasses }: Wanted,
): Promise<Omit<Measured, 'gc'> | undefined> {
  const { profiler, control, isPrecise } = ports
  const [startedAt, startTick] = [Date.now(), tick()]
  const intervalBytes = await measureInterval(profiler, control)
  const allocatedMs = Math.min(ALLOCATED_MOST_MS, durationMs * ALLOCATED_SHARE)
  const allocated = await measureAllocated(ports, intervalBytes, allocatedMs)
  if (control.stop() === 'cancel') return undefined
  const counts = withClasses ? countClasses(profiler) : undefined
  const retained = await measureRetained(ports, intervalBytes, durationMs - RATE_MS - allocatedMs)
  if (control.stop() === 'cancel') return undefined
  const classes = counts ? classesSince(counts, countClasses(profiler)) : null
  return { startedAt, durationMs: tick() - startTick, intervalBytes, isPrecise, allocated, retained, classes }
}

/** Between two samples, so that there are enough of them and not too many. */
async function measureInterval(profiler: Profiler, control: Control): Promise<number> {
  control.progress('measuring how fast the program allocates')
  profiler.start(RATE_INTERVAL_BYTES, true)
  const startTick = tick()
  await control.sleep(RATE_MS)
  const bytes = sizeOf(profiler.read())
  profiler.stop()
  const bytesASecond = (bytes / Math.max(1, tick() - startTick)) * 1000
  return Math.round(Math.min(COARSEST_BYTES, Math.max(FINEST_BYTES, bytesASecond / SAMPLES_A_SECOND)))
}

async function measureAllocated(ports: StagePorts, intervalBytes: number, ms: number): Promise<Allocated> {
  const { profiler, buffers, control, agentFolder } = ports
  buffers.restart({ keepsAll: true })
  profiler.start(intervalBytes, true)
  const startTick = tick()
  await control.sleep(ms)
  const samples = [...samplesOf(profiler.read(), 1, agentFolder), ...buffers.made()]
  profiler.stop()
  return { samples, bufferBytes: buffers.allocatedBytes(), tookMs: tick() - startTick }
}

/** All of its time, however long the collection before it takes: a busy machine has little for the program. */
async function measureRetained(ports: StagePorts, intervalBytes: number, ms: number): Promise<Retained> {
  const { profiler, buffers, control, agentFolder } = ports
  await collected(ports)
  buffers.restart({ keepsAll: false })
  profiler.start(intervalBytes, false)
  const before = process.memoryUsage()
  const startTick = tick()
  await untilEnd(control, startTick + ms)
  const [ordinals, endTick] = [lastOrdinal(profiler.read()), tick()]
  await collected(ports)
  const after = process.memoryUsage()
  const profile = profiler.read()
  profiler.stop()
  const samples = [...samplesOf(profile, ordinals, agentFolder), ...buffers.kept(startTick, endTick)]
  const heapBytes = ordinals * intervalBytes
  return {
    samples,
    bufferBytes: buffers.allocatedBytes(),
    heapBytes,
    before,
    after,
    tookMs: endTick - startTick,
    profile,
  }
}

async function untilEnd(control: Control, endTick: number): Promise<void> {
  for (let leftMs = endTick - tick(); leftMs > 0; leftMs = endTick - tick()) {
    if (control.stop() !== undefined) return
    control.progress('sampling', leftMs)
    await control.sleep(Math.min(PROGRESS_EVERY_MS, leftMs))
  }
}

async function collected({ profiler }: StagePorts): Promise<void> {
  await profiler.collectGarbage()
  await new Promise(resolve => setTimeout(resolve, FINALIZERS_MS).unref())
}

const sizeOf = ({ samples }: HeapProfile): number => samples.reduce((sum, { size }) => sum + size, 0)
