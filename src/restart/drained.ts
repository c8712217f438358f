// What becomes of a process that was asked to finish, or given time to recover, as supervisord shows it. Pure.
import { type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
import { go, leave, noticed, skipped, strayText } from './endings.ts'
import { headOf, type Job } from './job.ts'
import type { Moment, Stepped } from './job-events.ts'

/** A drained process as supervisord shows it: one that has ended by itself is brought back. */
export function drainedSeen(job: Job, info: ProcessInfo | undefined, moment: Moment): Stepped {
  if (!info) return undrained(job, moment, 'it was removed from supervisord')
  switch (info.state) {
    case ProcessState.RUNNING:
    case ProcessState.STARTING:
      if (sameRun(info, job.request.process)) return go(job)
      // Whoever starts it again may fail.
      return job.drained?.isTold && info.state === ProcessState.STARTING
        ? bringBackEnded(job, moment)
        : undrained(job, moment, strayText(job.request.process, info)[1])
    case ProcessState.EXITED:
    case ProcessState.BACKOFF:
    case ProcessState.FATAL:
      return job.drained?.isTold
        ? bringBackEnded(job, moment)
        : undrained(job, moment, strayText(job.request.process, info)[1])
    case ProcessState.STOPPED:
      return undrained(job, moment, strayText(job.request.process, info)[1])
    default:
      return go(job)
  }
}

/** It has done as it was told, or has come to its end in some other way: supervisord has its chance, then memmon. */
function bringBackEnded(job: Job, moment: Moment): Stepped {
  const { drained } = job
  if (!drained) return go(job)
  const ended: Job = {
    ...headOf(job),
    request: drained.request,
    state: 'starting',
    after: 'end',
    askedTick: moment.tick,
    isStarted: false,
    isTried: false,
    failures: 0,
    faults: 0,
    said: 'nothing',
  }
  const detail = 'it has ended by itself, and is started again if supervisord does not'
  return go(ended, noticed(job, moment, 'undrained', detail), { do: 'look', afterMs: 0 })
}

/** Nothing more is asked of it; what pre_restart_command has done is undone. */
export const undrained = (job: Job, moment: Moment, detail: string): Stepped =>
  job.owesPost
    ? leave(job, skipped(job, moment, 'not running', detail), true)
    : { job: undefined, effects: [noticed(job, moment, 'undrained', detail)] }
