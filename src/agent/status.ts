// What `memmon agents` shows of a process.
import { getHeapStatistics } from 'node:v8'
import { dropPromise } from './guarded.ts'
import type { Pulse } from './pulse.ts'
import type { Fields } from './shared.ts'

const MOST_FIELDS = 20
const LONGEST_TEXT = 200

/** Null stands for what is not known. */
export function statusOf(pulse: Pulse | undefined, fields: Fields | (() => Fields)): object {
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage()
  return {
    heap_used_bytes: heapUsed,
    heap_total_bytes: heapTotal,
    heap_limit_bytes: getHeapStatistics().heap_size_limit,
    external_bytes: external,
    array_buffers_bytes: arrayBuffers,
    rss_bytes: rss,
    event_loop_delay_ms: pulse?.eventLoopDelayMs ?? null,
    gc_share: pulse?.gcShare ?? null,
    uptime_ms: Math.round(process.uptime() * 1000),
    fields: fieldsOf(fields),
  }
}

/** Numbers and texts, so many, so long; what the program's function throws or only promises is left out with the rest. */
export function fieldsOf(fields: Fields | (() => Fields)): Fields {
  try {
    const said = typeof fields === 'function' ? fields() : fields
    if (dropPromise(said)) return {}
    const given = Object.entries(said)
    return Object.fromEntries(
      given
        .flatMap(([key, value]) => {
          const own = plain(value)
          return own === undefined ? [] : [[key.slice(0, LONGEST_TEXT), own] as const]
        })
        .slice(0, MOST_FIELDS),
    )
  } catch {
    return {}
  }
}

function plain(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined
}
