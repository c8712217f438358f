// Whose turn it is: of the jobs that wait, those that may begin now. Within a group --max-parallel processes are away
// at a time, across groups --stagger keeps restarts apart, the largest excess goes first. One that does not come back
// holds up others for a while, and no longer. Pure; ticks are milliseconds of the monotonic clock.
import { isAway, type Job } from './job.ts'

/** How long the rest of a group waits for one process that does not come back. */
export const GROUP_WAITS_MS = 300_000

export interface TurnSettings {
  /** How many processes of a group may be away at a time; 0: any number. */
  readonly maxParallel: number
  /** The next group waits this long for one that is not RUNNING yet; 0: not at all. */
  readonly staggerMs: number
}

export interface Turns {
  readonly begin: readonly Job[]
  /** When to look again, if nothing happens before. */
  readonly nextTick: number
}

/** `heldUntil`: the cap or the backoff lets a job go no sooner. */
export function turnsOf(
  jobs: readonly Job[],
  tick: number,
  settings: TurnSettings,
  heldUntil: (job: Job) => number | undefined,
): Turns {
  const away = jobs.filter(isAway).map(job => awayOf(job, tick))
  const begin: Job[] = []
  let nextTick = Number.POSITIVE_INFINITY
  for (const job of inOrder(jobs)) {
    const untilTick = Math.max(
      heldUntil(job) ?? 0,
      groupFreeAt(job, away, tick, settings),
      staggeredUntil(job, away, tick, settings),
    )
    if (untilTick > tick) {
      nextTick = Math.min(nextTick, untilTick)
      continue
    }
    begin.push(job)
    away.push({ group: groupOf(job), sinceTick: tick, isBack: false })
  }
  return { begin, nextTick }
}

interface Away {
  readonly group: string
  readonly sinceTick: number
  /** RUNNING again: only its post_restart_command is still to end. */
  readonly isBack: boolean
}

const inOrder = (jobs: readonly Job[]): Job[] =>
  jobs
    .filter(job => job.state === 'waiting' && !job.isPostponed)
    .sort((a, b) => urgencyOf(b) - urgencyOf(a) || excessOf(b) - excessOf(a))

/** When one of its group no longer counts as away, if that is all it waits for. */
function groupFreeAt(job: Job, away: readonly Away[], tick: number, { maxParallel }: TurnSettings): number {
  if (maxParallel === 0) return 0
  const until = away
    .filter(({ group, sinceTick }) => group === groupOf(job) && tick - sinceTick < GROUP_WAITS_MS)
    .map(({ sinceTick }) => sinceTick + GROUP_WAITS_MS)
    .sort((a, b) => a - b)
  return until.length < maxParallel ? 0 : (until[until.length - maxParallel] ?? 0)
}

/** A hard limit does not wait for other groups. */
function staggeredUntil(job: Job, away: readonly Away[], tick: number, { staggerMs }: TurnSettings): number {
  if (isHard(job)) return 0
  const others = away.filter(
    ({ group, sinceTick, isBack }) => !isBack && group !== groupOf(job) && tick - sinceTick < staggerMs,
  )
  return Math.max(0, ...others.map(({ sinceTick }) => sinceTick + staggerMs))
}

function awayOf(job: Job, tick: number): Away {
  const isBack = job.state === 'finishing'
  const isDown = job.state === 'stopping' || job.state === 'starting'
  const sinceTick = isDown ? job.askedTick : job.state === 'preparing' ? job.beganTick : tick
  return { group: groupOf(job), sinceTick, isBack }
}

const groupOf = ({ request }: Job): string => request.process.group
/** A person's request comes before memmon's own, but not before hard limits, which protect the machine. */
const urgencyOf = (job: Job): number => (isHard(job) ? 2 : job.request.breach.isByHand ? 1 : 0)
const isHard = ({ request }: Job): boolean => request.breach.isHard === true
/** Of whatever its limit counts. */
const excessOf = ({ request: { breach } }: Job): number =>
  breach.growth || !Number.isFinite(breach.limit) ? 0 : Math.abs(breach.value - breach.limit)
