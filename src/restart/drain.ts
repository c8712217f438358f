// Processes over their soft limit: told to finish once, then watched until they have, until they are back under the
// limit, until they end by themselves, or until their grace is over. What is being drained is in the journal, so that
// the next memmon goes on and tells nobody twice.
import { faultOf, messageOf } from '../core/errors.ts'
import type { Failed, Noticed, RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun, stateName } from '../core/process.ts'
import type { Drain } from '../core/rules.ts'
import { timestamp } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
import type { RunHook } from './hooks.ts'

export interface DrainPorts {
  readonly signalProcess: (namespec: string, signal: string) => Promise<void>
  readonly run: RunHook
  /** Resolves when what an earlier memmon has begun is known. */
  readonly ready: Promise<void>
  readonly notes: () => {
    drain(request: RestartRequest): Promise<void>
    endDrain(namespec: string, result: string): Promise<void>
  }
  /** To be restarted now. */
  readonly restart: (request: RestartRequest) => void
  /** It has ended by itself: to be started if supervisord does not do so. */
  readonly startEnded: (request: RestartRequest) => void
  readonly tell: (outcome: Noticed | Failed) => void
  readonly nowMs: () => number
}

interface Draining {
  readonly request: RestartRequest
  readonly drain: Drain
  readonly since: number
  checking: boolean
  /** Its restart was asked for, and has not ended yet. */
  asked: boolean
}

export class Drains {
  readonly #ports: DrainPorts
  readonly #draining = new Map<string, Draining>()

  constructor(ports: DrainPorts) {
    this.#ports = ports
  }

  /** Goes on with what an earlier memmon has begun. */
  resume(request: RestartRequest, drain: Drain, since: number): void {
    this.#draining.set(request.process.namespec, { request, drain, since, checking: false, asked: false })
  }

  /** Tells the process to finish; once for each run of it. Never rejects. */
  async begin(request: RestartRequest, drain: Drain): Promise<void> {
    await this.#ports.ready
    const { namespec } = request.process
    const known = this.#draining.get(namespec)
    if (known && sameRun(known.request.process, request.process)) return
    const since = this.#ports.nowMs()
    this.#draining.set(namespec, { request, drain, since, checking: false, asked: false })
    await this.#ports.notes().drain(request)
    this.#tell('draining', request, this.#planText(drain, since))
    await this.#tellToFinish(request, drain)
  }

  /** It is back under its soft limit. */
  relieved({ process, breach }: RestartRequest): void {
    const known = this.#draining.get(process.namespec)
    if (!known) return
    this.#end(process.namespec, 'relieved')
    this.#tell('undrained', { process, breach }, 'it is back under its soft limit')
  }

  /** At each check: whose grace is over, and who has finished. */
  check(): void {
    const now = this.#ports.nowMs()
    for (const [namespec, one] of this.#draining) {
      if (one.asked) continue
      const { drain, since } = one
      const spent = formatDuration((now - since) / 1000)
      if (now - since >= drain.graceSeconds * 1000) {
        this.#restart(one, `its grace of ${formatDuration(drain.graceSeconds)} is over`)
      } else if (drain.check !== undefined && !one.checking) void this.#ask(namespec, one, drain.check, spent)
    }
  }

  /** What has been restarted, stopped or removed by another hand, or has ended, is drained no more. */
  onTable(processes: readonly ProcessInfo[]): void {
    const now = new Map(processes.map(process => [process.namespec, process]))
    for (const [namespec, { request, asked }] of this.#draining) {
      if (asked) continue // the restart tells
      const process = now.get(namespec)
      if (process && process.state === ProcessState.RUNNING && sameRun(process, request.process)) continue
      if (process?.state === ProcessState.STOPPING) continue
      this.#end(namespec, 'ended')
      if (process?.state === ProcessState.EXITED) {
        this.#tell(
          'undrained',
          request,
          'it has ended by itself, and is started again if supervisord does not',
        )
        this.#ports.startEnded(request)
      } else this.#tell('undrained', request, goneText(process))
    }
  }

  /** A restart has ended: what was postponed or failed is asked for again, anything else is the end of the drain. */
  settled({ kind, request, ...outcome }: RestartOutcome): void {
    const { namespec } = request.process
    const known = this.#draining.get(namespec)
    if (!known) return
    const isOurs = request.breach.rule === known.request.breach.rule
    const isPostponed = kind === 'skipped' && 'reason' in outcome && outcome.reason === 'postponed'
    if (isOurs && (isPostponed || kind === 'failed')) known.asked = false
    else if (isOurs || kind === 'restarted') this.#end(namespec, kind)
  }

  async #tellToFinish(request: RestartRequest, { signal, command }: Drain): Promise<void> {
    const { namespec } = request.process
    const failed = (fault: string) =>
      this.#ports.tell({ kind: 'failed', request, occurredAt: this.#ports.nowMs(), phase: 'drain', fault })
    try {
      if (signal !== undefined) await this.#ports.signalProcess(namespec, signal)
    } catch (thrown) {
      failed(faultOf(thrown).message)
    }
    if (command === undefined) return
    const result = await this.#ports.run(command, request, 'drain')
    if (!result.ok) failed(`drain_command: ${result.why}`)
  }

  async #ask(namespec: string, one: Draining, command: string, spent: string): Promise<void> {
    one.checking = true
    const result = await this.#ports
      .run(command, one.request, 'drain_check')
      .catch((thrown: unknown) => ({ ok: false as const, why: messageOf(thrown) }))
    one.checking = false
    if (result.ok && this.#draining.get(namespec) === one && !one.asked) {
      this.#restart(one, `it has finished, after ${spent}`)
    }
  }

  #restart(one: Draining, reason: string): void {
    one.asked = true
    const { request } = one
    this.#ports.restart({ ...request, breach: { ...request.breach, reason } })
  }

  #end(namespec: string, result: string): void {
    this.#draining.delete(namespec)
    void this.#ports.notes().endDrain(namespec, result)
  }

  #planText({ signal, command, check, graceSeconds }: Drain, since: number): string {
    const how = [
      ...(signal === undefined ? [] : [`SIG${signal}`]),
      ...(command === undefined ? [] : ['drain_command']),
    ]
    const told = how.length > 0 ? `It is told to finish by ${how.join(' and ')}` : 'It has time to recover'
    const done = check === undefined ? '' : ' when drain_check says that it has, or'
    return `${told}, and is restarted${done} at ${timestamp(new Date(since + graceSeconds * 1000))}`
  }

  #tell(what: Noticed['what'], request: RestartRequest, detail: string): void {
    this.#ports.tell({ kind: 'noticed', what, request, occurredAt: this.#ports.nowMs(), detail })
  }
}

function goneText(process: ProcessInfo | undefined): string {
  if (!process) return 'it was removed from supervisord'
  if (process.state === ProcessState.RUNNING || process.state === ProcessState.STARTING) {
    return `it was restarted meanwhile and is pid ${process.pid} now`
  }
  return `it is ${stateName(process.state)} by now`
}
