// Whether a listener still gets ticks from supervisord: its last tick against the period of ticks. Pure.

/** The facts for that; whatever is missing is unknown. */
export interface HeardOf {
  /** undefined without one. */
  readonly tickAtMs: number | undefined
  /** The shortest of the ticks that have come. */
  readonly periodSeconds: number | undefined
  readonly startedAtMs: number
}

export type Hearing =
  | { readonly kind: 'hears'; readonly tickAtMs: number; readonly periodSeconds: number }
  /** It has just started: its first tick is yet to come. */
  | { readonly kind: 'starting'; readonly sinceMs: number }
  /** For longer than a tick may take: since its last one, or since its start. */
  | { readonly kind: 'silent'; readonly sinceMs: number; readonly tickAtMs: number | undefined }
  /** Nothing says when its last tick was: it is not running, or its state cannot be read. */
  | { readonly kind: 'unknown' }

/** `silenceMs`: how long a listener with this period may go without a tick; undefined if none has come yet. */
export function hearingOf(
  { tickAtMs, periodSeconds, startedAtMs }: HeardOf,
  nowMs: number,
  silenceMs: (periodMs: number | undefined) => number,
): Hearing {
  if (tickAtMs === undefined || periodSeconds === undefined) {
    if (nowMs - startedAtMs <= silenceMs(undefined)) return { kind: 'starting', sinceMs: startedAtMs }
    return { kind: 'silent', sinceMs: startedAtMs, tickAtMs: undefined }
  }
  // A tick in the future: the date has been set back since.
  return nowMs - tickAtMs <= silenceMs(periodSeconds * 1000)
    ? { kind: 'hears', tickAtMs: Math.min(tickAtMs, nowMs), periodSeconds }
    : { kind: 'silent', sinceMs: tickAtMs, tickAtMs }
}
