// How often a process that is stopping or starting is looked at, and what follows when supervisord does not answer.
// Pure.
import { failed, go, retryDelayMs } from './endings.ts'
import type { Job, JobIn, Starting, Stopping } from './job.ts'
import type { Effect, Moment, Sighting, Stepped } from './job-events.ts'

export const POLL_MS = 100
const SLOW_POLL_MS = 500
/** After this long a stop or start is polled slowly. */
const SLOW_AFTER_MS = 10_000
/** Looks in a row that may fail before that is told. */
const FAULTS_TOLERATED = 3

export const lookNow: Effect = { do: 'look', afterMs: 0 }

export const pollOf = ({ askedTick }: Stopping | Starting, { tick }: Moment): Effect => ({
  do: 'look',
  afterMs: tick - askedTick < SLOW_AFTER_MS ? POLL_MS : SLOW_POLL_MS,
})

export const isFailureSaid = ({ said }: Starting): boolean => said === 'failed' || said === 'both'

export const withFailureSaid = (job: JobIn<'starting'>): JobIn<'starting'> => ({
  ...job,
  said: job.said === 'released' ? 'both' : 'failed',
})

/** supervisord did not answer, or is shutting down: with it gone, the journal's entry is for the next memmon. */
export function unseen(
  job: JobIn<'stopping'> | JobIn<'starting'>,
  sighting: Exclude<Sighting, { kind: 'seen' | 'removed' }>,
  moment: Moment,
): Stepped {
  // A reload may be over before memmon ends; after a shutdown nobody is there to ask.
  if (sighting.kind !== 'fault')
    return go(job, moment.isEnding ? { do: 'adjourn' } : { do: 'look', afterMs: SLOW_POLL_MS })
  const faults = job.faults + 1
  const next: Job = { ...job, faults }
  const look: Effect = { do: 'look', afterMs: retryDelayMs(faults, moment.random) }
  if (faults < FAULTS_TOLERATED || next.state !== 'starting' || isFailureSaid(next)) return go(next, look)
  return go(withFailureSaid(next), { do: 'tell', outcome: failed(job, moment, 'start', sighting.text) }, look)
}
