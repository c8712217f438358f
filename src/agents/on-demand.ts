// The agents of workers, for a listener that may have no socket for them: it loads their code, which takes 0.3 MB, once the
// settings ask for one.
import { messageOf } from '../base/errors.ts'
import { trouble } from '../base/log-facts.ts'
import type { Agents, AgentsPorts } from './agents.ts'
import type { Ask } from './asks.ts'
import type { AgentsTerms } from './doors.ts'
import type { Answer } from './protocol.ts'
import type { AskTerms } from './worker.ts'

const NOT_YET: Answer = { kind: 'failed', error: 'memmon has just been started', lack: 'absent' }

export class AgentsOnDemand {
  readonly #ports: AgentsPorts
  #terms: AgentsTerms
  #supervisordPid: number | undefined
  #agents: Agents | undefined
  #isLoading = false
  #isClosed = false

  constructor(terms: AgentsTerms, ports: AgentsPorts) {
    this.#terms = terms
    this.#ports = ports
  }

  /** supervisord has this pid: opens the socket if the settings ask for one. */
  begin(supervisordPid: number): void {
    this.#supervisordPid = supervisordPid
    void this.#load()
  }

  /** Other settings. */
  use(terms: AgentsTerms): void {
    this.#terms = terms
    if (this.#agents) this.#agents.use(terms)
    else void this.#load()
  }

  /** Opens the socket if it is missing. */
  look(): void {
    this.#agents?.look()
  }

  /** Asks the agent of a process; undefined without a socket. Never rejects. */
  async ask(pid: number, ask: Ask, terms: AskTerms): Promise<Answer | undefined> {
    if (this.#terms.agentSocket === 'off') return undefined
    return (await this.#agents?.ask(pid, ask, terms)) ?? NOT_YET
  }

  close(): void {
    this.#isClosed = true
    this.#agents?.close()
  }

  async #load(): Promise<void> {
    if (this.#terms.agentSocket === 'off' || this.#supervisordPid === undefined || this.#isLoading) return
    this.#isLoading = true
    try {
      const { Agents } = await import('./agents.ts')
      if (this.#isClosed) return
      this.#agents = new Agents(this.#terms, this.#ports)
      this.#agents.begin(this.#supervisordPid)
    } catch (thrown) {
      // npm has replaced the package since the start.
      this.#ports.log(
        'WARN',
        `Agents of workers cannot connect: ${messageOf(thrown)}. Restart memmon`,
        trouble('agents'),
      )
    } finally {
      this.#isLoading = false
    }
  }
}
