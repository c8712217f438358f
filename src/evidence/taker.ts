// The listener's door to evidence: the settings that it goes by, and what takes it, which is loaded when it is needed.
import { messageOf } from '../base/errors.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import type { BeforeStop, BeforeStopPorts } from './before-stop.ts'

interface TakerSettings {
  readonly evidenceTimeoutSeconds: number
}

export class EvidenceTaker {
  readonly #ports: Omit<BeforeStopPorts, 'stateFolder'>
  #settings: TakerSettings
  #stateFolder: string | undefined
  #loaded: Promise<BeforeStop> | undefined

  constructor(settings: TakerSettings, ports: Omit<BeforeStopPorts, 'stateFolder'>) {
    this.#settings = settings
    this.#ports = ports
  }

  /** The state folder is memmon's. */
  attach({ path }: { readonly path: string }): void {
    this.#stateFolder = path
  }

  /** Other settings from the next process on. */
  use(settings: TakerSettings): void {
    this.#settings = settings
  }

  /** Never rejects, and resolves within evidence_timeout. */
  readonly take = async (request: RestartRequest): Promise<Evidence> => {
    const { tick } = this.#ports
    const untilTick = tick() + this.#settings.evidenceTimeoutSeconds * 1000
    try {
      this.#loaded ??= this.#load()
      const beforeStop = await this.#loaded
      return await beforeStop(request, Math.max(1, untilTick - tick()))
    } catch (thrown) {
      this.#loaded = undefined
      return {
        problem: `part of memmon cannot be loaded, restart it: ${messageOf(thrown)}`,
        sentences: [],
      }
    }
  }

  async #load(): Promise<BeforeStop> {
    const { createBeforeStop } = await import('./before-stop.ts')
    return createBeforeStop({ ...this.#ports, stateFolder: () => this.#stateFolder })
  }
}
