// What people request for one process: a restart or a drain, which become jobs like memmon's own.
import type { Drain } from '../rules/action.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { beginDrain } from './begin-drain.ts'
import type { Holds } from './holds.ts'
import { isAway } from './job.ts'
import type { Runner, RunnerPorts } from './runner.ts'
import type { Schedule } from './schedule.ts'
import { waitingJob } from './waiting.ts'

export interface ByHandPorts extends Pick<RunnerPorts, 'termsOf' | 'journal'> {
  readonly runner: Runner
  readonly holds: Pick<Holds, 'refusalOf'>
  readonly schedule: Pick<Schedule, 'isOpen' | 'giveTurnsSoon'>
}

export class ByHand {
  readonly #ports: ByHandPorts

  constructor(ports: ByHandPorts) {
    this.#ports = ports
  }

  /** Requested by a person. Resolves when it is in the journal, or with the reason why not, in one clause. */
  async restart(request: RestartRequest): Promise<string | undefined> {
    const { runner, schedule, journal, termsOf } = this.#ports
    const { namespec } = request.process
    const entry = runner.entries.get(namespec)
    const terms = termsOf(request)
    const refusal = this.#refusalOf(namespec) ?? (terms.kind === 'spared' ? terms.why : undefined)
    if (refusal !== undefined) return refusal
    const plan = terms.plan ?? { group: false }
    if (entry) runner.send(entry, { kind: 'breached', request, plan })
    const { job } = entry ?? runner.enter(namespec, waitingJob(request, plan))
    await journal.note({ jobs: [[namespec, job]] })
    schedule.giveTurnsSoon()
    return undefined
  }

  /** The same for a drain. */
  async drain(request: RestartRequest, drain: Drain): Promise<string | undefined> {
    const { runner, journal } = this.#ports
    const { namespec } = request.process
    const entry = runner.entries.get(namespec)
    if (entry?.job.state === 'draining') return 'it was asked to finish already'
    const refusal = this.#refusalOf(namespec)
    if (entry || refusal !== undefined) return refusal ?? 'its restart is due already'
    const begun = beginDrain(request, drain, runner.moment(request))
    runner.begin(namespec, begun)
    await journal.note({ jobs: [[namespec, begun.job]] })
    return undefined
  }

  /** Why no request by hand is accepted now. */
  #refusalOf(namespec: string): string | undefined {
    const { runner, holds, schedule } = this.#ports
    const entry = runner.entries.get(namespec)
    if (!schedule.isOpen) return 'memmon has just been started and reads its journal: try again'
    if (runner.isEnding) return 'memmon is ending: try again when the next one runs'
    if (entry && isAway(entry.job)) return 'memmon is restarting it already'
    return holds.refusalOf(namespec)
  }
}
