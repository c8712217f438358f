// What a process that is still down means for the rest of its group: who waits for it, and that they go on. Pure.
import type { RestartOutcome } from '../rules/outcome.ts'
import { isAway, type Job } from './job.ts'
import { GROUP_WAITS_MS } from './turns.ts'

/** How many of its group wait for it; undefined if it is not down because of us. */
export function heldUpBy(outcome: RestartOutcome, jobs: readonly Job[]): number | undefined {
  const isDown = outcome.kind === 'failed' && (outcome.phase === 'start' || outcome.phase === 'stopping')
  return isDown ? waitingIn(outcome.request.process.group, jobs).length : undefined
}

/** Said when its group waits for it no longer. The first of them may have begun by then. */
export function releaseText({ request: { process } }: Job, jobs: readonly Job[]): string {
  const begun = jobsIn(process.group, jobs).filter(isAway).length - 1
  const count = waitingIn(process.group, jobs).length + begun
  const others = count > 0 ? `; the other ${count} of the group ${process.group} go on` : ''
  return `${process.namespec} is still down after ${GROUP_WAITS_MS / 60_000} minutes${others}`
}

const waitingIn = (group: string, jobs: readonly Job[]): Job[] =>
  jobsIn(group, jobs).filter(({ state }) => state === 'waiting')

const jobsIn = (group: string, jobs: readonly Job[]): Job[] =>
  jobs.filter(({ request }) => request.process.group === group)
