// The state machine of a job: a job and an event in, the next job and the effects to carry out, out. Pure: whoever
// calls it writes the transition down before carrying out its effects. docs/restarts.md draws it.
import { agentAnswered, resumeDrain } from './agent-drain.ts'
import { drainFailure } from './begin-drain.ts'
import { stepDraining } from './draining.ts'
import { drainedOn, go, leave, skipped, stepFinishing } from './endings.ts'
import { headOf, isBeforeHook, type Job } from './job.ts'
import type { JobEvent, Moment, Stepped } from './job-events.ts'
import { stepPreparing } from './preparing.ts'
import { stepStarting } from './starting.ts'
import { stepStopping } from './stopping.ts'
import { stepWaiting } from './waiting.ts'

/** What an event makes of a job. */
export function step(job: Job, event: JobEvent, moment: Moment): Stepped {
  if (event.kind === 'resumed') return resume(job, event.isNewer, moment)
  if (event.kind === 'looked' && event.askedIn !== job.state) return go(job)
  if (event.kind === 'agent answered') return agentAnswered(job, event, moment)
  const failures = drainFailure(job, event, moment)
  const next = stepIn(job, event, moment)
  return failures.length > 0 ? { ...next, effects: [...failures, ...next.effects] } : next
}

function stepIn(job: Job, event: JobEvent, moment: Moment): Stepped {
  switch (job.state) {
    case 'draining':
      return stepDraining(job, event, moment)
    case 'waiting':
      return stepWaiting(job, event, moment)
    case 'preparing':
      return stepPreparing(job, event, moment)
    case 'stopping':
      return stepStopping(job, event, moment)
    case 'starting':
      return stepStarting(job, event, moment)
    case 'finishing':
      return stepFinishing(job, event)
  }
}

/** memmon was started again, and found the job in its journal. Commands come from the settings alone. */
function resume(noted: Job, isNewer: boolean, moment: Moment): Stepped {
  const plan = moment.terms.plan ?? noted.plan
  const job: Job = { ...noted, plan }
  if (isNewer && job.state !== 'finishing') {
    // Another supervisord has decided what runs; what a hook has done has to be undone all the same.
    const why = 'another supervisord has started since, and decides what runs'
    return leave(job, skipped(job, moment, 'shutdown', why), true)
  }
  const event = { kind: 'resumed', isNewer } as const
  switch (job.state) {
    case 'draining':
      return resumeDrain({ ...job, isAsking: false }, moment)
    case 'waiting':
      return go({ ...job, isPostponed: false })
    case 'preparing': {
      // If its group was stopped, or a person asked, it need not be over a limit: no check would ask again.
      const { together, isByHand } = job.request.breach
      const isAskedOnce = (together !== undefined || isByHand === true) && !job.owesPost
      if (isBeforeHook({ ...job, plan: noted.plan }) || isAskedOnce)
        return go({ ...headOf(job), state: 'waiting', due: job.due, isPostponed: false })
      // Whether pre_restart_command has done its work is not known: post_restart_command undoes it, after its end.
      const untilTick = job.beganTick + moment.hookEndsWithinMs
      const ms = Math.min(Math.max(0, untilTick - moment.tick), moment.hookEndsWithinMs)
      return job.owesPost ? go(job, { do: 'wait', ms, for: 'hook' }) : { job: drainedOn(job), effects: [] }
    }
    case 'stopping':
      return stepStopping(job, event, moment)
    case 'starting':
      return stepStarting(job, event, moment)
    case 'finishing':
      return stepFinishing(isNewer ? { ...job, isDrainedOn: false } : job, event)
  }
}
