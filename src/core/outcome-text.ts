// The sentences about a restart, made from its outcome alone, shared by log and mail.
import type { PastOfProcess } from './history.ts'
import type { Failed, RestartOutcome, RestartRequest } from './outcome.ts'
import { uptimeSecondsOf } from './process.ts'
import type { Breach } from './rules.ts'
import { timestamp } from './text.ts'
import { formatDuration, formatSize } from './units.ts'

/** 'RSS' or, with -c, whose RSS it is. */
export const metricText = (breach: Breach): string => (breach.cumulative ? 'RSS with descendants' : 'RSS')

/** '59.1MB RSS (62005248 bytes), over -p web=20MB by 39.1MB'. */
export function breachText(breach: Breach): string {
  const over = formatSize(breach.sizeBytes - breach.rule.limitBytes)
  return `${formatSize(breach.sizeBytes)} ${metricText(breach)} (${breach.sizeBytes} bytes), over ${breach.rule.written} by ${over}`
}

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
          ? `pid ${pid} was stopped, someone else started it again as pid ${outcome.newPid}`
          : `pid ${pid} is now pid ${outcome.newPid}, after ${secondsText(outcome.durationMs)}`
      return [`Restarted ${namespec}: ${what}`, ...pastTexts(outcome.past, outcome.request.breach)].join('. ')
    }
    case 'skipped':
      return `Left ${namespec} alone: ${outcome.detail}`
    case 'failed':
      return `Failed to ${outcome.phase} ${namespec}: ${outcome.fault}. ${failureAdvice(outcome)}`
    case 'capped':
      return `${namespec} is not restarted any more: ${breachText(outcome.request.breach)}. ${capText(outcome)}`
  }
}

/** What memmon does about a failure and what the operator can do. */
export function failureAdvice({ phase, request, heldUp = 0 }: Failed): string {
  const { namespec, group } = request.process
  if (phase !== 'start') return 'It was not touched; the next tick that finds it over its limit tries again'
  const others = heldUp > 0 ? `; ${heldUp} more of the group ${group} wait for it, 5 minutes at most` : ''
  return `It is down, memmon goes on trying${others}. See: supervisorctl tail ${namespec} stderr`
}

/** Why a process is not restarted, and until when. */
export const capText = ({ cap, until }: { readonly cap: string; readonly until: number }): string =>
  `--max-restarts ${cap} is reached; it is measured on, and may be restarted again from ${timestamp(new Date(until))}`

/** Sentences about earlier restarts, if there is something to say. */
export function pastTexts(past: PastOfProcess | undefined, breach: Breach): string[] {
  if (!past || past.restartsLastHour < 2) return []
  const smallest =
    past.smallestBytes === undefined
      ? ''
      : `, smallest size since its last start ${formatSize(past.smallestBytes)}`
  const texts = [`${past.restartsLastHour} restarts in the last hour${smallest}`]
  if (past.fittingLimitBytes !== undefined) {
    const fitting = formatSize(past.fittingLimitBytes)
    texts.push(
      `Three times running it was over ${breach.rule.written} within minutes: the limit is below its normal size, ${fitting} would fit`,
    )
  }
  return texts
}

/** '1.2 s'. */
export const secondsText = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`
