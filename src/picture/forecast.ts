// A leak in words: how fast, how sure, and when the limit will be reached. Pure.
import { formatSize } from '../base/units.ts'
import type { Life, ProcessHistory } from '../history/process-history.ts'
import { sureText } from '../rules/growth.ts'
import type { Leak } from '../trend/verdict.ts'
import { roughDuration, roughSize, roughTime } from './rough.ts'

const LONG_SECONDS = 90 * 86_400

/** 'grew by 12MB an hour for 6h without levelling off: a leak (sure); at this rate ...'. */
export function leakText(leak: Leak, life: Life, history: ProcessHistory, nowMs: number): string {
  const { slopeBytesPerHour, forSeconds, sureness } = leak
  const grew = `grew by ${roughSize(slopeBytesPerHour)} an hour for ${roughDuration(forSeconds)}`
  const text = `${grew} without levelling off: a leak (${sureText(sureness)})`
  const next = forecastText(leak, life, history, nowMs)
  return next === undefined ? text : `${text}; ${next}`
}

function forecastText(
  { secondsToLimit }: Leak,
  { end, endBytes }: Life,
  { limitBytes, atMs }: ProcessHistory,
  nowMs: number,
): string | undefined {
  if (limitBytes === undefined) return undefined
  const limit = `its limit of ${formatSize(limitBytes)}`
  if (endBytes >= limitBytes) return `it has reached ${limit}`
  if (secondsToLimit === undefined || end) return undefined
  const reachedMs = atMs + secondsToLimit * 1000
  const seconds = (reachedMs - nowMs) / 1000
  if (seconds < 60) return `at this rate it reaches ${limit} any minute`
  if (!(seconds <= LONG_SECONDS)) return `at this rate it reaches ${limit} in months`
  return `at this rate it reaches ${limit} in ${roughDuration(seconds)}, about ${roughTime(reachedMs, nowMs)}`
}
