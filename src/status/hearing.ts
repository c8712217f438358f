// Whether a listener still hears of supervisord: its last tick against the period in which ticks come. Pure.

/** What tells it; all that is missing is not known. */
export interface HeardOf {
  /** undefined if none has come. */
  readonly tickAtMs: number | undefined
  /** Of the ticks that have come, the shortest. */
  readonly periodSeconds: number | undefined
  readonly startedAtMs: number
}

export type Hearing =
  | { readonly kind: 'hears'; readonly tickAtMs: number; readonly periodSeconds: number }
  /** It was started a moment ago: the first tick is yet to come. */
  | { readonly kind: 'starting' }
  /** For longer than a tick may take: since its last one, or since its start. */
  | { readonly kind: 'silent'; readonly sinceMs: number; readonly tickAtMs: number | undefined }
  /** Nothing says when it last had a tick: it does not run, or its state cannot be read. */
  | { readonly kind: 'unknown' }

/** `silenceMs`: how long a listener with this period may go without a tick; undefined for one that had none yet. */
export function hearingOf(
  { tickAtMs, periodSeconds, startedAtMs }: HeardOf,
  nowMs: number,
  silenceMs: (periodMs: number | undefined) => number,
): Hearing {
  if (tickAtMs === undefined || periodSeconds === undefined) {
    if (nowMs - startedAtMs <= silenceMs(undefined)) return { kind: 'starting' }
    return { kind: 'silent', sinceMs: startedAtMs, tickAtMs: undefined }
  }
  // A tick in the future: the date was set back since.
  return nowMs - tickAtMs <= silenceMs(periodSeconds * 1000)
    ? { kind: 'hears', tickAtMs: Math.min(tickAtMs, nowMs), periodSeconds }
    : { kind: 'silent', sinceMs: tickAtMs, tickAtMs }
}
