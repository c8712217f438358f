// The stages of a sample: how fast the program allocates, what it allocates, and, for most of the time, what it keeps.
import type { Control } from './answer.ts'
import type { BufferWatch } from './buffer-watch.ts'
import { beginCensus, type Census } from './census.ts'
import type { GcTally } from './gc-tally.ts'
import { type HeapProfile, lastOrdinal, samplesOf } from './heap-profile.ts'
import type { Profiler } from './profiler.ts'
import type { Sample } from './tally.ts'

const KB = 1024
const RATE_MS = 250
/** Costs nothing at any rate. */
const RATE_INTERVAL_BYTES = 128 * KB
/** A sample takes 2.5 us: so many a second are 1 % of a core. */
const SAMPLES_A_SECOND = 3_000
/** A program that is idle while the rate is measured may allocate 3 GB/s a moment later: at 512 it would be 17 times slower, so 3. */
const FINEST_BYTES = 4 * KB
const COARSEST_BYTES = 512 * KB
/** What is allocated, freed or not, is looked at for a tenth of the time. */
const ALLOCATED_SHARE = 0.1
const ALLOCATED_MOST_MS = 3_000
/** A FinalizationRegistry hears of a collection soon after it. */
const FINALIZERS_MS = 50
const PROGRESS_EVERY_MS = 1_000

export interface Wanted {
  readonly durationMs: number
  readonly withCensus: boolean
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
  readonly gc: GcTally
}

interface Allocated {
  readonly samples: readonly Sample[]
  readonly bufferBytes: number
  /** By how much the samples of the heap stand for more than the interval each, once it is that of `retained`: objects are larger. */
  readonly excessBytes: number
  readonly tookMs: number
}

interface Retained {
  readonly samples: readonly Sample[]
  readonly bufferBytes: number
  /** How many samples of the heap were taken, including those of freed objects. */
  readonly ordinals: number
  readonly before: NodeJS.MemoryUsage
  readonly after: NodeJS.MemoryUsage
  readonly tookMs: number
  readonly endTick: number
  readonly profile: HeapProfile
  readonly census: Census
}

const tick = (): number => performance.now()

/** Undefined if it was cancelled. */
export async function measure(
  ports: StagePorts,
  { durationMs, withCensus }: Wanted,
): Promise<Omit<Measured, 'gc'> | undefined> {
  const { profiler, control, isPrecise } = ports
  const [startedAt, startTick] = [Date.now(), tick()]
  const firstBytes = await measureInterval(profiler, control)
  const allocatedMs = Math.min(ALLOCATED_MOST_MS, durationMs * ALLOCATED_SHARE)
  const { intervalBytes, ...allocated } = await measureAllocated(ports, firstBytes, allocatedMs)
  if (control.stop() === 'cancel') return undefined
  const censusTick = tick()
  const endCensus = withCensus ? await beginCensus(profiler, control.progress) : async () => NO_CENSUS
  const stoodStillMs = tick() - censusTick
  const retainedMs = durationMs - RATE_MS - allocatedMs
  const retained = await measureRetained(ports, intervalBytes, retainedMs, endCensus)
  if (control.stop() === 'cancel') return undefined
  const ranMs = retained.endTick - startTick - stoodStillMs
  return { startedAt, durationMs: ranMs, intervalBytes, isPrecise, allocated, retained }
}

const NO_CENSUS: Census = { classes: null, strings: null }

/** Between two samples, so that there are enough of them and not too many. */
async function measureInterval(profiler: Profiler, control: Control): Promise<number> {
  control.progress('measuring how fast the program allocates')
  profiler.start(RATE_INTERVAL_BYTES, true)
  const startTick = tick()
  await control.sleep(RATE_MS)
  return intervalFor(sizeOf(profiler.stop()), tick() - startTick)
}

function intervalFor(bytes: number, tookMs: number): number {
  const bytesASecond = (bytes / Math.max(1, tookMs)) * 1000
  return Math.round(Math.min(COARSEST_BYTES, Math.max(FINEST_BYTES, bytesASecond / SAMPLES_A_SECOND)))
}

/** With the interval to go on with: a program that was idle may have begun to work. */
async function measureAllocated(
  ports: StagePorts,
  firstBytes: number,
  ms: number,
): Promise<Allocated & { readonly intervalBytes: number }> {
  const { profiler, buffers, control, agentFolder } = ports
  buffers.restart({ keepsAll: true })
  profiler.start(firstBytes, true)
  const startTick = tick()
  await control.sleep(ms)
  const tookMs = tick() - startTick
  const profile = profiler.stop()
  const samples = [...samplesOf(profile, 1, agentFolder), ...buffers.made()]
  const intervalBytes = Math.max(firstBytes, intervalFor(sizeOf(profile), tookMs))
  const excessBytes = profile.samples.reduce((sum, { size }) => sum + Math.max(0, size - intervalBytes), 0)
  return { samples, bufferBytes: buffers.allocatedBytes(), excessBytes, tookMs, intervalBytes }
}

/** Uses the full time, however long the collection before it takes: a busy machine slows the program. */
async function measureRetained(
  ports: StagePorts,
  intervalBytes: number,
  ms: number,
  endCensus: () => Promise<Census>,
): Promise<Retained> {
  const { profiler, buffers, control, agentFolder } = ports
  await profiler.collectGarbage()
  const before = process.memoryUsage()
  buffers.restart({ keepsAll: false })
  profiler.start(intervalBytes, false)
  const startTick = tick()
  await untilEnd(control, startTick + ms)
  const [endTick, bufferBytes] = [tick(), buffers.allocatedBytes()]
  // Before the profile's own objects exist.
  const census = await endCensus()
  await profiler.collectGarbage()
  const after = process.memoryUsage()
  await new Promise(resolve => setTimeout(resolve, FINALIZERS_MS).unref())
  const { profile, ordinals } = stopWithOrdinals(profiler, intervalBytes)
  const samples = [...samplesOf(profile, ordinals, agentFolder), ...buffers.kept(startTick, endTick)]
  const tookMs = endTick - startTick
  return { samples, bufferBytes, ordinals, before, after, tookMs, endTick, profile, census }
}

/** Samples of freed objects lose their numbers, so this allocates enough to be sampled last, and holds it until V8 has collected. */
function stopWithOrdinals(profiler: Profiler, intervalBytes: number) {
  const sampled = Array.from({ length: Math.ceil(intervalBytes / KB) }, () => new Array(KB))
  const profile = profiler.stop()
  sampled.length = 0 // held until here
  return { profile, ordinals: lastOrdinal(profile) }
}

async function untilEnd(control: Control, endTick: number): Promise<void> {
  for (let leftMs = endTick - tick(); leftMs > 0; leftMs = endTick - tick()) {
    if (control.stop() !== undefined) return
    control.progress('sampling', leftMs)
    await control.sleep(Math.min(PROGRESS_EVERY_MS, leftMs))
  }
}

const sizeOf = ({ samples }: HeapProfile): number => samples.reduce((sum, { size }) => sum + size, 0)
