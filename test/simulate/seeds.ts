// Seeds one after the other: what `npm run simulate` and the tests have in common.
import { confText } from './conf.ts'
import { generate } from './generate.ts'
import type { Violation } from './oracle.ts'
import { type RunResult, run } from './run.ts'
import type { Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'

export interface Tally {
  runs: number
  steps: number
  /** Of all steps and their times. */
  digest: number
  stops: number
  excused: number
  readonly broken: { readonly seed: number; readonly violation: Violation }[]
}

export const emptyTally = (): Tally => ({ runs: 0, steps: 0, digest: 0, stops: 0, excused: 0, broken: [] })

/** Adds what the seed comes to. */
export async function runSeed(seed: number, tally: Tally): Promise<void> {
  const result = await runGuarded(generate(seed))
  tally.runs++
  tally.steps += result.steps
  // A sum: the same in whatever order seeds are run.
  tally.digest = (tally.digest + Math.imul(result.digest, seed | 1)) >>> 0
  tally.stops += result.stops
  tally.excused += result.excused
  if (result.violation) tally.broken.push({ seed, violation: result.violation })
}

/** What memmon itself throws ends its process: that is a violation, too. */
async function runGuarded(scenario: Scenario, isTraced = false): Promise<RunResult> {
  let thrown: unknown
  const onRejection = (reason: unknown) => {
    thrown ??= reason
  }
  process.on('unhandledRejection', onRejection)
  try {
    const result = await run(scenario, isTraced)
    // Rejections are told when nothing else is left to do.
    await new Promise(resolve => setImmediate(resolve))
    return thrown === undefined ? result : { ...result, violation: defect(thrown) }
  } finally {
    process.off('unhandledRejection', onRejection)
  }
}

const defect = (thrown: unknown): Violation => ({
  invariant: 'no defect',
  text: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  atMs: 0,
})

/** The shortest scenario that was found for the violation of a seed, and everything that happens in it. */
export async function explain(seed: number): Promise<string> {
  const { violation } = await runGuarded(generate(seed))
  if (!violation) return `seed ${seed}: no violation`
  const { invariant } = violation
  const fails = async (one: Scenario) => (await runGuarded(one)).violation?.invariant === invariant
  const shortest = await shrink(generate(seed), fails)
  const { trace, violation: last } = await runGuarded(shortest, true)
  const programs = shortest.programs.map(
    ({ group, name, ...spec }) => `${group}:${name} ${JSON.stringify(spec)}`,
  )
  return [
    `seed ${seed}, invariant "${invariant}": ${last?.text ?? violation.text}`,
    'programs:',
    ...programs,
    'memmon.conf:',
    confText(shortest.conf).trimEnd(),
    'events:',
    ...shortest.events.map(event => JSON.stringify(event)),
    'trace, in seconds:',
    ...trace,
  ].join('\n')
}
