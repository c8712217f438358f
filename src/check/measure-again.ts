// What is asked between checks: whether a request still holds, and who goes with a group.

import type { Sampler } from '../proc/sampler.ts'
import type { Budget } from '../rules/budgets.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import type { BudgetCheck } from './budget-check.ts'
import { BLIND_TEXT, blindSpotsOf } from './unmeasured.ts'
import type { Watched } from './watched.ts'

/**
 * What a request is about, measured again; undefined if that is gone. `ofBudget` measures the budget of this id. Throws
 * if it cannot be read.
 */
export async function measureAgain(
  { process, breach }: RestartRequest,
  sampler: Sampler,
  ofBudget: (id: string) => Promise<number | undefined>,
): Promise<number | undefined> {
  // It is restarted whatever its own size is.
  if (breach.together !== undefined) return breach.value
  if (breach.budget) return await ofBudget(breach.budget.id)
  if (breach.metric === 'rss') return await rssAgain(process, breach.cumulative, sampler)
  const [value] = sampler.figures([process.pid], breach.metric, breach.cumulative)
  if (value === 'denied' || value === 'unsupported') throw new Error(`${breach.metric}: ${value}`)
  return typeof value === 'number' ? value : undefined
}

/** What cannot be read any more has not gone. */
async function rssAgain(
  process: ProcessInfo,
  cumulative: boolean,
  sampler: Sampler,
): Promise<number | undefined> {
  const rssBytes = (await sampler.measure([process.pid], cumulative)).get(process.pid)
  const [blind] = rssBytes === undefined ? blindSpotsOf([process], sampler) : []
  if (blind) throw new Error(BLIND_TEXT[blind.why])
  return rssBytes
}

/** What a budget comes to now, with the victim `namespec` and without those that are away. */
export async function budgetAgain(
  budget: Budget,
  namespec: string,
  watched: readonly Watched[],
  isAway: (namespec: string) => boolean,
  sampler: Sampler,
  check: BudgetCheck,
): Promise<number | undefined> {
  // What another restart of them frees is free soon: one of them gives way at a time.
  const running = watched.filter(
    ({ process }) =>
      process.state === ProcessState.RUNNING && (process.namespec === namespec || !isAway(process.namespec)),
  )
  const pids = running.map(({ process }) => process.pid)
  const sizes = await sampler.measure(pids, budget.cumulative)
  return check.measure(budget, running, ({ process }) => sizes.get(process.pid))
}

/** The others of a process's group, each restarted with it for what it uses itself; 0 if that cannot be read. */
export async function companionsOf(
  { process: { namespec }, breach }: RestartRequest,
  others: readonly ProcessInfo[],
  measure: (request: RestartRequest) => Promise<number | undefined>,
): Promise<RestartRequest[]> {
  const { window: _, reason: __, ...own } = breach
  const companions: RestartRequest[] = []
  for (const process of others) {
    const value = await measure({ process, breach: own }).catch(() => undefined)
    companions.push({ process, breach: { ...own, value: value ?? 0, together: namespec } })
  }
  return companions
}
