// With restart_group, whoever else of the group is restarted with a process: one decision, which the journal holds as
// one.
import type { RestartRequest } from '../rules/outcome.ts'
import type { Holds } from './holds.ts'
import type { Job } from './job.ts'
import type { Terms } from './job-events.ts'
import type { Runner } from './runner.ts'
import { waitingJob } from './waiting.ts'

export interface CompanyPorts {
  readonly termsOf: (request: RestartRequest) => Terms
  /** The rest of its group, for restart_group, each with its own size. */
  readonly companionsOf: (request: RestartRequest) => Promise<readonly RestartRequest[]>
}

/** The jobs that begin with it. Companions that have one already hear of it there. */
export async function companyOf(
  request: RestartRequest,
  { termsOf, companionsOf }: CompanyPorts,
  runner: Pick<Runner, 'entries' | 'enter' | 'send'>,
  holds: Pick<Holds, 'cappedUntil'>,
): Promise<Job[]> {
  const terms = termsOf(request)
  if (terms.kind === 'spared' || !terms.plan.group || request.breach.together !== undefined) return []
  const company: Job[] = []
  for (const one of await companionsOf(request)) {
    const { namespec } = one.process
    const entry = runner.entries.get(namespec)
    if (holds.cappedUntil(namespec) !== undefined) continue
    if (entry) runner.send(entry, { kind: 'breached', request: one, plan: terms.plan })
    else company.push(runner.enter(namespec, waitingJob(one, terms.plan)).job)
  }
  return company
}
