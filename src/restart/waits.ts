// What the jobs wait for whose restart is due: of these the journal need not know, a look by hand does.
import type { ProcessKey } from '../rules/process.ts'
import type { Holds } from './holds.ts'
import type { Job } from './job.ts'

/** A process whose restart is due. */
export interface Wait {
  readonly namespec: string
  readonly run: ProcessKey
  /** Its turn has come. */
  readonly isPreparing: boolean
  /** How often pre_restart_command has postponed it. */
  readonly postponed: number
  /** What holds it back, and until when by the monotonic clock; undefined: its turn alone. */
  readonly hold: { readonly by: 'cap' | 'backoff'; readonly untilTick: number } | undefined
}

/** Of all jobs those that wait. */
export const waitsOf = (jobs: readonly Job[], holds: Pick<Holds, 'cappedUntil' | 'untilTick'>): Wait[] =>
  jobs.flatMap(job => {
    if (job.state !== 'waiting' && job.state !== 'preparing') return []
    const { namespec, pid, startSeconds } = job.request.process
    const isPreparing = job.state === 'preparing'
    const untilTick = isPreparing ? undefined : holds.untilTick(job)
    const by = holds.cappedUntil(namespec) === undefined ? 'backoff' : 'cap'
    const hold = untilTick === undefined ? undefined : ({ by, untilTick } as const)
    return [
      { namespec, run: { pid, startSeconds }, isPreparing, postponed: job.postponing?.times ?? 0, hold },
    ]
  })
