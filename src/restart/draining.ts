// A process that is drained: whether it has finished, has used up its grace, or is back under its soft limit. Pure.

import { formatDuration } from '../base/units.ts'
import { isWithin } from '../messages/breach-text.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { ProcessState, sameRun } from '../rules/process.ts'
import { beginDrain } from './begin-drain.ts'
import { drainedSeen, undrained } from './drained.ts'
import { go, noticed } from './endings.ts'
import { type Due, headOf, type Job, type JobIn } from './job.ts'
import type { JobEvent, Measured, Moment, Sighting, Stepped } from './job-events.ts'
import { waitingJob } from './waiting.ts'

export function stepDraining(job: JobIn<'draining'>, event: JobEvent, moment: Moment): Stepped {
  switch (event.kind) {
    case 'breached':
      return go({ ...waitingJob(event.request, event.plan), drained: job.drained } as Job)
    case 'soft':
      return sameRun(event.request.process, job.request.process)
        ? go(drainedFor(job, event.request, moment))
        : beginDrain(event.request, event.drain, moment)
    case 'not asked':
      return { job: undefined, effects: [] }
    case 'relieved':
      return job.drained?.isTold || event.ruleId !== job.request.breach.ruleId
        ? go(job)
        : undrained(job, moment, easedText(job))
    case 'settings':
      return moment.terms.kind === 'spared' && !job.drained?.isTold
        ? undrained(job, moment, moment.terms.why)
        : go(job)
    case 'checked':
      return askDrained(job, moment)
    case 'hook ended':
      return event.hook === 'drain_check' ? onDrainCheck(job, event.result.ok, moment) : go(job)
    case 'looked':
      return onGraceOver({ ...job, isAsking: false }, event.measured, event.sighting, moment)
    case 'table':
      return drainedSeen(job, event.info, moment)
    default:
      return go(job)
  }
}

/** It was told already: another rule takes over where its own lets it be. */
function drainedFor(job: JobIn<'draining'>, request: RestartRequest, { terms }: Moment): Job {
  if (job.request.breach.isByHand) return job
  const isOwn = request.breach.ruleId === job.request.breach.ruleId
  if (!job.drained || (terms.kind === 'stands' && (isOwn || job.phase !== 'watched'))) return job
  return { ...job, request, phase: 'grace', drained: { ...job.drained, request } }
}

/** At each check: drain_check, or its size once its grace is over. What the settings spare is watched, no more. */
function askDrained(job: JobIn<'draining'>, moment: Moment): Stepped {
  const { terms } = moment
  if (job.isAsking || terms.kind === 'spared' || !terms.drain) return go(job)
  if (terms.drain.check !== undefined)
    return go({ ...job, isAsking: true }, { do: 'run', hook: 'drain_check', command: terms.drain.check })
  return isGraceOver(job, moment) ? go({ ...job, isAsking: true }, { do: 'look again' }) : go(job)
}

function onDrainCheck(job: JobIn<'draining'>, hasFinished: boolean, moment: Moment): Stepped {
  if (hasFinished && moment.terms.kind === 'stands') {
    const spent = formatDuration((moment.tick - (job.drained?.sinceTick ?? moment.tick)) / 1000)
    return go(dueJob(job, 'finished', `it has finished, after ${spent}`))
  }
  return isGraceOver(job, moment) ? go(job, { do: 'look again' }) : go({ ...job, isAsking: false })
}

function isGraceOver({ drained }: Job, { terms, tick }: Moment): boolean {
  if (terms.kind === 'spared' || !terms.drain || !drained) return false
  return tick - drained.sinceTick >= terms.drain.graceSeconds * 1000
}

/** Restarted if it is over its soft limit; else left running, and watched until it ends. */
function onGraceOver(
  job: JobIn<'draining'>,
  measured: Measured,
  sighting: Sighting,
  moment: Moment,
): Stepped {
  if (sighting.kind === 'removed') return drainedSeen(job, undefined, moment)
  if (sighting.kind !== 'seen') return go(job)
  const { info } = sighting
  if (info.state !== ProcessState.RUNNING || !sameRun(info, job.request.process))
    return drainedSeen(job, info, moment)
  // What cannot be measured is not known to have recovered, nor to be over its limit.
  if (measured.kind === 'fault' || measured.value === undefined || moment.terms.kind === 'spared')
    return go(job)
  if (!isGraceOver(job, moment)) return go(job)
  const { drain, limit } = moment.terms
  if (!isWithin(job.request.breach, measured.value, limit))
    return go(dueJob(job, 'grace', `its grace of ${formatDuration(drain?.graceSeconds ?? 0)} is over`))
  if (!job.drained?.isTold) return undrained(job, moment, easedText(job))
  if (job.phase === 'watched') return go(job)
  return go({ ...job, phase: 'watched' }, noticed(job, moment, 'recovered', ''))
}

const easedText = ({ request: { breach } }: Job): string =>
  breach.isOfMonitor ? `${breach.rule} no longer asks for it` : 'it is back under its soft limit'

/** Its restart is due, for a reason of its own; that of a monitor is the one that a person understands. */
function dueJob(job: Job, due: Due, why: string): Job {
  const { request, drained } = job
  const first = request.breach.isOfMonitor && drained?.request.breach.reason
  const reason = first ? `${first}; ${why}` : why
  return {
    ...headOf(job),
    request: { ...request, breach: { ...request.breach, reason } },
    state: 'waiting',
    due,
    isPostponed: false,
  }
}
