// A process whose restart is due and waits for its turn; whatever speaks for it spares it. Pure.

import { requestText } from '../messages/outcome-text.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
import type { RestartPlan } from '../rules/rule.ts'
import { beginDrain } from './begin-drain.ts'
import { drainedSeen } from './drained.ts'
import { go, leave, removed, skipped, strayText } from './endings.ts'
import { headOf, type Job, type JobIn } from './job.ts'
import type { JobEvent, Moment, Stepped } from './job-events.ts'
import { spare } from './spare.ts'

/** A job for a process that is to be restarted. */
export const waitingJob = (request: RestartRequest, plan: RestartPlan): JobIn<'waiting'> => ({
  request,
  plan,
  owesPost: false,
  state: 'waiting',
  due: 'limit',
  isPostponed: false,
})

export function stepWaiting(job: JobIn<'waiting'>, event: JobEvent, moment: Moment): Stepped {
  const { terms } = moment
  switch (event.kind) {
    case 'turn': {
      const { due, postponing } = job
      const plan = terms.kind === 'stands' ? terms.plan : job.plan
      // An earlier turn's: its hook runs anew.
      const { hookFault: _, ...head } = headOf(job)
      const next: Job = {
        ...head,
        plan,
        state: 'preparing',
        phase: 'looking',
        due,
        ...(postponing && { postponing }),
        beganTick: moment.tick,
      }
      return go(
        next,
        { do: 'log', event: 'restarting', level: 'INFO', text: requestText(job.request) },
        { do: 'look again' },
      )
    }
    case 'breached':
      return go(adopted(job, event))
    case 'soft':
      return job.drained ? go(job) : beginDrain(event.request, event.drain, moment, job)
    case 'not asked': {
      const { drained: _, ...rest } = job
      return go(rest)
    }
    case 'checked':
      return go({ ...job, isPostponed: false })
    case 'table':
      return waitingSeen(job, event.info, moment)
    case 'settings':
      return terms.kind === 'spared' ? spare(job, moment, terms.why) : go(job)
    case 'dropped':
      return { job: undefined, effects: [] }
    case 'ending':
      return job.drained || job.request.breach.together !== undefined || job.request.breach.isByHand
        ? go(job)
        : leave(job, skipped(job, moment, 'ending', 'memmon is shutting down and had not started on it'))
    default:
      return go(job)
  }
}

/** A newer run of the program and newer figures count more than what it waits for, its group's restart most. */
function adopted(job: JobIn<'waiting'>, { request, plan }: JobEvent & { kind: 'breached' }): Job {
  const { breach, process } = job.request
  if (!sameRun(request.process, process)) return waitingJob(request, plan)
  if (breach.together !== undefined || breach.isByHand) return job
  const isMore = request.breach.together !== undefined || request.breach.isHard || request.breach.isByHand
  const isNewer = !breach.isHard && job.due === 'limit'
  return isMore || isNewer ? { ...job, request, plan } : job
}

function waitingSeen(job: JobIn<'waiting'>, info: ProcessInfo | undefined, moment: Moment): Stepped {
  if (info?.state === ProcessState.RUNNING && sameRun(info, job.request.process)) return go(job)
  if (job.drained) return drainedSeen(job, info, moment)
  if (!info) return removed(job, moment)
  return leave(job, skipped(job, moment, ...strayText(job.request.process, info)))
}
