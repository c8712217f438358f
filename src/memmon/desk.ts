// What people ask the listener for through its socket: a restart, a drain or a mute, carried out by the jobs like memmon's
// own.
import type { Act } from '../agents/acts.ts'
import type { Desk as DeskForPeople } from '../agents/desk.ts'
import type { Answer } from '../agents/protocol.ts'
import { FaultCode, messageOf, SupervisorFault } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { askedText, unmutedText, untilText } from '../messages/by-hand-text.ts'
import { requestFacts } from '../messages/event.ts'
import { outcomeText } from '../messages/outcome-text.ts'
import type { Restarts } from '../restart/restarts.ts'
import { DRAIN_BY_HAND, drainByHand, RESTART_BY_HAND } from '../restart/terms.ts'
import type { RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState, stateName } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'

/** How long a person waits for the end of a restart, which goes on. */
const OUTCOME_WITHIN_MS = 600_000

export interface DeskPorts {
  /** Rejects with supervisord's fault. */
  readonly getProcessInfo: (namespec: string) => Promise<ProcessInfo>
  readonly monitor: {
    /** The rules for it, or why memmon does not watch it. */
    rulesOver(process: ProcessInfo): readonly Rule[] | string
    measureAgain(request: RestartRequest): Promise<number | undefined>
    forget(namespec: string): void
  }
  readonly restarts: Pick<Restarts, 'restartByHand' | 'drainByHand' | 'mute' | 'unmute'>
  /** What the listener says about itself. */
  readonly listener: () => object
  readonly log: Log
}

type Watched = { readonly process: ProcessInfo; readonly rules: readonly Rule[] }

export class Desk implements Pick<DeskForPeople, 'act'> {
  readonly #ports: DeskPorts
  /** Requests waiting for the end of a restart; bounded by the connections of people. */
  readonly #waiting = new Set<{ readonly namespec: string; readonly end: (text: Answer) => void }>()

  constructor(ports: DeskPorts) {
    this.#ports = ports
  }

  /** A restart has an outcome. */
  tell(outcome: RestartOutcome): void {
    if (outcome.kind === 'noticed') return
    for (const one of [...this.#waiting])
      if (one.namespec === outcome.request.process.namespec)
        one.end(outcome.kind === 'restarted' ? done(outcomeText(outcome)) : refused(outcomeText(outcome)))
  }

  async act(act: Act, onProgress: (text: string) => void, signal: AbortSignal): Promise<Answer> {
    const { program } = act
    try {
      // Also for a program that is gone.
      if (act.do === 'unmute') return await this.#unmute(program)
      const found = await this.#find(program)
      if (typeof found === 'string') return refused(`${program}: ${found}`)
      if (act.do === 'mute') return await this.#mute(program, act.seconds ?? 0)
      return await this.#begin(act, found, onProgress, signal)
    } catch (thrown) {
      return refused(`${program}: ${messageOf(thrown)}`)
    }
  }

  async #find(namespec: string): Promise<Watched | string> {
    const { getProcessInfo, monitor } = this.#ports
    try {
      const process = await getProcessInfo(namespec)
      const rules = monitor.rulesOver(process)
      return typeof rules === 'string' ? `memmon does not watch it: ${rules}` : { process, rules }
    } catch (thrown) {
      if (thrown instanceof SupervisorFault && thrown.code === FaultCode.BAD_NAME)
        return 'supervisord has no such process'
      throw thrown
    }
  }

  async #mute(namespec: string, seconds: number): Promise<Answer> {
    const { restarts, monitor } = this.#ports
    const mute = await restarts.mute(namespec, seconds)
    if (typeof mute === 'string') return refused(`${namespec}: ${mute}`)
    monitor.forget(namespec)
    return done(`Muted ${namespec} until ${untilText(mute)}`)
  }

  async #unmute(namespec: string): Promise<Answer> {
    return (await this.#ports.restarts.unmute(namespec))
      ? done(unmutedText(namespec))
      : refused(`${namespec}: it is not muted`)
  }

  async #begin(
    act: Act,
    { process, rules }: Watched,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { namespec, state } = process
    if (state !== ProcessState.RUNNING) return refused(`${namespec}: it is ${stateName(state)}`)
    const rule = act.do === 'drain' ? DRAIN_BY_HAND : RESTART_BY_HAND
    const request = await this.#requestFor(process, rule)
    const { restarts, log } = this.#ports
    if (act.do === 'drain') {
      const drain = drainByHand(rules)
      if (!drain)
        return refused(
          `${namespec}: memmon does not know how to ask it to finish: give it a soft_limit with drain_agent, drain_signal or drain_command`,
        )
      const refusal = await restarts.drainByHand(request, drain)
      return refusal === undefined
        ? done(`Draining ${namespec}: it was asked to finish, and is restarted when it has`)
        : refused(`${namespec}: ${refusal}`)
    }
    const ended = this.#outcomeOf(namespec, signal)
    const refusal = await restarts.restartByHand(request)
    if (refusal !== undefined) {
      ended.give(refused(`${namespec}: ${refusal}; supervisorctl restart does it without memmon`))
      return await ended.promise
    }
    log('INFO', askedText(namespec), () => requestFacts('asked', request))
    onProgress('asked for')
    return await ended.promise
  }

  async #requestFor(process: ProcessInfo, rule: string): Promise<RestartRequest> {
    const breach = {
      rule,
      ruleId: rule,
      metric: 'rss',
      cumulative: false,
      value: 0,
      limit: Number.POSITIVE_INFINITY,
      isByHand: true,
    } as const
    const value = await this.#ports.monitor.measureAgain({ process, breach })
    return { process, breach: { ...breach, value: value ?? 0 } }
  }

  #outcomeOf(namespec: string, signal: AbortSignal) {
    let give: (answer: Answer) => void = () => {}
    const promise = new Promise<Answer>(resolve => {
      const waiting = { namespec, end: (answer: Answer) => give(answer) }
      const late = done(`${namespec}: the restart is not finished yet: memmon status shows it`)
      const timer = setTimeout(() => give(late), OUTCOME_WITHIN_MS).unref()
      give = answer => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
        resolve(answer)
      }
      this.#waiting.add(waiting)
      signal.addEventListener('abort', () => give(done(`${namespec}: the restart goes on`)), { once: true })
    })
    return { promise, give }
  }
}

const done = (text: string): Answer => ({ kind: 'finished', data: { text } })
const refused = (error: string): Answer => ({ kind: 'failed', error })
