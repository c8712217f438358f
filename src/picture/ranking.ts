// Which processes need a person first: leaks by their time to the limit, then what is over its limit, is restarted often,
// has a limit that is too low for where it levelled off; the rest last. Pure.
import type { Life, ProcessHistory } from '../history/process-history.ts'
import { fittingBytes } from './levelled.ts'

/** From the one that needs a person first. */
export const CONCERNS = ['leak', 'over', 'often', 'tight', 'none'] as const
export type Concern = (typeof CONCERNS)[number]

/** So many restarts within the last day are often. */
const OFTEN = 3
const DAY_MS = 86_400_000

/** What is to be seen of a process, the worst of it. */
export function concernOf(history: ProcessHistory, nowMs: number): Concern {
  if (history.verdict.kind === 'leak') return 'leak'
  if (shareOf(history) > 1) return 'over'
  if (restartsSince(history, nowMs - DAY_MS).length >= OFTEN) return 'often'
  return isTight(history) ? 'tight' : 'none'
}

/** It has levelled off, too near its limit. */
function isTight({ verdict, limitBytes, lives }: ProcessHistory): boolean {
  if (verdict.kind !== 'bloat' || limitBytes === undefined) return false
  return limitBytes < fittingBytes(verdict, lives.at(-1)?.points ?? [])
}

/** The lives that are over and that another one may have followed. */
export const restartsSince = ({ lives }: ProcessHistory, sinceMs: number): readonly Life[] =>
  lives.filter(({ end, untilMs }) => end !== undefined && untilMs >= sinceMs)

/** What runs; undefined if nothing does. */
export const runningLife = ({ lives }: ProcessHistory): Life | undefined => {
  const last = lives.at(-1)
  return last?.end ? undefined : last
}

/** Of its limit; 0 where it has none, or does not run. */
export const shareOf = (history: ProcessHistory): number =>
  history.limitBytes ? (runningLife(history)?.endBytes ?? 0) / history.limitBytes : 0

export interface Ranked {
  readonly history: ProcessHistory
  readonly concern: Concern
}

/** The worst first; equals by name. */
export function ranked(histories: readonly ProcessHistory[], nowMs: number): readonly Ranked[] {
  const all = histories.map(history => {
    const concern = concernOf(history, nowMs)
    return { history, concern, urgencies: urgencies(history, concern, nowMs) }
  })
  return all.sort(byUrgency).map(({ history, concern }) => ({ history, concern }))
}

function byUrgency(a: Ranked & Urgent, b: Ranked & Urgent): number {
  const at = a.urgencies.findIndex((value, index) => value !== b.urgencies[index])
  if (at >= 0) return (b.urgencies[at] ?? 0) - (a.urgencies[at] ?? 0)
  return a.history.namespec < b.history.namespec ? -1 : 1
}

interface Urgent {
  readonly urgencies: readonly number[]
}

/** The larger, the more urgent; the first that differs decides. */
function urgencies(history: ProcessHistory, concern: Concern, nowMs: number): readonly number[] {
  const { verdict } = history
  const group = -CONCERNS.indexOf(concern)
  const size = runningLife(history)?.endBytes ?? 0
  if (verdict.kind === 'leak')
    return [group, -(verdict.secondsToLimit ?? Number.MAX_VALUE), verdict.slopeBytesPerHour, size]
  const restarts = concern === 'often' ? restartsSince(history, nowMs - DAY_MS).length : 0
  return [group, restarts, shareOf(history), size]
}
