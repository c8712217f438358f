// Loads what people ask memmon itself for when somebody does: most listeners have no socket for people.
import type { Desk as DeskForPeople } from '../agents/desk.ts'
import { messageOf } from '../base/errors.ts'
import type { RestartOutcome } from '../rules/outcome.ts'
import type { Desk, DeskPorts } from './desk.ts'

export class DeskOnDemand implements DeskForPeople {
  readonly #ports: DeskPorts
  #desk: Desk | undefined

  constructor(ports: DeskPorts) {
    this.#ports = ports
  }

  listener(): object {
    return this.#ports.listener()
  }

  /** A restart has an outcome. */
  tell(outcome: RestartOutcome): void {
    this.#desk?.tell(outcome)
  }

  readonly act: DeskForPeople['act'] = async (...asked) => {
    try {
      const { Desk } = await import('./desk.ts')
      this.#desk ??= new Desk(this.#ports)
      return await this.#desk.act(...asked)
    } catch (thrown) {
      // npm has replaced the package since the start.
      return { kind: 'failed', error: `memmon cannot do that: ${messageOf(thrown)}. Restart memmon` }
    }
  }
}
