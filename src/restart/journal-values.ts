// What is believed of a line of the journal: values that are as they were written. Pure.
import { METRICS } from '../rules/metric.ts'
import type { Evidence, Failed, MemorySample, Restarted, RestartRequest, Skipped } from '../rules/outcome.ts'
import { namespecOf } from '../rules/process.ts'
import type { Drained } from './job.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** undefined for what is no outcome. */
export function outcomeFrom(
  value: unknown,
  request: RestartRequest,
): Restarted | Skipped | Failed | undefined {
  if (!isObject(value) || typeof value.occurredAt !== 'number') return undefined
  const texts = { skipped: ['reason', 'detail'], failed: ['phase', 'fault'], restarted: ['startedBy'] }
  const numbers = { skipped: [], failed: [], restarted: ['newPid', 'durationMs', 'failedStarts'] }
  const { kind } = value
  if (kind !== 'skipped' && kind !== 'failed' && kind !== 'restarted') return undefined
  const isWhole =
    texts[kind].every(key => typeof value[key] === 'string') &&
    numbers[kind].every(key => Number.isFinite(value[key]))
  const told = Object.fromEntries(Object.entries(value).filter(isBelieved))
  return isWhole ? ({ ...told, request } as unknown as Restarted | Skipped | Failed) : undefined
}

const isBelieved = ([key, of]: [string, unknown]): boolean =>
  key === 'evidence' ? isEvidence(of) : key !== 'hookFault' || isText(of)

/** A restart does not depend on it: what is not as it was written is left out. */
export const evidenceIn = ({ evidence }: Json): { readonly evidence?: Evidence } =>
  isEvidence(evidence) ? { evidence } : {}

/** The same for what pre_restart_command said. */
export const hookFaultIn = ({ hookFault }: Json): { readonly hookFault?: string } =>
  typeof hookFault === 'string' ? { hookFault } : {}

const isText = (value: unknown): boolean => typeof value === 'string'

function isEvidence(value: unknown): value is Evidence {
  if (!isObject(value) || !Array.isArray(value.sentences)) return false
  const { path = '', problem = '', command = { text: '' }, sentences, sample } = value
  const texts = [path, problem, isObject(command) ? command.text : undefined, ...sentences]
  return texts.every(isText) && (sample === undefined || isSample(sample))
}

function isSample(value: unknown): value is MemorySample {
  if (!isObject(value) || !Array.isArray(value.lines)) return false
  const { path = '', problem = '', lines } = value
  return [path, problem, ...lines].every(isText)
}

const isMetric = (value: unknown): boolean => METRICS.some(metric => metric === value)

export const isDrained = (value: unknown): value is Drained =>
  isObject(value) &&
  isRequest(value.request) &&
  Number.isFinite(value.sinceTick) &&
  typeof value.isTold === 'boolean' &&
  (value.awaitsAgent === undefined || value.awaitsAgent === true)

/** JSON has no Infinity, which is the limit of requests by a person, or by a monitor without a figure. */
export function withoutLimit(request: unknown): unknown {
  if (!isObject(request) || !isObject(request.breach)) return request
  const { breach } = request
  if ((breach.isOfMonitor !== true && breach.isByHand !== true) || breach.limit !== null) return request
  return { ...request, breach: { ...breach, limit: Number.POSITIVE_INFINITY } }
}

/** What a restart is resumed from, and told by. */
export function isRequest(value: unknown): value is RestartRequest {
  if (!isObject(value) || !isObject(value.process) || !isObject(value.breach)) return false
  const { process, breach } = value
  if (typeof breach.cumulative !== 'boolean' || !isMetric(breach.metric)) return false
  if (breach.growth !== undefined && !isGrowth(breach.growth)) return false
  const texts = [process.group, process.name, process.namespec, breach.rule, breach.ruleId]
  const numbers = [process.pid, process.startSeconds, process.nowSeconds, breach.value]
  const isBounded = Number.isFinite(breach.limit) || breach.limit === Number.POSITIVE_INFINITY
  if (!isBounded || !numbers.every(number => Number.isFinite(number))) return false
  if (!texts.every(text => typeof text === 'string')) return false
  return process.namespec === namespecOf(String(process.group), String(process.name))
}

const isGrowth = (value: unknown): boolean => isObject(value) && Number.isFinite(value.isOverBelowBytes)
