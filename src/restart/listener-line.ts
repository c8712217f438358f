// The one line of the listener's file: what of it changes rarely. Pure. No memmon reads it back.
import { fits, isMissingOr, isNumber, isObject } from '../base/data.ts'

const LISTENER_VERSION = 1

export interface ListenerNote {
  readonly run: string
  /** Epoch milliseconds, as is all that is named so. */
  readonly startedAtMs: number
  /** Of the ticks that have come, the shortest; undefined: none has come. */
  readonly periodSeconds: number | undefined
  /** Since when no check has come to a good end. */
  readonly failing: { readonly sinceMs: number; readonly why: string } | undefined
}

export const listenerLine = ({ run, startedAtMs, periodSeconds, failing }: ListenerNote): string =>
  `${JSON.stringify({ memmon: LISTENER_VERSION, run, startedAtMs, periodSeconds, failing })}\n`

/** undefined for what no memmon of this version has written. */
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
