// Why a process has so many threads or descriptors, read while it runs. What is imported here is loaded with the first such
// process.
import type { Metric } from '../rules/metric.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Facts } from './facts.ts'
import { type FactsOptions, readFacts } from './read-facts.ts'
import { partOf, wordsAbout } from './reason-words.ts'

type Clocks = Pick<FactsOptions, 'tick' | 'nowMs'>

/** Of the threads, or of the descriptors, alone. Never rejects, and resolves in time. */
export function tally(
  { pid }: ProcessInfo,
  metric: Metric,
  timeoutMs: number,
  { tick, nowMs }: Clocks,
): Promise<Facts> {
  const part = partOf(metric)
  return readFacts(pid, { timeoutMs, tick, nowMs, parts: ['status', 'limits', ...(part ? [part] : [])] })
}

/** What these say about a breach, and what has grown since. Never rejects, and resolves in time. */
export async function reasonOf(
  { process, breach }: RestartRequest,
  previous: Facts | undefined,
  timeoutMs: number,
  clocks: Clocks,
): Promise<readonly string[]> {
  return wordsAbout(breach, await tally(process, breach.metric, timeoutMs, clocks), { previous })
}
