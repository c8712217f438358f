// The lines of the log about a restart, made from its outcome alone, and the sentences that they share with mail.

import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import { breachText } from './breach-text.ts'
import { failureText } from './failures.ts'
import { noticeFacts, noticeWords } from './notice-words.ts'

/** The line for a restart that begins. */
export function requestText({ process, breach }: RestartRequest): string {
  const uptime = formatDuration(uptimeSecondsOf(process))
  return `Restarting ${process.namespec} (pid ${process.pid}, up ${uptime}): ${breachText(breach)}`
}

/** The line for what became of a restart. */
export function outcomeText(outcome: RestartOutcome): string {
  const { namespec, pid } = outcome.request.process
  switch (outcome.kind) {
    case 'restarted': {
      const what =
        outcome.startedBy === 'other'
          ? `pid ${pid} was stopped, and someone else started it as pid ${outcome.newPid}`
          : `pid ${pid} is now pid ${outcome.newPid}, after ${secondsText(outcome.durationMs)}`
      const past = pastText(outcome)
      return `Restarted ${namespec}: ${what}${past === undefined ? '' : `. ${past}`}`
    }
    case 'skipped':
      return `Left ${namespec} alone: ${outcome.detail}`
    case 'failed':
      return failureText(outcome)
    case 'noticed':
      return noticeWords(outcome).log(noticeFacts(outcome))
    case 'capped':
      return `${namespec} is no longer restarted: ${breachText(outcome.request.breach)}. ${capText(outcome)}`
  }
}

/** Why a process is not restarted, and until when. */
export const capText = ({ cap, until }: { readonly cap: string; readonly until: number }): string =>
  `--max-restarts ${cap} is reached; it is still measured, and may be restarted again from ${timestamp(new Date(until))}`

/** A sentence about earlier restarts, if there is something to say. */
export function pastText({ past, request }: RestartOutcome): string | undefined {
  if (!past || past.restartsLastHour < 2) return undefined
  const { restartsLastHour, smallestBytes } = past
  const smallest =
    smallestBytes === undefined
      ? ''
      : `; pid ${request.process.pid} used at least ${formatSize(smallestBytes)}`
  return `${restartsLastHour} restarts in the last hour${smallest}`
}

/** '1.2 s'. */
export const secondsText = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`
