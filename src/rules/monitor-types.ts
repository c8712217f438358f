// What a monitor of one's own is given and gives back: these are the types of `memmon/monitor`, shipped as they stand
// here. Imports nothing.

/** What is read of each process only if a monitor needs it; docs/monitors.md says what it costs. */
export type Need = 'cpu_time' | 'pss' | 'uss' | 'swap' | 'threads' | 'fds'

/** One running process, as the check has just measured it. */
export interface Sample {
  /** supervisord's name for it, `group:name`: a verdict names it so. */
  readonly process: string
  readonly group: string
  readonly name: string
  readonly pid: number
  /** Epoch milliseconds. With the pid it tells one run of a program from the next. */
  readonly startedAt: number
  readonly uptimeSeconds: number
  readonly rssBytes: number
  /** Its RSS and that of its descendants; there if a rule or a budget counts those. */
  readonly treeRssBytes?: number
  // What was needed. Missing where it could not be read, as of another user's process.
  /** User and system time of all of its threads since its start. */
  readonly cpuSeconds?: number
  readonly pssBytes?: number
  readonly ussBytes?: number
  readonly swapBytes?: number
  readonly threads?: number
  readonly fds?: number
}

export interface Context {
  /** When the samples were taken, in epoch milliseconds. */
  readonly at: number
  readonly host: string
  /** How long an answer may take before the monitor is ended. */
  readonly timeoutMs: number
}

/** What memmon measures again right before a stop: at or under the limit, the process is left alone. */
export type Metric = 'rss' | 'pss' | 'uss' | 'rss+swap' | 'pss+swap' | 'threads' | 'fds'

/** What a verdict may say of the figure behind it: all three, or none. */
export interface Measured {
  readonly metric: Metric
  readonly value: number
  /** Bytes, or a count for threads and fds. */
  readonly limit: number
}

export type Verdict = {
  /** `group:name` of one of the samples. */
  readonly process: string
  readonly action: 'restart' | 'drain' | 'alert'
  /** For a person; log, mail and webhook quote it. */
  readonly reason: string
} & (Measured | { readonly [Key in keyof Measured]?: undefined })

/** What the module exports, by these names or as its default. */
export interface Monitor {
  /** Letters, digits, `.`, `_` and `-`; 40 at most. */
  readonly name: string
  readonly needs?: readonly Need[]
  /** Called after a check, never twice at a time. A process without a verdict is left alone. */
  evaluate(samples: readonly Sample[], context: Context): readonly Verdict[] | Promise<readonly Verdict[]>
}
