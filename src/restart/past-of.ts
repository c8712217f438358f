// What the state of a running memmon means for a look by hand, under the settings that are known there. Pure.
import { type RestartCap, RestartHistory } from '../rules/history.ts'
import type { Hold, KnownLeak, Past, Pending, RememberedLeak } from '../rules/past.ts'
import { type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { windowKey } from './checks-lines.ts'
import { Holds } from './holds.ts'
import type { Job } from './job.ts'
import { type Clocks, mutesOnThisClock, onThisClock, recent } from './past-restarts.ts'
import type { RunningState } from './running-state.ts'
import { waitingJob } from './waiting.ts'
import type { Wait } from './waits.ts'

export interface PastTerms {
  readonly rules: readonly Rule[]
  readonly maxRestarts?: RestartCap
  readonly restartBackoffSeconds: number
}

/** As memmon itself would see it now. */
export function pastOf({ journal, checks }: RunningState, terms: PastTerms, clocks: Clocks): Past {
  const { tick } = clocks
  const history = new RestartHistory()
  const holds = createHolds(history, terms, clocks)
  const restarts = journal ? recent(onThisClock(journal, clocks), tick) : []
  for (const { namespec, tick: then, soonTimes } of restarts) history.recordRestart(namespec, then, soonTimes)
  const mutes = new Map((journal ? mutesOnThisClock(journal, clocks) : []).map(mute => [mute.namespec, mute]))
  const waits = new Map(checks?.waits.map(wait => [wait.namespec, wait]))
  const leaks = new Map(checks?.leaks.map(leak => [leak.namespec, leak]))
  const holdAt = (by: 'cap' | 'backoff', untilTick: number): Hold | undefined => {
    if (untilTick <= tick) return undefined
    const leftSeconds = (untilTick - tick) / 1000
    const when = { untilMs: clocks.nowMs + untilTick - tick, leftSeconds }
    return by === 'cap'
      ? { kind: 'capped', cap: terms.maxRestarts?.written ?? '', ...when }
      : { kind: 'held', ...when }
  }
  return {
    tick,
    budgets: checks?.budgets ?? new Map(),
    windowOf: ({ namespec }, { signature }) => checks?.windows.get(windowKey(namespec, signature)),
    pendingOf(process) {
      const mute = mutes.get(process.namespec)
      if (mute) return { kind: 'muted', untilMs: mute.untilMs, leftSeconds: (mute.untilTick - tick) / 1000 }
      const job = journal?.jobs.get(process.namespec)
      const wait = waits.get(process.namespec)
      if (wait && sameRun(wait.run, process) && isRunning(process) && (!job || !isAfterWait(job)))
        return waitPending(wait, holdAt)
      return job && jobPending(job, process, terms.rules, tick)
    },
    leakOf(process) {
      const leak = leaks.get(process.namespec)
      return leak && sameRun(leak.run, process) && isRunning(process) ? knownLeak(leak, clocks) : undefined
    },
    mayRestart: namespec => !mutes.has(namespec) && holds.mayRestart(namespec),
    holdOf(request) {
      history.recordBreach(request)
      const { namespec } = request.process
      const cappedUntil = holds.cappedUntil(namespec)
      if (cappedUntil !== undefined) return holdAt('cap', cappedUntil)
      const untilTick = holds.untilTick(waitingJob(request, { group: false }))
      return untilTick === undefined ? undefined : holdAt('backoff', untilTick)
    },
  }
}

function knownLeak({ limitTick }: RememberedLeak, { tick, nowMs }: Clocks): KnownLeak {
  if (limitTick === undefined) return {}
  return { limitMs: nowMs + limitTick - tick, leftSeconds: Math.max(0, limitTick - tick) / 1000 }
}

const createHolds = (history: RestartHistory, terms: PastTerms, { tick, nowMs }: Clocks): Holds =>
  new Holds({ history, settings: () => terms, tell() {}, nowMs: () => nowMs, tick: () => tick })

const isRunning = ({ state }: ProcessInfo): boolean => state === ProcessState.RUNNING

/** The journal knows of what follows a wait at once. */
const isAfterWait = ({ state }: Job): boolean =>
  state === 'stopping' || state === 'starting' || state === 'finishing'

function waitPending(
  { isPreparing, postponed, hold }: Wait,
  holdAt: (by: 'cap' | 'backoff', untilTick: number) => Hold | undefined,
): Pending {
  const held = hold && holdAt(hold.by, hold.untilTick)
  if (held) return held
  if (postponed > 0) return { kind: 'postponed', times: postponed }
  return { kind: isPreparing ? 'restarting' : 'queued' }
}

/** undefined for a job that is about another run of the program. */
function jobPending(
  job: Job,
  process: ProcessInfo,
  rules: readonly Rule[],
  tick: number,
): Pending | undefined {
  const isSame = isRunning(process) && sameRun(job.request.process, process)
  switch (job.state) {
    case 'draining': {
      if (!isSame) return undefined
      if (job.phase === 'watched') return { kind: 'watched' }
      const action = rules.find(({ id }) => id === job.request.breach.ruleId)?.action
      const forSeconds = Math.max(0, (tick - (job.drained?.sinceTick ?? tick)) / 1000)
      return {
        kind: 'draining',
        forSeconds,
        graceSeconds: action?.kind === 'drain' ? action.graceSeconds : undefined,
      }
    }
    case 'waiting':
      return isSame ? { kind: 'queued' } : undefined
    case 'preparing':
    case 'stopping':
      return isSame || (job.state === 'stopping' && !isRunning(process)) ? { kind: 'restarting' } : undefined
    case 'starting':
      if (isRunning(process)) return undefined
      return { kind: 'restarting', ...(job.failures > 0 && { hasFailed: true }) }
    case 'finishing':
      return undefined
  }
}
