// The evidence as the JSON document of its file, as docs/evidence.md has it. Pure.
import type { RestartRequest } from '../rules/outcome.ts'
import { stateName } from '../rules/process.ts'
import type { Facts } from './facts.ts'

/** What memmon itself knows of the process. The caller bounds it. */
export interface OwnKnowledge {
  /** Oldest first. */
  readonly samples: readonly { readonly atMs: number; readonly bytes: number }[]
  /** The verdict of the growth detector, if it has one. */
  readonly growth?: object
  /** The last restarts of the process and what became of them, oldest first. */
  readonly restarts: readonly { readonly atMs: number; readonly outcome: string }[]
}

/** Keys in lower case with underscores, as in all of memmon's JSON. */
export function evidenceDocument(
  { process, breach }: RestartRequest,
  known: OwnKnowledge,
  facts: Facts,
): object {
  const { group, name, pid, startSeconds, nowSeconds, state } = process
  const { rule, metric, cumulative, value, limit, isHard, window, reason, growth, together, budget } = breach
  const uptimeSeconds = Math.max(0, nowSeconds - startSeconds)
  return snakeKeys({
    version: 1,
    process: { group, name, pid, startSeconds, uptimeSeconds, state: stateName(state) },
    breach: { rule, metric, cumulative, value, limit, isHard, window, reason, growth, together, budget },
    known,
    facts: factsDocument(facts),
  }) as object
}

/** The facts alone, as `memmon diagnose --json` has them. */
export const factsDocument = (facts: Facts): object => snakeKeys(facts) as object

/** No key of these values is data: names and paths are values. */
function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [snake(key), snakeKeys(one)]))
}

const snake = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
