// What a message says of a process's history: which one it has, its sentence, and the object of the webhook's document.
// Pure.
import type { Life, ProcessHistory } from '../history/process-history.ts'
import { growthSentence } from '../picture/sentence.ts'
import { isMemory } from '../rules/metric.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import { STEADY } from '../trend/verdict.ts'
import { isAboutBudget } from './notice-words.ts'
import type { Told } from './told.ts'

/** True of what is about the memory of one process. */
export const hasHistory = (outcome: Told): boolean =>
  isMemory(outcome.request.breach.metric) && !(outcome.kind === 'noticed' && isAboutBudget(outcome))

/** The history as it was when that process ended: of a restart, what has come since is of the next one. */
export function historyUntil(outcome: RestartOutcome, history: ProcessHistory): ProcessHistory {
  const { process, breach } = outcome.request
  const at = history.lives.findLastIndex(({ pid }) => pid === process.pid)
  const life = history.lives[at]
  if (outcome.kind !== 'restarted' || !life) return history
  const ended: Life = { ...life, end: life.end ?? { by: 'memmon', rule: breach.rule } }
  const verdict = at === history.lives.length - 1 ? history.verdict : STEADY
  return { ...history, verdict, lives: [...history.lives.slice(0, at), ended] }
}

/** `growth` in the document. */
export function growthEvent(history: ProcessHistory, nowMs: number): Record<string, unknown> {
  const { verdict } = history
  const leak = verdict.kind === 'leak' ? verdict : undefined
  return {
    verdict: verdict.kind,
    slope_bytes_per_hour: wholeOrNull(leak?.slopeBytesPerHour),
    for_seconds: wholeOrNull(leak?.forSeconds),
    seconds_to_limit: wholeOrNull(leak?.secondsToLimit),
    sureness: leak ? Math.round(leak.sureness * 1000) / 1000 : null,
    sentence: growthSentence(history, nowMs),
  }
}

const wholeOrNull = (amount: number | undefined): number | null =>
  amount === undefined || !Number.isFinite(amount) ? null : Math.round(amount)
