import { SupervisorFault } from '../../src/base/errors.ts'
import type { Drained, Job, JobIn, Postponing } from '../../src/restart/job.ts'
import type { Effect, JobEvent, Measured, Moment, Sighting, Terms } from '../../src/restart/job-events.ts'
import type { Drain } from '../../src/rules/action.ts'
import type { RestartOutcome, RestartRequest } from '../../src/rules/outcome.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { MB, processNamed, requestFor, rulesFrom } from './values.ts'

/** The process that all of them are about, unless they say otherwise. */
export const PROCESS = processNamed('w:a')
/** 60 MB where 50 MB are allowed. */
export const REQUEST = requestFor(PROCESS, 60 * MB, '-p', 'a=50MB')
export const SOFT = softRequestFor(PROCESS, 60 * MB)
export const HARD: RestartRequest = breached({ value: 210 * MB, limit: 200 * MB, isHard: true })
/** It goes because another one of its group is over its limit. */
export const TOGETHER: RestartRequest = breached({ together: 'w:b' })

export const DRAIN: Drain = { kind: 'drain', signal: 'TSTP', graceSeconds: 900 }
export const TOLD: Drained = { request: SOFT, sinceTick: 0, isTold: true }
export const UNTOLD: Drained = { ...TOLD, isTold: false }
export const HOOKS = { group: false, preCommand: 'pre', postCommand: 'post' } as const

/** The same breach, but for what is said. */
export function breached(more: Partial<Breach>): RestartRequest {
  return { ...REQUEST, breach: { ...REQUEST.breach, ...more } }
}

/** The draining of a process for being larger than its soft limit of 50 MB. */
export function softRequestFor(process: ProcessInfo, sizeBytes: number): RestartRequest {
  const [, soft] = rulesFrom('-p', `${process.name}=100MB`, '--soft-limit', '50MB', '--drain-signal', 'TSTP')
  if (soft?.action.kind !== 'drain') throw new Error('it is no soft limit')
  const { written, id, metric, cumulative, limit } = soft
  return { process, breach: { rule: written, ruleId: id, metric, cumulative, value: sizeBytes, limit } }
}

const HEAD = { request: REQUEST, plan: { group: false }, owesPost: false } as const

export const draining = (more: Partial<JobIn<'draining'>> = {}): JobIn<'draining'> => ({
  ...HEAD,
  request: SOFT,
  drained: TOLD,
  state: 'draining',
  phase: 'grace',
  isAsking: false,
  ...more,
})

/** pre_restart_command has postponed it so often, since it was a second ago. */
export const postponedFor = (times: number, more: Partial<Postponing> = {}) => ({
  postponing: { times, sinceTick: NOW - 1_000, isTold: false, ...more },
})

export const waiting = (more: Partial<JobIn<'waiting'>> = {}): JobIn<'waiting'> => ({
  ...HEAD,
  state: 'waiting',
  due: 'limit',
  isPostponed: false,
  ...more,
})

export const preparing = (more: Partial<JobIn<'preparing'>> = {}): JobIn<'preparing'> => ({
  ...HEAD,
  state: 'preparing',
  phase: 'looking',
  due: 'limit',
  beganTick: NOW - 10,
  ...more,
})

export const stopping = (more: Partial<JobIn<'stopping'>> = {}): JobIn<'stopping'> => ({
  ...HEAD,
  state: 'stopping',
  by: 'supervisord',
  due: 'limit',
  answer: 'taken',
  askedTick: NOW - 1000,
  tries: 1,
  faults: 0,
  said: 'nothing',
  ...more,
})

export const starting = (more: Partial<JobIn<'starting'>> = {}): JobIn<'starting'> => ({
  ...HEAD,
  state: 'starting',
  after: 'stop',
  askedTick: NOW - 1000,
  isStarted: false,
  isTried: false,
  failures: 0,
  faults: 0,
  said: 'nothing',
  ...more,
})

export const finishing = (more: Partial<JobIn<'finishing'>> = {}): JobIn<'finishing'> => ({
  ...HEAD,
  plan: HOOKS,
  state: 'finishing',
  outcome: { kind: 'skipped', request: REQUEST, occurredAt: AT_MS, reason: 'recovered', detail: 'x' },
  isDrainedOn: false,
  ...more,
})

/** Nothing is left to do. */
export const over = undefined

/** The tick and the date at which everything happens, unless a row says otherwise. */
export const NOW = 1_000_000
export const AT_MS = Date.UTC(2026, 10, 21, 12)

export const STANDS = { kind: 'stands', plan: { group: false }, limit: 50 * MB } satisfies Terms
export const DRAINS = { ...STANDS, drain: DRAIN } satisfies Terms
export const SPARED = { kind: 'spared', why: 'a dry run restarts nothing' } satisfies Terms

export const momentOf = (more: Partial<Moment> = {}): Moment => ({
  tick: NOW,
  atMs: AT_MS,
  random: 0.5,
  isEnding: false,
  takesEvidence: false,
  hookEndsWithinMs: 32_000,
  terms: STANDS,
  ...more,
})

/** How supervisord shows the process: RUNNING as it was found, unless said otherwise. */
export const infoOf = (more: Partial<ProcessInfo> = {}): ProcessInfo => ({ ...PROCESS, ...more })
/** Down in that state, without a pid. */
export const downIn = (state: number, more: Partial<ProcessInfo> = {}): ProcessInfo =>
  infoOf({ state, pid: 0, ...more })
/** Another run, ten seconds later. */
export const NEWER = infoOf({ pid: 4712, startSeconds: PROCESS.startSeconds + 10 })

export const seen = (info: ProcessInfo = PROCESS): Sighting => ({ kind: 'seen', info })
export const sighted = (sighting: Sighting): JobEvent => ({ kind: 'sighted', sighting })
export const sightedAs = (info: ProcessInfo): JobEvent => sighted(seen(info))
export const looked = (
  measured: Measured | number | undefined,
  sighting = seen(),
  askedIn: Job['state'] = 'preparing',
): JobEvent => ({
  kind: 'looked',
  askedIn,
  measured: typeof measured === 'object' ? measured : { kind: 'value', value: measured },
  sighting,
})
export const answered = (call: 'stop' | 'start' | 'signal', fault?: SupervisorFault): JobEvent => ({
  kind: 'answered',
  call,
  fault,
})
export const ended = (
  hook: (JobEvent & { kind: 'hook ended' })['hook'],
  exitCode: number | undefined = 0,
): JobEvent => ({
  kind: 'hook ended',
  hook,
  result:
    exitCode === 0
      ? { ok: true }
      : { ok: false, why: `exit code ${exitCode}`, ...(exitCode > 0 && { exitCode }) },
})
export const faultOf = (code: number, text: string): SupervisorFault =>
  new SupervisorFault('fault', text, code)
export const LOST = new SupervisorFault('unreachable', 'ECONNRESET')
export const TIMEOUT = new SupervisorFault('timeout', 'no answer in 10 s')

export const effectTexts = (effects: readonly Effect[]): string[] => effects.map(effectText)

function effectText(effect: Effect): string {
  switch (effect.do) {
    case 'look':
      return effect.afterMs === 0 ? 'look' : `look in ${effect.afterMs} ms`
    case 'wait':
      return `wait ${effect.ms} ms for ${effect.for}`
    case 'ask agent':
      return `ask agent within ${effect.withinMs} ms`
    case 'signal':
      return `signal ${effect.signal}`
    case 'run':
      return `run ${effect.hook}: ${effect.command}${effect.pid === undefined ? '' : `, pid ${effect.pid}`}`
    case 'log':
      return `${effect.level} ${effect.text}`
    case 'tell':
      return toldText(effect.outcome)
    default:
      return effect.do
  }
}

/** An outcome as one line, with what the log leaves out. */
export function toldText(outcome: RestartOutcome): string {
  switch (outcome.kind) {
    case 'skipped':
      return `skip ${outcome.reason}: ${outcome.detail}`
    case 'failed':
      return `fail ${outcome.phase}: ${outcome.fault}`
    case 'noticed':
      return outcome.detail === '' ? outcome.what : `${outcome.what}: ${outcome.detail}`
    case 'capped':
      return `capped: ${outcome.cap}`
    case 'restarted': {
      const { newPid, startedBy, durationMs, failedStarts } = outcome
      return `restarted: ${newPid} by ${startedBy}, ${durationMs} ms, ${failedStarts} failed`
    }
  }
}
