// What follows from the verdicts of a monitor of the operator's own: the same as from those of rules. Pure.
import type { Action, Drain } from '../rules/action.ts'
import { drainOfVerdict, type MonitorAnswer } from '../rules/monitor.ts'
import type { Sample, Verdict } from '../rules/monitor-types.ts'
import type { Noticed, RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, type ProcessKey, sameRun } from '../rules/process.ts'
import type { Breach, Rule } from '../rules/rule.ts'

/** What a monitor has asked for last, for one process. */
export interface Standing {
  readonly run: ProcessKey
  readonly action: Verdict['action']
  readonly breach: Breach
}

export type MonitorStep =
  | { readonly kind: 'restart' | 'relieve'; readonly request: RestartRequest }
  | { readonly kind: 'drain'; readonly request: RestartRequest; readonly drain: Drain }
  | { readonly kind: 'notice'; readonly notice: Pick<Noticed, 'what' | 'request' | 'detail'> }

/** What was answered, and the processes as they are by now. */
export interface Answered extends MonitorAnswer {
  /** By namespec; undefined for one that does not run, or is being restarted. */
  readonly processOf: (namespec: string) => ProcessInfo | undefined
  readonly rulesOf: (namespec: string) => readonly Rule[]
  /** From its last answer. */
  readonly before: ReadonlyMap<string, Standing>
}

export interface Follows {
  readonly steps: readonly MonitorStep[]
  readonly standing: ReadonlyMap<string, Standing>
}

export function monitorSteps(answered: Answered): Follows {
  const { samples, verdicts, processOf, before } = answered
  const sampled = new Map(samples.map(sample => [sample.process, sample]))
  const standing = new Map<string, Standing>()
  const steps: MonitorStep[] = []
  for (const verdict of verdicts) {
    const process = processOf(verdict.process)
    const sample = sampled.get(verdict.process)
    // It runs anew, or no longer: the verdict was about another one.
    if (!process || !sample || !sameRun(process, runOf(sample))) continue
    const { pid, startSeconds } = process
    const breach = breachOf(answered, verdict, sample)
    const last = before.get(verdict.process)
    const isNews = last?.action !== verdict.action || !sameRun(last.run, process)
    standing.set(verdict.process, { run: { pid, startSeconds }, action: verdict.action, breach })
    steps.push(...stepsOf(answered, verdict, { process, breach }, isNews))
  }
  for (const [namespec, { action, breach }] of before) {
    const process = sampled.has(namespec) && !standing.has(namespec) && processOf(namespec)
    if (process) steps.push(...overSteps(action, { process, breach }))
  }
  return { steps, standing }
}

/** As the sample has it. */
const runOf = ({ pid, startedAt }: Sample): ProcessKey => ({ pid, startSeconds: startedAt / 1000 })

function breachOf({ spec, name }: Answered, verdict: Verdict, { rssBytes }: Sample): Breach {
  const { metric = 'rss', value = rssBytes, limit = Number.POSITIVE_INFINITY, reason } = verdict
  const ruleId = spec.id
  return {
    rule: `monitor ${name}`,
    ruleId,
    metric,
    cumulative: false,
    value,
    limit,
    reason,
    isOfMonitor: true,
  }
}

/** Logged once for each run; asked for each time, as rules ask. */
function stepsOf(
  { spec, rulesOf }: Answered,
  { action }: Verdict,
  request: RestartRequest,
  isNews: boolean,
): MonitorStep[] {
  if (action === 'alert') return isNews ? [notice('alerted', request)] : []
  if (spec.isDryRun) return isNews ? [notice('would', request, action)] : []
  if (action === 'restart') return [{ kind: 'restart', request }]
  return [{ kind: 'drain', request, drain: drainOfVerdict(spec, rulesOf(request.process.namespec)) }]
}

/** It is no longer asked for. */
function overSteps(action: Action['kind'], request: RestartRequest): MonitorStep[] {
  if (action === 'alert') return [notice('relieved', request)]
  return action === 'drain' ? [{ kind: 'relieve', request }] : []
}

const notice = (what: Noticed['what'], request: RestartRequest, detail = ''): MonitorStep => ({
  kind: 'notice',
  notice: { what, request, detail },
})
