// The settings in force: replaced when memmon.conf or the memory that percentages refer to changes, and rejected as a whole
// if anything is wrong.
import type { Log } from '../base/log.ts'
import { type InForce, inForce, refuseFaults } from '../config/in-force.ts'
import { SettingsReload, type SettingsSource } from '../config/reload.ts'
import type { Settings } from '../config/settings.ts'
import { accessOf } from '../metrics/access.ts'
import { createCapacityReader } from '../proc/capacity.ts'
import { CapacityReload } from '../proc/capacity-reload.ts'
import { refuseOwnLimit } from '../proc/own-memory.ts'

export interface CurrentSettingsPorts {
  readonly source: SettingsSource
  /** Applies other settings, or throws a UsageError and changes nothing; `why` is a line for the log. */
  readonly apply: (next: InForce, why: string) => void
  readonly log: Log
  readonly mail: (subject: string, body: string) => void
}

export class CurrentSettings {
  readonly #ports: CurrentSettingsPorts
  readonly #capacityReader = createCapacityReader()
  readonly #reload: SettingsReload
  readonly #capacityReload: CapacityReload
  #now: InForce

  constructor(initial: Settings, ports: CurrentSettingsPorts) {
    const { source, log, mail } = ports
    this.#ports = ports
    this.#now = inForce(initial, this.#capacityReader.capacity)
    const use = (settings: Settings, why: string) => this.#use(settings, why)
    this.#reload = new SettingsReload(initial, { ...source, use, log, mail })
    this.#capacityReload = new CapacityReload({
      current: () => this.#now.capacity,
      isNeeded: () => this.#now.usesCapacity,
      read: this.#capacityReader.capacity,
      use: why => use(this.#now.settings, why),
      log,
      mail,
    })
  }

  get now(): InForce {
    return this.#now
  }

  /** Of the machine or the container, now. */
  get availableBytes(): number | undefined {
    return this.#capacityReader.available()?.bytes
  }

  /** A check begins: looks whether the file or the total memory has changed. */
  look(): void {
    this.#reload.look()
    this.#capacityReload.look()
  }

  /** Reads memmon.conf again, if memmon has one. */
  reload(): void {
    this.#reload.now()
  }

  #use(settings: Settings, why: string): void {
    const next = inForce(settings, this.#capacityReader.capacity)
    refuseFaults(next)
    accessOf(settings)
    if (settings.ownLimitBytes < this.#now.settings.ownLimitBytes) refuseOwnLimit(settings)
    this.#ports.apply(next, why)
    this.#now = next
  }
}
