// A sample as the report that goes to memmon (docs/agent.md). Pure.
import type { SampleReport } from './report.ts'
import type { Measured } from './sample-stages.ts'
import { isEarly, listsOf, type Sample } from './tally.ts'

/** For its rank, one object counts as at most this many samples. */
const MOST_SAMPLES_EACH = 4

/** `program` is group:name, as supervisord calls this process or an ancestor of it. */
export function reportOf(measured: Measured, program: string | null): SampleReport {
  const { startedAt, durationMs, intervalBytes, isPrecise, allocated, retained, gc } = measured
  const mostBytesEach = MOST_SAMPLES_EACH * intervalBytes
  const scale = durationMs / Math.max(1, allocated.tookMs)
  const { before, after, census } = retained
  const external = retained.samples.filter(({ isExternal }) => isExternal)
  return {
    version: 1,
    language: 'node',
    runtime: process.version,
    pid: process.pid,
    program,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: Math.round(durationMs),
    sampling_interval_bytes: intervalBytes,
    precise: isPrecise,
    total_allocated: allocatedBytes(measured),
    total_retained: bytesOf(retained.samples),
    growth: {
      rss: after.rss - before.rss,
      heap_used: after.heapUsed - before.heapUsed,
      external: after.external - before.external,
      array_buffers: after.arrayBuffers - before.arrayBuffers,
    },
    ...listsOf(retained.samples, mostBytesEach),
    allocated: listsOf(scaled(allocated.samples, scale), Infinity),
    by_class: census.classes,
    strings: census.strings,
    external: {
      allocated: Math.round(allocated.bufferBytes * scale),
      retained: bytesOf(external),
      count: external.length,
    },
    gc: { count: gc.count, total_ms: round(gc.totalMs), longest_ms: round(gc.longestMs) },
    timing: {
      allocated_ms: round(allocated.tookMs),
      retained_ms: round(retained.tookMs),
    },
    limits: limitsOf(measured),
    files: {},
  }
}

/** In the whole time: as many intervals as there were samples, what large objects are beyond that, and Buffers. */
function allocatedBytes({ durationMs, intervalBytes, allocated, retained }: Measured): number {
  const excessBytes = (allocated.excessBytes * retained.tookMs) / Math.max(1, allocated.tookMs)
  const bytes = retained.ordinals * intervalBytes + excessBytes + retained.bufferBytes
  return Math.round(Math.max((bytes * durationMs) / Math.max(1, retained.tookMs), bytesOf(retained.samples)))
}

const bytesOf = (samples: readonly Sample[]): number =>
  Math.round(samples.reduce((sum, { bytes }) => sum + bytes, 0))

const scaled = (samples: readonly Sample[], by: number): Sample[] =>
  samples.map(sample => ({ ...sample, bytes: sample.bytes * by }))

const round = (ms: number): number => Math.round(ms * 10) / 10

function limitsOf({ isPrecise, retained }: Measured): string[] {
  const { classes, strings } = retained.census
  const survivors = retained.samples.filter(isEarly).length
  return [
    'the line of an object is the one where its function begins; that of a Buffer is exact',
    'a cache that fills looks like a leak until it is full',
    ...(survivors < 5
      ? [`only ${survivors} samples have survived: nothing grows, or sample for longer`]
      : []),
    ...(isPrecise ? [] : ['functions were inlined: a line may be that of the caller']),
    ...(classes ? [] : ['objects were not counted by class']),
    ...(classes && !strings ? ['strings were not counted: the heap is too large for that'] : []),
  ]
}
