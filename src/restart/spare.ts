// What speaks for a process right before its stop: the settings in force, memmon's own end, and its size by now. Pure.

import { isWithin, recoveredText } from '../messages/breach-text.ts'
import type { Skipped } from '../rules/outcome.ts'
import { failed, leave, skipped } from './endings.ts'
import type { Job, JobIn } from './job.ts'
import type { Measured, Moment, Stepped } from './job-events.ts'

/** Not under the settings in force: one that was asked to finish is watched until it has. */
export function spare(job: Job, moment: Moment, why: string): Stepped {
  return leave(job, skipped(job, moment, 'spared', why), !job.drained?.isTold)
}

/** undefined: nothing does, it may be stopped. */
export function sparedNow(
  job: JobIn<'preparing'> | JobIn<'stopping'>,
  measured: Measured,
  moment: Moment,
): Stepped | undefined {
  const { terms } = moment
  const { breach } = job.request
  const left = (...why: [Skipped['reason'], string]) => leave(job, skipped(job, moment, ...why))
  if (terms.kind === 'spared') return spare(job, moment, terms.why)
  // A process goes with its group that was stopped, and a person asks once: no check of the next memmon would ask again.
  if (moment.isEnding && breach.together === undefined && !breach.isByHand)
    return left('ending', 'memmon is shutting down and had not stopped it')
  // No other process is over a limit, a person has decided, or the process itself says that it is done.
  if (breach.together !== undefined || breach.isByHand || job.due === 'finished') return undefined
  if (measured.kind === 'fault')
    return leave(job, failed(job, moment, 'check', `its memory could not be read again: ${measured.text}`))
  if (measured.value === undefined) return left('not running', 'it is ending by itself')
  if (isWithin(breach, measured.value, terms.limit))
    return left('recovered', recoveredText(breach, measured.value, terms.limit))
  return undefined
}
