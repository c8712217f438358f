// A sample of a program's memory, as its file and the socket have it: the names are the protocol's (docs/agent.md).

/** One package, file or line, and what it holds. Those lists are sorted: what most probably leaks comes first. */
export interface Held {
  readonly data: string
  /** In bytes, and how much of that is outside of the heap: Buffers. */
  readonly memory: number
  readonly external: number
  /** Samples, not objects. */
  readonly count: number
  /** Of those: from the first half of the time. What only passes through has none. */
  readonly survivors: number
  /** Of a location. */
  readonly function?: string
}

export interface Lists {
  readonly by_package: readonly Held[]
  readonly by_file: readonly Held[]
  readonly by_location: readonly Held[]
}

export interface ClassCount {
  readonly data: string
  readonly count: number
  /** Since the beginning of the sample. */
  readonly growth: number
}

/** Strings that differ only in their digits. */
export interface StringCount extends ClassCount {
  /** Of all of them together, in bytes. */
  readonly memory: number
}

export interface SampleReport extends Lists {
  readonly version: 1
  readonly language: string
  readonly runtime: string
  readonly pid: number
  /** supervisord's name for it, group:name; null outside supervisord. */
  readonly program: string | null
  readonly started_at: string
  readonly duration_ms: number
  readonly sampling_interval_bytes: number
  /** False if a line may be that of a caller: functions were inlined. */
  readonly precise: boolean
  readonly total_allocated: number
  readonly total_retained: number
  /** From the beginning to the end of the sample, in bytes, each after a collection. */
  readonly growth: Readonly<Record<'rss' | 'heap_used' | 'external' | 'array_buffers', number>>
  /** What was allocated, freed or not, in a part of the time, scaled to the whole. */
  readonly allocated: Lists
  readonly by_class: readonly ClassCount[] | null
  readonly strings: readonly StringCount[] | null
  readonly external: { readonly allocated: number; readonly retained: number; readonly count: number }
  readonly gc: { readonly count: number; readonly total_ms: number; readonly longest_ms: number }
  readonly timing: Readonly<Record<string, number>>
  /** What this sample cannot say, a sentence each. */
  readonly limits: readonly string[]
  readonly files: { report?: string; heapprofile?: string }
}
