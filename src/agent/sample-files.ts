// A sample as the report that goes to memmon, and the files that hold it: the report, and what V8 gave, for DevTools.
import { fileName, writeWhole } from './files.ts'
import type { SampleReport } from './report.ts'
import type { Measured } from './sample-stages.ts'
import { isEarly, listsOf, type Sample } from './tally.ts'

/** For its rank one object counts as so many samples at most. */
const MOST_SAMPLES_EACH = 4

/** A file that cannot be written does not lose the report: it says why. */
export function writeSample(measured: Measured, folder: unknown): SampleReport {
  const report = reportOf(measured)
  const at = new Date(measured.startedAt)
  const failures: string[] = []
  const written = (extension: string, content: object): string | undefined => {
    try {
      return writeWhole(folder, fileName('sample', extension, at), JSON.stringify(content))
    } catch (thrown) {
      failures.push(`the .${extension} file was not written: ${(thrown as Error).message}`)
      return undefined
    }
  }
  const { head, samples } = measured.retained.profile
  const heapprofile = written('heapprofile', { head, samples })
  const files = heapprofile === undefined ? {} : { heapprofile }
  const json = written('json', { ...report, files })
  return {
    ...report,
    limits: [...report.limits, ...failures],
    files: { ...files, ...(json === undefined ? {} : { report: json }) },
  }
}

function reportOf(measured: Measured): SampleReport {
  const { startedAt, durationMs, intervalBytes, isPrecise, allocated, retained, classes, gc } = measured
  const mostBytesEach = MOST_SAMPLES_EACH * intervalBytes
  const scale = durationMs / Math.max(1, allocated.tookMs)
  const { before, after } = retained
  const external = retained.samples.filter(({ isExternal }) => isExternal)
  return {
    version: 1,
    language: 'node',
    runtime: process.version,
    pid: process.pid,
    program: programName(),
    started_at: new Date(startedAt).toISOString(),
    duration_ms: Math.round(durationMs),
    sampling_interval_bytes: intervalBytes,
    precise: isPrecise,
    total_allocated: Math.round(
      ((retained.heapBytes + retained.bufferBytes) * durationMs) / Math.max(1, retained.tookMs),
    ),
    total_retained: bytesOf(retained.samples),
    growth: {
      rss: after.rss - before.rss,
      heap_used: after.heapUsed - before.heapUsed,
      external: after.external - before.external,
      array_buffers: after.arrayBuffers - before.arrayBuffers,
    },
    ...listsOf(retained.samples, mostBytesEach),
    allocated: listsOf(scaled(allocated.samples, scale), Infinity),
    by_class: classes,
    strings: null,
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

/** group:name, as supervisord calls this process or an ancestor of it. */
function programName(): string | null {
  const { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name } = process.env
  return group && name ? `${group}:${name}`.slice(0, 300) : null
}

const bytesOf = (samples: readonly Sample[]): number =>
  Math.round(samples.reduce((sum, { bytes }) => sum + bytes, 0))

const scaled = (samples: readonly Sample[], by: number): Sample[] =>
  samples.map(sample => ({ ...sample, bytes: sample.bytes * by }))

const round = (ms: number): number => Math.round(ms * 10) / 10

function limitsOf({ isPrecise, retained, classes }: Measured): string[] {
  const survivors = retained.samples.filter(isEarly).length
  return [
    'the line of an object is the one where its function begins; that of a Buffer is exact',
    'a cache that fills looks like a leak until it is full',
    ...(survivors < 5
      ? [`only ${survivors} samples have survived: nothing grows, or sample for longer`]
      : []),
    ...(isPrecise ? [] : ['functions were inlined: a line may be that of the caller']),
    ...(classes ? [] : ['objects were not counted by class']),
  ]
}
