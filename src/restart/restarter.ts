// The safe restart of one process: look again, stop, wait, start, wait. supervisord has no atomic restart, so
// from the stop on the program is ours until it runs again, is removed, or someone else has decided about it.
// What supervisord answers in each state: supervisor/rpcinterface.py.
import { FaultCode, faultOf } from '../core/errors.ts'
import type {
  Failed,
  FailurePhase,
  RestartOutcome,
  RestartRequest,
  Skipped,
  SkipReason,
} from '../core/outcome.ts'
import { isWithin, recoveredText } from '../core/outcome-text.ts'
import { type ProcessInfo, type ProcessKey, ProcessState, sameRun, stateName } from '../core/process.ts'
import type { RestartPlan } from '../core/rules.ts'
import type { RestartHooks } from './hooks.ts'

/** What is noted on disk before and during a restart; none of it rejects. */
export interface RestartNotes {
  begin(request: RestartRequest): Promise<void>
  step(namespec: string, step: 'stopping' | 'start'): Promise<void>
  close(namespec: string, result: string): Promise<void>
}

/** The calls to supervisord that a restart takes; they throw SupervisorFault. */
export interface SupervisorCalls {
  getProcessInfo(namespec: string): Promise<ProcessInfo>
  stopProcess(namespec: string): Promise<void>
  startProcess(namespec: string): Promise<void>
}

export interface RestarterPorts {
  readonly supervisor: SupervisorCalls
  readonly notes: RestartNotes
  /** What the request is about, measured again; undefined if the process has gone. Throws if unreadable. */
  readonly measure: (request: RestartRequest) => Promise<number | undefined>
  readonly hooks?: RestartHooks
  readonly plan: RestartPlan
  /** Told of the first failed start, while memmon goes on trying. */
  readonly report: (failed: Failed) => void
  /** True once memmon is to end: then a supervisord that is shutting down is not waited for. */
  readonly isEnding: () => boolean
  readonly sleep: (ms: number) => Promise<void>
  readonly nowMs: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
}

const POLL_MS = 100
const SLOW_POLL_MS = 500
/** After this long a stop or start is polled slowly. */
const SLOW_AFTER_MS = 10_000
const STOP_ATTEMPTS = 3
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000
/** A process in BACKOFF is supervisord's to retry; after this long it counts as failed. */
const BACKOFF_FAILS_AFTER_MS = 60_000
/** How long an EXITED process may take to be started again by supervisord's autorestart. */
const AUTORESTART_WITHIN_MS = 3_000
/** Polls in a row that may break before they count as a failure. */
const POLL_FAULTS_TOLERATED = 3

type Sighting =
  | { readonly kind: 'seen'; readonly info: ProcessInfo }
  | { readonly kind: 'removed' }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'fault'; readonly text: string }

/** Restarts one process and says how that ended; never rejects for what supervisord or the network does. */
export async function restartProcess(
  request: RestartRequest,
  ports: RestarterPorts,
): Promise<RestartOutcome> {
  const restart = new Restart(request, ports, ports.nowMs())
  const leftAlone = await restart.lookAgain()
  if (leftAlone) return leftAlone
  const { hooks, plan } = ports
  const postponed = await hooks?.before(request, plan)
  if (postponed) return postponed
  if (hooks && plan.preCommand !== undefined) {
    // It took its time: what was true before it may not be true any more.
    const meanwhile = await restart.lookAgain()
    if (meanwhile) return meanwhile
  }
  if (hooks && plan.restartCommand !== undefined) return await hooks.restartBy(plan.restartCommand, request)
  await ports.notes.begin(request)
  return restart.closed((await restart.stop()) ?? (await restart.bringBack()))
}

/**
 * Finishes a restart that an earlier memmon had noted: starts what is stopped by it, leaves alone what runs or what
 * someone else has decided about since. `stopAskedAt` in epoch milliseconds. With `startsEnded` one that has ended by
 * itself is started, too.
 */
export async function resumeRestart(
  request: RestartRequest,
  stopAskedAt: number,
  ports: RestarterPorts,
  startsEnded = false,
): Promise<RestartOutcome> {
  const restart = new Restart(request, ports, stopAskedAt, startsEnded)
  return restart.closed(await restart.bringBack())
}

/** The wait before the next try: 1 s doubling to 60 s, each between half and the whole of it. */
export function retryDelayMs(failures: number, random: number): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1))
  return full / 2 + (full / 2) * random
}

class Restart {
  readonly #request: RestartRequest
  readonly #ports: RestarterPorts
  readonly #namespec: string
  readonly #old: ProcessKey
  readonly #stopAskedAt: number
  readonly #startsEnded: boolean
  /** supervisord may have taken our stop: from here on the program is ours. */
  #ours = true
  #startNoted = false
  #failures = 0
  #reported = false
  /** supervisord has taken our start; false again once that start has failed. */
  #startAsked = false
  /** A start of ours may have worked, even if its answer was lost. */
  #startTried = false

  constructor(request: RestartRequest, ports: RestarterPorts, stopAskedAt: number, startsEnded = false) {
    this.#startsEnded = startsEnded
    this.#request = request
    this.#stopAskedAt = stopAskedAt
    this.#ports = ports
    this.#namespec = request.process.namespec
    this.#old = request.process
  }

  /**
   * Closes the journal's entry. It stays open when supervisord is shutting down or reloading with a program that we
   * have stopped: the next memmon starts it, unless it is another supervisord by then.
   */
  async closed(outcome: RestartOutcome): Promise<RestartOutcome> {
    const unfinished = outcome.kind === 'skipped' && outcome.reason === 'shutdown' && this.#ours
    const result = outcome.kind === 'skipped' ? outcome.reason : outcome.kind
    if (!unfinished) await this.#ports.notes.close(this.#namespec, result)
    return outcome
  }

  /** The size is measured again, then pid, start and state are compared: nothing stands between that and the stop. */
  async lookAgain(): Promise<RestartOutcome | undefined> {
    const { breach } = this.#request
    try {
      const value = await this.#ports.measure(this.#request)
      if (value === undefined) return this.#skipped('not running', 'it has ended by itself')
      if (isWithin(breach, value)) return this.#skipped('recovered', recoveredText(breach, value))
    } catch (thrown) {
      return this.#failed('check', `its memory could not be read again: ${String(thrown)}`)
    }
    const sighting = await this.#look()
    if (sighting.kind === 'fault') return this.#failed('check', sighting.text)
    if (sighting.kind !== 'seen') return this.#gone(sighting.kind)
    const { info } = sighting
    if (info.state !== ProcessState.RUNNING) {
      return this.#skipped('not running', `it is ${stateName(info.state)} by now`)
    }
    if (!sameRun(info, this.#old)) {
      return this.#skipped('replaced', `it was restarted meanwhile and is pid ${info.pid} now`)
    }
    return undefined
  }

  /** Asks for the stop. undefined: it is stopped, or stopping, by us. */
  async stop(): Promise<RestartOutcome | undefined> {
    this.#ours = false
    let text = ''
    for (let attempt = 1; attempt <= STOP_ATTEMPTS; attempt++) {
      try {
        await this.#ports.supervisor.stopProcess(this.#namespec)
        this.#ours = true
        await this.#ports.notes.step(this.#namespec, 'stopping')
        return undefined
      } catch (thrown) {
        const fault = faultOf(thrown)
        text = fault.message
        if (fault.code === FaultCode.BAD_NAME) return this.#gone('removed')
        if (fault.code === FaultCode.SHUTDOWN_STATE) return this.#gone('shutdown')
        if (fault.code === FaultCode.NOT_RUNNING && attempt === 1) {
          return this.#skipped('not running', 'it was stopped or has ended in the very moment')
        }
      }
      // The call broke off: supervisord may have stopped it all the same, and it tells.
      this.#ours = true
      const stopped = await this.#wasStopped()
      if (stopped !== 'running') return stopped === 'stopped' ? undefined : stopped
      this.#ours = false
      await this.#ports.sleep(retryDelayMs(attempt, this.#ports.random()))
    }
    return this.#failed('stop', text)
  }

  async #wasStopped(): Promise<RestartOutcome | 'stopped' | 'running'> {
    const sighting = await this.#lookUntilAnswered()
    if (sighting.kind !== 'seen') return this.#gone(sighting.kind)
    const { info } = sighting
    if (info.state === ProcessState.RUNNING) {
      return sameRun(info, this.#old) ? 'running' : this.#skipped('replaced', `it is pid ${info.pid} now`)
    }
    if (info.state === ProcessState.STOPPING || info.state === ProcessState.STOPPED) return 'stopped'
    return this.#skipped('not running', `it is ${stateName(info.state)} by now`)
  }

  /** Starts it, as often as it takes, and waits until it runs or someone else has decided about it. */
  async bringBack(): Promise<RestartOutcome> {
    let exitedAt: number | undefined
    let backoffAt: number | undefined
    for (const began = this.#ports.nowMs(); ; ) {
      const sighting = await this.#lookUntilAnswered()
      if (sighting.kind !== 'seen') return this.#gone(sighting.kind)
      const { info } = sighting
      const now = this.#ports.nowMs()
      const startedSince = this.#startAsked || info.startSeconds > this.#old.startSeconds
      switch (info.state) {
        case ProcessState.RUNNING:
          return this.#restarted(info)
        case ProcessState.STOPPED: {
          // Started since, and stopped now: that was somebody's wish.
          if (startedSince) return this.#skipped('not running', 'someone has stopped it again')
          const ended = await this.#start()
          if (ended) return ended
          break
        }
        case ProcessState.FATAL: {
          if (this.#startAsked)
            await this.#failedOnce(`it ended up FATAL (${info.spawnError || 'no reason given'})`)
          const ended = await this.#start()
          if (ended) return ended
          break
        }
        case ProcessState.EXITED:
          exitedAt ??= now
          if (now - exitedAt > AUTORESTART_WITHIN_MS) {
            if (!this.#startsEnded || this.#startAsked) return this.#exited()
            const ended = await this.#start()
            if (ended) return ended
          }
          break
        case ProcessState.BACKOFF:
          backoffAt ??= now
          if (now - backoffAt > BACKOFF_FAILS_AFTER_MS)
            this.#reportOnce('it ends too soon after each start (BACKOFF)')
          break
      }
      await this.#ports.sleep(now - began < SLOW_AFTER_MS ? POLL_MS : SLOW_POLL_MS)
    }
  }

  /** Asks for one start. undefined: go on looking. */
  async #start(): Promise<RestartOutcome | undefined> {
    if (!this.#startNoted) await this.#ports.notes.step(this.#namespec, 'start')
    this.#startNoted = true
    try {
      await this.#ports.supervisor.startProcess(this.#namespec)
      this.#startAsked = true
      this.#startTried = true
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === FaultCode.BAD_NAME) return this.#gone('removed')
      if (fault.code === FaultCode.ALREADY_STARTED) return undefined
      if (fault.code === FaultCode.SHUTDOWN_STATE) return undefined // the next look waits for its end
      if (fault.kind !== 'fault') this.#startTried = true
      await this.#failedOnce(fault.message)
    }
    return undefined
  }

  async #failedOnce(text: string): Promise<void> {
    this.#failures++
    this.#startAsked = false
    this.#reportOnce(text)
    await this.#ports.sleep(retryDelayMs(this.#failures, this.#ports.random()))
  }

  #reportOnce(text: string): void {
    if (!this.#reported) this.#ports.report(this.#failed('start', text))
    this.#reported = true
  }

  async #look(): Promise<Sighting> {
    try {
      return { kind: 'seen', info: await this.#ports.supervisor.getProcessInfo(this.#namespec) }
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === FaultCode.BAD_NAME) return { kind: 'removed' }
      if (fault.code === FaultCode.SHUTDOWN_STATE) return { kind: 'shutdown' }
      return { kind: 'fault', text: fault.message }
    }
  }

  async #lookUntilAnswered(): Promise<Exclude<Sighting, { kind: 'fault' }>> {
    for (let faults = 1; ; ) {
      const sighting = await this.#look()
      // A reload may be over before memmon ends; after a shutdown nobody is there to ask.
      if (sighting.kind === 'shutdown' && !this.#ports.isEnding()) {
        await this.#ports.sleep(SLOW_POLL_MS)
        continue
      }
      if (sighting.kind !== 'fault') return sighting
      if (faults >= POLL_FAULTS_TOLERATED) this.#reportOnce(sighting.text)
      await this.#ports.sleep(retryDelayMs(faults++, this.#ports.random()))
    }
  }

  #restarted(info: ProcessInfo): RestartOutcome {
    if (sameRun(info, this.#old)) return this.#skipped('not running', 'it was never stopped')
    return {
      kind: 'restarted',
      ...this.#occurred(),
      newPid: info.pid,
      durationMs: this.#ports.nowMs() - this.#stopAskedAt,
      startedBy: this.#startTried ? 'memmon' : 'other',
      failedStarts: this.#failures,
    }
  }

  #exited(): RestartOutcome {
    if (!this.#startAsked) return this.#skipped('not running', 'it has ended by itself')
    return this.#failed('start', 'it has ended by itself (EXITED), and supervisord is not to restart it')
  }

  #gone(why: 'removed' | 'shutdown'): Skipped {
    const detail =
      why === 'removed' ? 'it was removed from supervisord' : 'supervisord is shutting down or reloading'
    return this.#skipped(why, detail)
  }

  #skipped(reason: SkipReason, detail: string): Skipped {
    return { kind: 'skipped', ...this.#occurred(), reason, detail }
  }

  #failed(phase: FailurePhase, fault: string): Failed {
    return { kind: 'failed', ...this.#occurred(), phase, fault }
  }

  #occurred() {
    return { request: this.#request, occurredAt: this.#ports.nowMs() }
  }
}
