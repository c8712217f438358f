// Its turn has come: the process is looked at, pre_restart_command runs, its evidence is taken, and after each of them it
// is looked at again: nothing stands between the last look and the stop. Pure.
import { timestamp } from '../base/text.ts'
import { evidenceLines } from '../messages/evidence-text.ts'
import { sampleLine } from '../messages/sample-text.ts'
import { sampleBefore } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
import { drainedSeen } from './drained.ts'
import { failed, go, leave, noticed, removed, skipped, strayText } from './endings.ts'
import { headOf, type Job, type JobIn, type Postponing } from './job.ts'
import type { Effect, JobEvent, Measured, Moment, Sighting, Stepped } from './job-events.ts'
import { sparedNow } from './spare.ts'
import { askForStop } from './stopping.ts'

/** sysexits.h: EX_TEMPFAIL. */
const POSTPONE = 75
/** The operator's command says `later`, and nobody sees that it never says anything else. */
const POSTPONED_TOO_LONG_MS = 3_600_000

export function stepPreparing(job: JobIn<'preparing'>, event: JobEvent, moment: Moment): Stepped {
  if (event.kind === 'hook ended' && event.hook === 'pre') return onPrepared(job, event.result, moment)
  if (event.kind === 'not asked') return go(waitsAgain(job, job.postponing, false))
  if (event.kind === 'waited' && event.for === 'hook')
    return leave(
      job,
      skipped(job, moment, 'ending', 'memmon ended while pre_restart_command ran; the next check decides'),
    )
  if (event.kind === 'evidence taken' && job.phase === 'evidence') {
    const { evidence } = event
    const { sample } = evidence
    const lines = [
      ...evidenceLines(job.request, evidence),
      ...(sample ? [sampleLine(job.request, sample)] : []),
    ]
    const said = lines.map((line): Effect => ({ do: 'log', ...line }))
    return go({ ...job, phase: 'last look', evidence }, ...said, { do: 'look again' })
  }
  // No end waits for it: what comes of it later is heard of nowhere.
  if (event.kind === 'ending' && job.phase === 'evidence')
    return go({ ...job, phase: 'last look' }, { do: 'look again' })
  if (event.kind !== 'looked') return go(job)
  return onLooked(job, event, moment)
}

function onLooked(job: JobIn<'preparing'>, event: JobEvent & { kind: 'looked' }, moment: Moment): Stepped {
  const left = lookedAt(job, event.measured, event.sighting, moment)
  if (left) return left
  const { preCommand, postCommand } = job.plan
  if (job.phase === 'looking' && preCommand !== undefined) {
    const prepared: Job = { ...job, phase: 'hook', owesPost: postCommand !== undefined }
    return go(prepared, { do: 'run', hook: 'pre', command: preCommand })
  }
  const isDue = !moment.isEnding && (moment.takesEvidence || isAsked(job))
  if (isDue && (job.phase === 'looking' || job.phase === 'looking again'))
    return go({ ...job, phase: 'evidence' }, { do: 'take evidence' })
  return askForStop(job, moment)
}

/** diagnose_command runs, or its agent is asked. */
const isAsked = ({ request, plan }: Job): boolean =>
  plan.diagnoseCommand !== undefined || sampleBefore(request, plan) !== undefined

/** Nothing has been done to it. */
const waitsAgain = (
  job: JobIn<'preparing'>,
  postponing: Postponing | undefined,
  isPostponed: boolean,
): Job => ({
  ...headOf(job),
  owesPost: false,
  state: 'waiting',
  due: job.due,
  ...(postponing && { postponing }),
  isPostponed,
})

/** pre_restart_command has ended; it took its time, so that the process is looked at again. */
function onPrepared(
  job: JobIn<'preparing'>,
  result: (JobEvent & { kind: 'hook ended' })['result'],
  moment: Moment,
): Stepped {
  if (!result.ok && result.exitCode === POSTPONE)
    return postpone(job, `pre_restart_command postponed it to a later check (exit code ${POSTPONE})`, moment)
  if (!result.ok && result.isLack)
    return postpone(job, `pre_restart_command waits for a later check, since ${result.why}`, moment)
  const { postponing: _, ...rest } = job
  const again: Job = { ...rest, phase: 'looking again' }
  if (result.ok) return go(again, { do: 'look again' })
  const text = `pre_restart_command for ${job.request.process.namespec}: ${result.why}. The restart continues`
  const told: Job = { ...again, hookFault: result.why }
  return go(told, { do: 'log', event: 'hook_failed', level: 'WARN', text }, { do: 'look again' })
}

/** What goes on for an hour is no longer for the log alone. */
function postpone(job: JobIn<'preparing'>, why: string, moment: Moment): Stepped {
  const before = job.postponing ?? { times: 0, sinceTick: moment.tick, isTold: false }
  const spentMs = moment.tick - before.sinceTick
  const isTooLong = !before.isTold && spentMs >= POSTPONED_TOO_LONG_MS
  const times = before.times + 1
  const postponing = { ...before, times, isTold: before.isTold || isTooLong }
  const text = `${why}, ${times === 1 ? 'once so far' : `${times} times in a row`}`
  const since = timestamp(new Date(moment.atMs - spentMs))
  const told: Effect = { do: 'tell', outcome: skipped(job, moment, 'postponed', text) }
  const more = isTooLong ? [noticed(job, moment, 'postponed', `It has waited since ${since}: ${text}`)] : []
  return go(waitsAgain(job, postponing, true), told, ...more)
}

/** Nothing stands between this look and the stop. undefined: it is the process that was found, and still over. */
function lookedAt(
  job: JobIn<'preparing'>,
  measured: Measured,
  sighting: Sighting,
  moment: Moment,
): Stepped | undefined {
  if (sighting.kind === 'fault') return leave(job, failed(job, moment, 'check', sighting.text))
  if (sighting.kind === 'removed') return removed(job, moment)
  if (sighting.kind !== 'seen')
    return leave(job, skipped(job, moment, 'shutdown', 'supervisord is shutting down or reloading'))
  const { info } = sighting
  if (info.state !== ProcessState.RUNNING || !sameRun(info, job.request.process))
    return stray(job, info, moment)
  return sparedNow(job, measured, moment)
}

/** It is not the process that was found any more, or does not run. */
function stray(job: Job, info: ProcessInfo, moment: Moment): Stepped {
  if (job.drained) {
    const next = drainedSeen(job, info, moment)
    // STOPPING, by another hand: what becomes of it is seen while it is drained on.
    if (next.job !== job) return next
  }
  return leave(job, skipped(job, moment, ...strayText(job.request.process, info)))
}
