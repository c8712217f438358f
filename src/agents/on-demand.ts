// The agents of workers, for a listener that may have no socket for them: it loads their code, which takes 0.3 MB, once the
// settings ask for one.
import { OnDemand } from '../base/on-demand.ts'
import type { Agents, AgentsPorts } from './agents.ts'
import type { Ask } from './asks.ts'
import type { AgentsTerms } from './doors.ts'
import type { Answer } from './protocol.ts'
import type { AskTerms } from './worker.ts'

type Code = Pick<typeof import('./agents.ts'), 'Agents'>

const NOT_YET: Answer = { kind: 'failed', error: 'memmon has just been started', lack: 'absent' }

export class AgentsOnDemand {
  readonly #code: OnDemand<Code, Agents>
  #terms: AgentsTerms
  #supervisordPid: number | undefined

  constructor(terms: AgentsTerms, ports: AgentsPorts, load = (): Promise<Code> => import('./agents.ts')) {
    this.#terms = terms
    this.#code = new OnDemand<Code, Agents>({
      part: 'agents',
      isWanted: () => this.#terms.agentSocket !== 'off' && this.#supervisordPid !== undefined,
      load,
      make: code => this.#begun(new code.Agents(this.#terms, ports)),
      // npm has replaced the package since the start.
      failureText: why => `Agents of workers cannot connect: ${why}. Retrying at each check`,
      againText: 'Agents of workers can connect again',
      log: ports.log,
    })
  }

  /** supervisord has this pid: opens the socket if the settings ask for one. */
  begin(supervisordPid: number): void {
    this.#supervisordPid = supervisordPid
    this.#code.look()
  }

  /** Other settings. */
  use(terms: AgentsTerms): void {
    this.#terms = terms
    this.#code.now?.use(terms)
    this.#code.look()
  }

  /** A check begins: loads the code if it is missing. */
  onCheckBegins(): void {
    this.#code.look()
  }

  /** Opens the socket if it is missing. */
  look(): void {
    this.#code.now?.look()
  }

  /** Asks the agent of a process; undefined without a socket. Never rejects. */
  async ask(pid: number, ask: Ask, terms: AskTerms): Promise<Answer | undefined> {
    if (this.#terms.agentSocket === 'off') return undefined
    return (await this.#code.now?.ask(pid, ask, terms)) ?? NOT_YET
  }

  close(): void {
    this.#code.close()
    this.#code.now?.close()
  }

  #begun(agents: Agents): Agents {
    if (this.#supervisordPid !== undefined) agents.begin(this.#supervisordPid)
    return agents
  }
}
