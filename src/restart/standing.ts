// The processes that restarts concern at a moment, by name: for counting from outside.
import type { Holds } from './holds.ts'
import type { Job } from './job.ts'

export interface Standing {
  readonly draining: readonly string[]
  /** Over a limit, but --max-restarts holds it back. */
  readonly capped: readonly string[]
  /** Stopped by memmon, and a start has failed. */
  readonly down: readonly string[]
}

export function standingOf(jobs: readonly Job[], { capped }: Pick<Holds, 'capped'>): Standing {
  const namesOf = (isOne: (job: Job) => boolean) =>
    jobs.filter(isOne).map(({ request }) => request.process.namespec)
  return {
    draining: namesOf(({ state }) => state === 'draining'),
    capped,
    down: namesOf(job => job.state === 'starting' && job.failures > 0),
  }
}
