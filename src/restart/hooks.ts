// Commands of the operator's around a restart. Each has its time, then TERM, then KILL for its whole process group;
// none can do more than delay the restart that it belongs to.
import { messageOf } from '../core/errors.ts'
import type { Failed, Restarted, RestartOutcome, RestartRequest, Skipped } from '../core/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun, stateName } from '../core/process.ts'
import type { RestartPlan } from '../core/rules.ts'
import type { Log } from '../observe/log.ts'
import { environmentOf } from './actions.ts'

export type HookResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly exitCode?: number }

/** Runs a command line, told about the request by environment and stdin. Never rejects. */
export type RunHook = (command: string, request: RestartRequest, event: string) => Promise<HookResult>

/** Runs a program; see notify/pipe-command.ts. */
export type RunWords = (
  words: readonly string[],
  input: Buffer,
  environment: Readonly<Record<string, string>>,
) => Promise<HookResult>

export interface HookPorts {
  readonly run: RunHook
  readonly getProcessInfo: (namespec: string) => Promise<ProcessInfo>
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

/** sysexits.h: EX_TEMPFAIL. */
const POSTPONE = 75
/** How long restart_command's effect may take, beyond the command itself. */
const EFFECT_WITHIN_MS = 60_000
const POLL_MS = 500

/** A runner that splits the command as supervisord splits `command`, without a shell. */
export function createRunHook(
  run: RunWords,
  documentOf: (request: RestartRequest, event: string) => Record<string, unknown>,
): RunHook {
  return async (command, request, event) => {
    try {
      const { split } = await import('shlex')
      const input = Buffer.from(`${JSON.stringify(documentOf(request, event))}\n`)
      return await run(split(command), input, environmentOf(request, event))
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) } // quotes that do not match
    }
  }
}

export class RestartHooks {
  readonly #ports: HookPorts
  /** How often in a row a restart was postponed; bounded by the processes that are over their limit. */
  readonly #postponed = new Map<string, number>()
  /** Processes that pre_restart_command was run for, and post_restart_command not yet. */
  readonly #prepared = new Set<string>()

  constructor(ports: HookPorts) {
    this.#ports = ports
  }

  /** pre_restart_command; an outcome if the restart is not to be now. */
  async before(request: RestartRequest, { preCommand }: RestartPlan): Promise<Skipped | undefined> {
    if (preCommand === undefined) return undefined
    const { namespec } = request.process
    const result = await this.#ports.run(preCommand, request, 'pre_restart')
    if (!result.ok && result.exitCode === POSTPONE) {
      const times = (this.#postponed.get(namespec) ?? 0) + 1
      this.#postponed.set(namespec, times)
      const detail = `pre_restart_command has postponed it to a later check (exit code ${POSTPONE}), ${timesText(times)}`
      return { kind: 'skipped', request, occurredAt: this.#ports.nowMs(), reason: 'postponed', detail }
    }
    this.#postponed.delete(namespec)
    this.#prepared.add(namespec)
    if (!result.ok)
      this.#ports.log('WARN', `pre_restart_command for ${namespec}: ${result.why}. The restart goes on`)
    return undefined
  }

  /**
   * post_restart_command, when it is RUNNING again; also when it was left RUNNING after pre_restart_command: what that
   * has taken out has to come back.
   */
  async after(outcome: RestartOutcome, { postCommand }: RestartPlan): Promise<void> {
    const { request } = outcome
    const isPrepared = this.#prepared.delete(request.process.namespec)
    if (
      postCommand === undefined ||
      !(outcome.kind === 'restarted' || (isPrepared && isLeftRunning(outcome)))
    )
      return
    const { pid } = request.process
    const process = { ...request.process, pid: outcome.kind === 'restarted' ? outcome.newPid : pid }
    const restarted = { ...request, process }
    const result = await this.#ports.run(postCommand, restarted, 'post_restart')
    if (!result.ok)
      this.#ports.log('WARN', `post_restart_command for ${request.process.namespec}: ${result.why}`)
  }

  /** restart_command in place of stop and start: it has worked if the pid is another one, and RUNNING. */
  async restartBy(command: string, request: RestartRequest): Promise<Restarted | Failed> {
    const { process } = request
    const began = this.#ports.nowMs()
    const result = await this.#ports.run(command, request, 'restart')
    const said = result.ok ? '' : `restart_command: ${result.why}; `
    let seen = 'supervisord does not tell what became of it'
    for (const until = this.#ports.nowMs() + EFFECT_WITHIN_MS; this.#ports.nowMs() < until; ) {
      const now = await this.#ports.getProcessInfo(process.namespec).catch(() => undefined)
      const occurredAt = this.#ports.nowMs()
      if (now && now.state === ProcessState.RUNNING && !sameRun(now, process)) {
        const durationMs = occurredAt - began
        return {
          kind: 'restarted',
          request,
          occurredAt,
          newPid: now.pid,
          durationMs,
          startedBy: 'memmon',
          failedStarts: 0,
        }
      }
      if (now)
        seen = sameRun(now, process) ? `its pid is still ${process.pid}` : `it is ${stateName(now.state)}`
      if (!result.ok && now && sameRun(now, process)) break
      await this.#ports.sleep(POLL_MS)
    }
    return { kind: 'failed', request, occurredAt: this.#ports.nowMs(), phase: 'command', fault: said + seen }
  }
}

/** It was looked at again after pre_restart_command, or could not be stopped. */
const isLeftRunning = (outcome: RestartOutcome): boolean =>
  (outcome.kind === 'skipped' && (outcome.reason === 'recovered' || outcome.reason === 'replaced')) ||
  (outcome.kind === 'failed' && outcome.phase !== 'start')

const timesText = (times: number): string => (times === 1 ? 'once so far' : `${times} times in a row`)
