// One run: everything that a scenario holds, then calm, then what memmon has promised.
import type { Violation } from './oracle.ts'
import type { Scenario } from './scenario.ts'
import { World } from './world.ts'

export interface RunResult {
  readonly steps: number
  readonly digest: number
  readonly violation: Violation | undefined
  readonly stops: number
  readonly excused: number
  readonly trace: readonly string[]
}

/** While something cannot be started yet: long enough for a try a minute. */
const STUCK_MS = 150_000
/** Groups that wait for one another, backoff and grace included. */
const QUIET_WITHIN_MS = 1_800_000
const TRIED_WITHIN_MS = 75_000
const OPEN_FOR_MS = 120_000

export async function run(scenario: Scenario, isTraced = false): Promise<RunResult> {
  const world = new World(scenario, isTraced)
  const { scheduler, oracle } = world
  const isOver = () => oracle.violations.length > 0
  world.begin()
  await scheduler.run(scenario.activeMs, isOver)
  scheduler.now = Math.max(scheduler.now, isOver() ? 0 : scenario.activeMs)
  if (!isOver()) {
    world.calmDown()
    await tryForEver(world, isOver)
    const end = scheduler.now + QUIET_WITHIN_MS
    await scheduler.run(end, () => isOver() || isQuiet(world))
    const left = oracle.unquiet
    if (left && !isOver()) oracle.violate(left.invariant, left.text)
  }
  return {
    steps: scheduler.steps,
    digest: scheduler.digest,
    violation: oracle.violations[0],
    stops: oracle.stops,
    excused: oracle.excused,
    trace: world.trace ?? [],
  }
}

/** What cannot be started is tried again and again, and that was told; then it can be started. */
async function tryForEver(world: World, isOver: () => boolean): Promise<void> {
  const { scheduler, oracle, supervisord } = world
  const stuck = () =>
    [...supervisord.programs.values()].filter(
      ({ behaviour, namespec }) => behaviour.isMissing && oracle.debts.has(namespec),
    )
  if (stuck().length > 0) {
    await groupsGoOn(world, new Set(stuck().map(({ spec }) => spec.group)), isOver)
    await scheduler.run(scheduler.now + STUCK_MS, isOver)
    const openedAt = world.memmon?.isAlive ? world.memmon.openedAt : undefined
    const isLong = openedAt !== undefined && scheduler.now - openedAt > OPEN_FOR_MS
    for (const { namespec } of isLong ? stuck() : []) {
      if (isOver()) return
      // A restart_command has a minute to take effect.
      if (scheduler.now - (oracle.debts.get(namespec)?.sinceMs ?? 0) < OPEN_FOR_MS) continue
      const triedAt = oracle.lastStartAt.get(namespec) ?? 0
      if (scheduler.now - triedAt > TRIED_WITHIN_MS)
        oracle.violate(
          'runs again',
          `${namespec} is down, and was tried ${Math.round((scheduler.now - triedAt) / 1000)} s ago`,
        )
      else if (!oracle.failedToStart.has(namespec))
        oracle.violate('told', `${namespec} cannot be started, and that is not told`)
    }
  }
  for (const program of supervisord.programs.values())
    program.behaviour = { ...program.behaviour, isMissing: false }
}

/** The rest of its group does not wait for it: each that is stuck holds them up for five minutes. */
async function groupsGoOn(world: World, groups: ReadonlySet<string>, isOver: () => boolean): Promise<void> {
  const { scheduler, oracle } = world
  const waits = () => oracle.over(group => groups.has(group))
  const end = scheduler.now + QUIET_WITHIN_MS
  await scheduler.run(end, () => isOver() || (scheduler.steps % 16 === 0 && waits() === undefined))
  const waiting = waits()
  if (waiting !== undefined && !isOver())
    oracle.violate('bounded', `a group waits for one that cannot be started: ${waiting}`)
}

/** Asked now and then: it looks at everything. */
const isQuiet = ({ scheduler, oracle }: World): boolean =>
  scheduler.steps % 16 === 0 && oracle.unquiet === undefined
