// What follows from a verdict: it is told, acted upon, or gives the request for a restart.

import { breachText } from '../messages/breach-text.ts'
import { requestFacts } from '../messages/event.ts'
import type { Budget, BudgetVerdict } from '../rules/budgets.ts'
import type { ProcessVerdict, RuleVerdict } from '../rules/judgement.ts'
import type { Noticed, RestartRequest } from '../rules/outcome.ts'
import { canBeNamed, type ProcessInfo } from '../rules/process.ts'
import type { Breach } from '../rules/rule.ts'
import type { GrowthStep } from './growth-steps.ts'
import type { MonitorStep } from './monitor-steps.ts'
import type { MonitorPorts } from './ports.ts'
import { wholeOf } from './whole.ts'

type FollowingPorts = Pick<MonitorPorts, 'act' | 'onRelieved' | 'tell' | 'log' | 'nowMs'>

export class Following {
  readonly #ports: FollowingPorts
  /** Processes that no call can name and that were told as such; bounded by their number. */
  readonly #unnamable = new Set<string>()

  constructor(ports: FollowingPorts) {
    this.#ports = ports
  }

  /** Tells and does what a verdict says; what is to be restarted is given back. */
  follow(process: ProcessInfo, { acts, changes }: ProcessVerdict): RestartRequest[] {
    const at = this.#ports.nowMs()
    for (const { rule, kind, breach } of changes) {
      if (kind === 'relieved' && rule.action.kind === 'drain') this.#ports.onRelieved({ process, breach })
      else this.#notice(kind, process, breach, at)
    }
    return acts.flatMap(act => this.#act(process, act, at))
  }

  /** The same for the verdict over a budget. */
  followBudget(budget: Budget, verdict: BudgetVerdict): RestartRequest[] {
    const at = this.#ports.nowMs()
    switch (verdict.kind) {
      case 'act':
        return this.#restartable({ process: verdict.victim.process, breach: verdict.breach })
      case 'relieved':
        this.#notice('relieved', wholeOf(budget), verdict.breach, at)
        return []
      case 'alert':
        if (budget.action.kind === 'would' && verdict.victim)
          this.#notice('would', verdict.victim.process, verdict.breach, at, budget.action.what)
        else this.#notice('alerted', wholeOf(budget), verdict.breach, at)
        return []
      default:
        return []
    }
  }

  /** The same for what a process's growth, or a monitor of the operator's own, asks for. */
  followSteps(steps: readonly (GrowthStep | MonitorStep)[]): RestartRequest[] {
    const at = this.#ports.nowMs()
    return steps.flatMap(step => {
      if (step.kind === 'restart') return this.#restartable(step.request)
      if (step.kind === 'notice') this.#ports.tell({ kind: 'noticed', occurredAt: at, ...step.notice })
      else if (step.kind === 'drain') this.#ports.act(step.request, step.drain)
      else this.#ports.onRelieved(step.request)
      return []
    })
  }

  /** Forgets processes that there are no more. */
  keepOnly(namespecs: ReadonlySet<string>): void {
    for (const namespec of this.#unnamable) if (!namespecs.has(namespec)) this.#unnamable.delete(namespec)
  }

  #act(process: ProcessInfo, { rule: { action }, breach }: RuleVerdict, at: number): RestartRequest[] {
    const request = { process, breach }
    switch (action.kind) {
      case 'restart':
        return this.#restartable(request)
      case 'alert':
        this.#notice('alerted', process, breach, at)
        return []
      case 'would':
        this.#notice('would', process, breach, at, action.what)
        return []
      default:
        this.#ports.act(request, action)
        return []
    }
  }

  #notice(what: Noticed['what'], process: ProcessInfo, breach: Breach, at: number, detail = ''): void {
    this.#ports.tell({ kind: 'noticed', what, request: { process, breach }, occurredAt: at, detail })
  }

  /** Nothing if no call can name the process, which is told once. */
  #restartable(request: RestartRequest): RestartRequest[] {
    const { process, breach } = request
    if (canBeNamed(process)) return [request]
    if (!this.#unnamable.has(process.namespec)) {
      const why =
        'its name holds a control character, which XML-RPC cannot carry; rename it in supervisord.conf'
      const text = `${process.namespec} cannot be restarted, with ${breachText(breach)}: ${why}`
      this.#ports.log('WARN', text, () => requestFacts('unnamable', request))
    }
    this.#unnamable.add(process.namespec)
    return []
  }
}
