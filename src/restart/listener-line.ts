// The one line of the listener's file: the parts that rarely change. Pure. No memmon reads it back.
import { fits, isMissingOr, isNumber, isObject } from '../base/data.ts'

const LISTENER_VERSION = 1

export interface ListenerNote {
  readonly run: string
  /** Epoch milliseconds, as in all such names. */
  readonly startedAtMs: number
  /** The shortest of the ticks that have come; undefined: none has. */
  readonly periodSeconds: number | undefined
  /** Since when checks have failed. */
  readonly failing: { readonly sinceMs: number; readonly why: string } | undefined
}

export const listenerLine = ({ run, startedAtMs, periodSeconds, failing }: ListenerNote): string =>
  `${JSON.stringify({ memmon: LISTENER_VERSION, run, startedAtMs, periodSeconds, failing })}\n`

/** undefined for a line that no memmon of this version wrote. */
export function parseListenerLine(text: string): ListenerNote | undefined {
  try {
    const { memmon, run, startedAtMs, periodSeconds, failing } = JSON.parse(text) as Record<string, unknown>
    const isWhole =
      memmon === LISTENER_VERSION &&
      typeof run === 'string' &&
      isNumber(0)(startedAtMs) &&
      isMissingOr(isNumber(1))(periodSeconds) &&
      isMissingOr(value => isObject(value) && fits(value, { sinceMs: isNumber(0), why: isText }))(failing)
    return isWhole ? ({ run, startedAtMs, periodSeconds, failing } as ListenerNote) : undefined
  } catch {
    return undefined
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
