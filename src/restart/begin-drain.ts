// What a process over its soft limit is told, and what is said when it cannot be told. Pure.
import { FaultCode } from '../base/errors.ts'
import { timestamp } from '../base/text.ts'
import type { Drain } from '../rules/action.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { failed, go, noticed } from './endings.ts'
import type { Job, JobIn } from './job.ts'
import type { Effect, JobEvent, Moment, Stepped } from './job-events.ts'

/** A job for a process over its soft limit, which was asked to finish; `before`: the job that it may have already. */
export function beginDrain(
  request: RestartRequest,
  drain: Drain,
  moment: Moment,
  before?: JobIn<'waiting'>,
): Stepped {
  const isTold = drain.signal !== undefined || drain.command !== undefined
  const drained = { request, sinceTick: moment.tick, isTold }
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
  const tell: Effect[] = [noticed(job, moment, 'draining', planText(drain, moment.atMs))]
  if (drain.signal !== undefined) tell.push({ do: 'signal', signal: drain.signal })
  if (drain.command !== undefined) tell.push({ do: 'run', hook: 'drain', command: drain.command })
  return go(job, ...tell)
}

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

function planText({ signal, command, check, graceSeconds }: Drain, atMs: number): string {
  const how = [
    ...(signal === undefined ? [] : [`SIG${signal}`]),
    ...(command === undefined ? [] : ['drain_command']),
  ]
  const told = how.length > 0 ? `Asked to finish by ${how.join(' and ')}` : 'It has time to recover'
  const done = check === undefined ? '' : ' as soon as drain_check succeeds,'
  return `${told}; restarts${done || ''} at ${timestamp(new Date(atMs + graceSeconds * 1000))}${done ? ' at the latest' : ''}`
}
