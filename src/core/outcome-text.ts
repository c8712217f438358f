// The sentences about a restart, made from its outcome alone, shared by log and mail.
import type { Failed, RestartOutcome, RestartRequest } from './outcome.ts'
import { uptimeSecondsOf } from './process.ts'
import type { Breach } from './rules.ts'
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

/** The line for a restart that has ended. */
export function outcomeText(outcome: RestartOutcome): string {
  const { namespec, pid } = outcome.request.process
  switch (outcome.kind) {
    case 'restarted':
      return outcome.startedBy === 'other'
        ? `Restarted ${namespec}: pid ${pid} was stopped, someone else started it again as pid ${outcome.newPid}`
        : `Restarted ${namespec}: pid ${pid} is now pid ${outcome.newPid}, after ${secondsText(outcome.durationMs)}`
    case 'skipped':
      return `Left ${namespec} alone: ${outcome.detail}`
    case 'failed':
      return `Failed to ${outcome.phase} ${namespec}: ${outcome.fault}. ${failureAdvice(outcome)}`
  }
}

/** What memmon does about a failure and what the operator can do. */
export function failureAdvice({ phase, request }: Failed): string {
  const { namespec } = request.process
  return phase === 'start'
    ? `It is down: see supervisorctl status and tail for ${namespec}`
    : 'It was not touched and is checked again at the next tick'
}

/** '1.2 s'. */
export const secondsText = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`
