// While supervisord stops a process for us, and once it is down: what is said of a slow one, and how it is brought back.
// Pure.
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import { failed, go } from './endings.ts'
import { headOf, type JobIn, type Stopping } from './job.ts'
import type { Effect, Moment, Stepped } from './job-events.ts'
import { pollOf } from './looks.ts'
import { seenSince, startingSeen } from './starting.ts'
import { GROUP_WAITS_MS } from './turns.ts'

export const STOP_ATTEMPTS = 3
/** An earlier memmon has asked for the stop, and that is settled: it is not asked for again. */
export const ASKED_BEFORE = STOP_ATTEMPTS + 1
/** A stop that takes longer is said; one that takes longer than GROUP_WAITS_MS is a failure. */
const SLOW_STOP_MS = 60_000

/** STOPPING: supervisord sends KILL after stopwaitsecs; a process that hangs in the kernel does not hear that either. */
export function stillStopping(job: JobIn<'stopping'>, moment: Moment): Stepped {
  const taken: JobIn<'stopping'> = { ...job, answer: 'taken' }
  const company = companyOf(job)
  const forMs = moment.tick - job.askedTick
  if (forMs >= GROUP_WAITS_MS && job.said !== 'stuck') {
    const outcome = failed(job, moment, 'stopping', 'it has been STOPPING for 5 minutes')
    return go({ ...taken, said: 'stuck' }, ...company, { do: 'tell', outcome }, pollOf(job, moment))
  }
  if (forMs >= SLOW_STOP_MS && job.said === 'nothing') {
    const text = `${job.request.process.namespec} has been STOPPING for a minute: supervisord sends KILL after its stopwaitsecs; memmon starts it when it has stopped`
    return go(
      { ...taken, said: 'slow' },
      ...company,
      { do: 'log', event: 'slow_stop', level: 'WARN', text },
      pollOf(job, moment),
    )
  }
  return go(taken, ...company, pollOf(job, moment))
}

/** It is down: with a stop whose answer was lost, the rest of its group has not been told yet. */
export const companyOf = ({ answer }: Stopping): Effect[] =>
  answer === 'taken' ? [] : [{ do: 'bring company' }]

/** From here on it is down, and ours. */
export function bringBack(
  job: JobIn<'stopping'>,
  info: ProcessInfo,
  moment: Moment,
  ...effects: Effect[]
): Stepped {
  const starting: JobIn<'starting'> = {
    ...headOf(job),
    state: 'starting',
    after: job.drained?.isTold && info.state !== ProcessState.STOPPED ? 'end' : 'stop',
    askedTick: job.askedTick,
    isStarted: false,
    isTried: false,
    failures: 0,
    faults: 0,
    said: 'nothing',
    ...(job.evidence && { evidence: job.evidence }),
  }
  // Where supervisord was slow our stop may have reached a newer run: it is STOPPED because of us all the same. Where that
  // was settled when its asker was killed, somebody may have started it and stopped it again since.
  const next =
    info.state === ProcessState.STOPPED && job.tries !== ASKED_BEFORE
      ? go(seenSince(starting, info.state, moment.tick), { do: 'start' })
      : startingSeen(starting, { kind: 'seen', info }, moment)
  return { ...next, effects: [...effects, ...next.effects] }
}
