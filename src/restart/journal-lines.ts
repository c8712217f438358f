// The journal's lines: what is left of each job to do, and how that is read again after any crash. Pure. Line 1 names
// the version, the supervisord and the boot that it is about; then one JSON object a line, in the order of events.
// Commands are never written nor read: they come from the settings.
import { isBeforeHook, isNoted, type Job, stoppingOf } from './job.ts'
import {
  evidenceIn,
  hookFaultIn,
  isDrained,
  isObject,
  isRequest,
  type Json,
  outcomeFrom,
  withoutLimit,
} from './journal-values.ts'
import type { Mute } from './mutes.ts'

/** A restart that was carried through, for counting. */
export interface PastRestart {
  readonly namespec: string
  /** Epoch milliseconds, and the monotonic clock, which counts from a boot. */
  readonly at: number
  readonly tick: number
  /** How many restarts in a row were followed by a breach within minutes. */
  readonly soonTimes: number
  /** The measurement and its rule; only for the last few. */
  readonly reason?: string | undefined
}

export interface JournalContents {
  /** undefined: there is none, or its first line is unreadable. */
  readonly version: number | undefined
  readonly supervisord: string
  readonly boot: string
  /** What was begun and not ended, by namespec. */
  readonly jobs: ReadonlyMap<string, Job>
  readonly restarts: readonly PastRestart[]
  /** By namespec, as written: some may be over. */
  readonly mutes: ReadonlyMap<string, Mute>
  /** Lines that could not be read: the last one, if memmon was killed while writing it. */
  readonly damagedLines: number
}

export const JOURNAL_VERSION = 3

const line = (value: object): string => `${JSON.stringify(value)}\n`

export const headerLine = (supervisord: string, boot: string): string =>
  line({ memmon: JOURNAL_VERSION, supervisord, boot })
export const endedLine = (namespec: string): string => line({ ended: namespec })
export const restartedLine = ({ namespec, ...when }: PastRestart): string =>
  line({ restarted: namespec, ...when })

export const mutedLine = ({ namespec, untilMs, untilTick }: Mute): string =>
  line({ muted: namespec, untilMs, untilTick })
export const unmutedLine = (namespec: string): string => line({ unmuted: namespec })

/** What the journal holds of a job; undefined if there is nothing that another memmon would have to know. */
export function jobLine(job: Job): string | undefined {
  if (!isNoted(job)) return undefined
  const { request, owesPost, hookFault, drained } = job
  return line({ job: stateOf(job), request, owesPost, hookFault, ...(drained && { drained }) })
}

function stateOf(job: Job): object {
  switch (job.state) {
    case 'draining':
      return { state: job.state, phase: job.phase }
    case 'waiting':
      return { state: job.state, due: job.due }
    case 'preparing':
      if (job.phase === 'noted') return stateOf(stoppingOf(job, job.beganTick))
      // Before its hook it was told nothing new: it waits.
      return isBeforeHook(job)
        ? { state: 'waiting', due: job.due }
        : { state: job.state, due: job.due, beganTick: job.beganTick }
    case 'stopping': {
      const { state, by, answer, askedTick, evidence } = job
      return { state, by, isTaken: answer === 'taken', askedTick, evidence }
    }
    case 'starting': {
      const { state, after, askedTick, evidence, failures } = job
      return { state, after, askedTick, evidence, ...(failures > 0 && { hasFailed: true }) }
    }
    case 'finishing': {
      const { request: _, ...outcome } = job.outcome
      return { state: job.state, outcome, isDrainedOn: job.isDrainedOn }
    }
  }
}

/** Reads a journal, cut or damaged anywhere: what is whole counts, what is not is counted. */
export function parseJournal(text: string): JournalContents {
  const lines = text.split('\n')
  const tail = lines.pop() ?? '' // behind the last line end: '' unless the last write was cut
  const [first, ...rest] = lines.map(parseObject)
  const jobs = new Map<string, Job>()
  const restarts: PastRestart[] = []
  const mutes = new Map<string, Mute>()
  let damagedLines = tail === '' ? 0 : 1
  for (const value of rest) if (!value || !apply(value, { jobs, restarts, mutes })) damagedLines++
  const version = typeof first?.memmon === 'number' ? first.memmon : undefined
  return {
    version,
    supervisord: textOf(first?.supervisord),
    boot: textOf(first?.boot),
    jobs,
    restarts,
    mutes,
    damagedLines,
  }
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** False for a line that says nothing known. */
function apply(
  value: Json,
  { jobs, restarts, mutes }: { jobs: Map<string, Job>; restarts: PastRestart[]; mutes: Map<string, Mute> },
): boolean {
  const { ended, restarted, at, tick, soonTimes, reason, muted, unmuted } = value
  if (typeof ended === 'string') {
    jobs.delete(ended)
    return true
  }
  if (typeof restarted === 'string') {
    if (typeof at !== 'number' || typeof tick !== 'number' || typeof soonTimes !== 'number') return false
    restarts.push({ namespec: restarted, at, tick, soonTimes, ...(typeof reason === 'string' && { reason }) })
    return true
  }
  if (typeof unmuted === 'string') {
    mutes.delete(unmuted)
    return true
  }
  if (typeof muted === 'string') {
    const { untilMs, untilTick } = value
    if (typeof untilMs !== 'number' || typeof untilTick !== 'number') return false
    mutes.set(muted, { namespec: muted, untilMs, untilTick })
    return true
  }
  const job = jobFrom(value)
  if (!job) return false
  jobs.delete(job.request.process.namespec)
  jobs.set(job.request.process.namespec, job)
  return true
}

function jobFrom({ job, owesPost, ...noted }: Json): Job | undefined {
  const request = withoutLimit(noted.request)
  const drained = isObject(noted.drained)
    ? { ...noted.drained, request: withoutLimit(noted.drained.request) }
    : noted.drained
  if (!isObject(job) || !isRequest(request) || typeof owesPost !== 'boolean') return undefined
  if (drained !== undefined && !isDrained(drained)) return undefined
  const told = { ...hookFaultIn(noted), ...(drained && { drained }) }
  const head = { request, plan: { group: false }, owesPost, ...told }
  const { state, due, askedTick, beganTick, by, after, isTaken, phase, isDrainedOn } = job
  switch (state) {
    case 'draining':
      if (!drained || (phase !== 'grace' && phase !== 'watched')) return undefined
      return { ...head, state, phase, isAsking: false }
    case 'waiting':
    case 'preparing': {
      if (due !== 'limit' && due !== 'grace' && due !== 'finished') return undefined
      if (state === 'waiting') return { ...head, state, due, isPostponed: false }
      if (typeof beganTick !== 'number') return undefined
      return { ...head, state, phase: 'hook', due, beganTick }
    }
    case 'stopping': {
      if (typeof askedTick !== 'number' || (by !== 'supervisord' && by !== 'command')) return undefined
      const fresh = { due: 'limit', tries: 1, faults: 0, said: 'nothing' } as const
      const answer = isTaken === true ? 'taken' : 'open'
      return { ...head, state, by, answer, askedTick, ...fresh, ...evidenceIn(job) }
    }
    case 'starting': {
      if (typeof askedTick !== 'number' || (after !== 'stop' && after !== 'end')) return undefined
      const fresh = { isStarted: false, isTried: false, faults: 0, said: 'nothing' } as const
      // How often is not noted.
      const failures = job.hasFailed === true ? 1 : 0
      return { ...head, state, after, askedTick, failures, ...fresh, ...evidenceIn(job) }
    }
    case 'finishing': {
      const outcome = outcomeFrom(job.outcome, request)
      return (
        outcome && { ...head, state, outcome, isDrainedOn: isDrainedOn === true && drained !== undefined }
      )
    }
    default:
      return undefined
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
