// What a process over its soft limit is told, and what is said when it cannot be told. Pure.
import { FaultCode } from '../base/errors.ts'
import { timestamp } from '../base/text.ts'
import { type Drain, drainMeans } from '../rules/action.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { failed, go, noticed } from './endings.ts'
import type { Drained, Job, JobIn } from './job.ts'
import type { Effect, JobEvent, Moment, Stepped } from './job-events.ts'

/** A job for a process over its soft limit, which was asked to finish; `before`: the job that it may have already. */
export function beginDrain(
  request: RestartRequest,
  drain: Drain,
  moment: Moment,
  before?: JobIn<'waiting'>,
): Stepped {
  const isTold = drainMeans(drain) !== undefined
  const drained: Drained = {
    request,
    sinceTick: moment.tick,
    isTold,
    ...(drain.agent && { awaitsAgent: true }),
  }
  const job: Job = before
    ? { ...before, drained }
    : {
        request,
        plan: { group: false },
        owesPost: false,
        drained,
        state: 'draining',
        phase: 'grace',
        isAsking: false,
      }
  const told = noticed(job, moment, 'draining', planText(drain, moment.atMs))
  return go(job, told, ...(drain.agent ? [askAgent(drain)] : ownMeans(drain)))
}

/** Its signal and its command. */
export const ownMeans = ({ signal, command }: Drain): Effect[] => [
  ...(signal === undefined ? [] : [{ do: 'signal', signal } as const]),
  ...(command === undefined ? [] : [{ do: 'run', hook: 'drain', command } as const]),
]

/** The rest of its grace is for its signal, if its agent fails. */
export const askAgent = ({ graceSeconds }: Drain): Effect => ({
  do: 'ask agent',
  withinMs: Math.min(AGENT_WITHIN_MS, (graceSeconds * 1000) / 4),
})

/** After a restart of memmon an agent reconnects within 30 s. */
const AGENT_WITHIN_MS = 35_000

/** What could not be told to a process that is drained. */
export function drainFailure(job: Job, event: JobEvent, moment: Moment): Effect[] {
  if (event.kind === 'answered' && event.call === 'signal' && event.fault) {
    if (event.fault.code === FaultCode.BAD_NAME || event.fault.code === FaultCode.NOT_RUNNING) return []
    return [{ do: 'tell', outcome: failed(job, moment, 'drain', event.fault.message) }]
  }
  if (event.kind === 'hook ended' && event.hook === 'drain' && !event.result.ok)
    return [{ do: 'tell', outcome: failed(job, moment, 'drain', `drain_command: ${event.result.why}`) }]
  return []
}

function planText(drain: Drain, atMs: number): string {
  const { check, graceSeconds } = drain
  const means = drainMeans(drain)
  const told = means === undefined ? 'It has time to recover' : `Asked to finish by ${means}`
  const done = check === undefined ? '' : ' as soon as drain_check succeeds,'
  return `${told}; restarts${done || ''} at ${timestamp(new Date(atMs + graceSeconds * 1000))}${done ? ' at the latest' : ''}`
}
