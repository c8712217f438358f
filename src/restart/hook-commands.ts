// The operator's commands: hooks of a restart, and those of an alert. They take turns, each within hook_timeout.
import { CommandQueue, type Lane } from '../base/command-queue.ts'
import { messageOf } from '../base/errors.ts'
import { type CommandResult, type CommandTerms, runCommand } from '../base/pipe-command.ts'
import { type Redactor, redactDocument } from '../base/redact.ts'
import { prepareToSplit, splitCommand } from '../base/split-command.ts'
import { eventName, eventOf, requestEvent } from '../messages/event.ts'
import type { Told } from '../messages/told.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { environmentOf, type RunHook, redactEnvironment } from './hooks.ts'

export interface HookTerms {
  readonly hookTimeoutSeconds: number
  readonly name?: string
}

export interface HookPorts {
  readonly redactor: Redactor
  readonly host: string
  readonly sleep: (ms: number) => Promise<void>
  readonly nowMs: () => number
}

interface DiagnoseTerms extends Pick<CommandTerms, 'ending' | 'onOutput'> {
  /** Asked for when its turn has come. */
  readonly timeoutMs: () => number
}

type Diagnose = (
  command: string,
  request: RestartRequest,
  terms: DiagnoseTerms & { readonly evidence: Evidence },
) => Promise<CommandResult>

export class HookCommands {
  readonly #ports: HookPorts
  readonly #queue: CommandQueue
  #terms: HookTerms

  constructor(terms: HookTerms, ports: HookPorts) {
    this.#terms = terms
    this.#ports = ports
    this.#queue = new CommandQueue(ports.sleep)
  }

  /** Other terms from the next command on. With commands to run, shlex is loaded beforehand. */
  use(terms: HookTerms, hasCommands: boolean): void {
    this.#terms = terms
    if (hasCommands) prepareToSplit()
  }

  /** Runs a command that is told about the request by its environment and stdin. Never rejects. */
  readonly runHook: RunHook = (command, request, event) => {
    const document = requestEvent(request, event, this.#context(), this.#ports.nowMs())
    // exec_command is run for each process over its limit, and no restart waits for it.
    const environment = environmentOf(request, event)
    return this.#run(event === 'over_limit' ? 'alert' : 'restart', command, environment, document)
  }

  /** Runs diagnose_command, which is told where the evidence is. Never rejects. */
  readonly diagnose: Diagnose = (command, request, { evidence, ...terms }) => {
    const event = 'diagnose'
    const document = requestEvent(request, event, this.#context(), this.#ports.nowMs())
    return this.#run('restart', command, environmentOf(request, event, evidence), document, terms)
  }

  /** Runs on_alert_command. Never rejects. */
  runOnAlert(command: string, outcome: Told, subject: string): Promise<CommandResult> {
    const event = eventName(outcome)
    const document = eventOf(outcome, this.#context(), subject)
    const environment = environmentOf(outcome.request, event, outcome.evidence)
    return this.#run('alert', command, environment, document)
  }

  /** Resolves when no command runs and none waits. */
  whenIdle(): Promise<void> {
    return this.#queue.whenIdle()
  }

  #context() {
    return { host: this.#ports.host, name: this.#terms.name }
  }

  async #run(
    lane: Lane,
    command: string,
    told: Record<string, string>,
    document: Record<string, unknown>,
    terms: DiagnoseTerms = { timeoutMs: () => this.#terms.hookTimeoutSeconds * 1000 },
  ): Promise<CommandResult> {
    const { redactor } = this.#ports
    const environment = redactEnvironment(told, redactor)
    try {
      const input = Buffer.from(`${JSON.stringify(redactDocument(document, redactor))}\n`)
      return await this.#queue.run(lane, async () => {
        const split = await splitCommand(command)
        const timeoutMs = terms.timeoutMs()
        if (!split.ok) return split
        if (timeoutMs <= 0 || terms.ending?.aborted)
          return { ok: false, why: 'it was not run: its time was over' }
        return await runCommand(split.words, input, { ...terms, timeoutMs, environment, redactor })
      })
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) }
    }
  }
}
