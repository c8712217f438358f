// The listener's door to evidence: the settings that it goes by, and what takes it, which is loaded when it is needed.
import { messageOf } from '../base/errors.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import type { BeforeStop, BeforeStopPorts } from './before-stop.ts'

interface TakerSettings {
  readonly evidence: boolean
  readonly evidenceTimeoutSeconds: number
  readonly diagnoseTimeoutSeconds: number
}

export type TakerPorts = Omit<BeforeStopPorts, 'stateFolder' | 'ending'>

export class EvidenceTaker {
  readonly #ports: TakerPorts
  readonly #ending = new AbortController()
  #settings: TakerSettings
  #stateFolder: string | undefined
  #loaded: Promise<BeforeStop> | undefined

  constructor(settings: TakerSettings, ports: TakerPorts) {
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

  /** memmon ends: no diagnose_command outlives it. */
  end(): void {
    this.#ending.abort()
  }

  /** Never rejects; the settings say how long it takes at most. */
  readonly take = async (request: RestartRequest, command?: string): Promise<Evidence> => {
    const { tick } = this.#ports
    const { evidence, evidenceTimeoutSeconds, diagnoseTimeoutSeconds } = this.#settings
    const untilTick = tick() + evidenceTimeoutSeconds * 1000
    try {
      this.#loaded ??= this.#load()
      const beforeStop = await this.#loaded
      const timeoutMs = Math.max(1, untilTick - tick())
      const commandTimeoutMs = diagnoseTimeoutSeconds * 1000
      return await beforeStop(request, { evidence, timeoutMs, command, commandTimeoutMs })
    } catch (thrown) {
      this.#loaded = undefined
      return {
        problem: `it could not be taken (${messageOf(thrown)}); if memmon was upgraded, restart it`,
        sentences: [],
      }
    }
  }

  async #load(): Promise<BeforeStop> {
    const { createBeforeStop } = await import('./before-stop.ts')
    const { signal: ending } = this.#ending
    return createBeforeStop({ ...this.#ports, ending, stateFolder: () => this.#stateFolder })
  }
}
