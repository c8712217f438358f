// memmon.conf is read again when it changes, and on SIGHUP: taken whole if it is right, left out whole if it is not.

import { messageOf, UsageError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { doubtful } from '../base/log-facts.ts'
import { formatServerUrl } from '../base/server-url.ts'
import { isIdle, type Settings } from './settings.ts'

export interface ReadSettings {
  readonly settings: Settings
  /** What should be mended, though the settings are accepted. */
  readonly warnings: readonly string[]
}

export interface SettingsSource {
  /** Of the first settings. */
  readonly warnings: readonly string[]
  /** The settings as flags and memmon.conf say now; throws a UsageError. */
  readonly readSettings: () => ReadSettings
  /** True if a file that the last reading has looked at is another one since. */
  readonly haveChanged: () => boolean
}

export interface ReloadPorts extends SettingsSource {
  /** Takes them whole, and says why; throws a UsageError and takes nothing if a secret is missing. */
  readonly use: (settings: Settings, why: string) => void
  readonly log: Log
  readonly mail: (subject: string, text: string) => void
}

export class SettingsReload {
  readonly #initial: Settings
  readonly #ports: ReloadPorts
  /** The error that was told last, so that it is not told at every tick. */
  #told = ''

  constructor(initial: Settings, ports: ReloadPorts) {
    this.#initial = initial
    this.#ports = ports
  }

  /** At each tick: one look at the files' times, and no more if they are the same. */
  look(): void {
    if (this.#initial.configPath === undefined) return
    if (this.#ports.haveChanged()) this.now()
  }

  /** SIGHUP. */
  now(): void {
    const { configPath } = this.#initial
    const { readSettings, use, log, mail } = this.#ports
    if (configPath === undefined) {
      log('INFO', 'SIGHUP ignored: memmon runs without --config')
      return
    }
    try {
      const { settings, warnings } = readSettings()
      if (isIdle(settings)) throw new UsageError(`${configPath}: it has no rule`)
      use(settings, `${configPath} reloaded`)
      this.#told = ''
      for (const warning of warnings) log('WARN', warning, doubtful)
      for (const key of this.#fixed(settings))
        log('WARN', `${key} has changed; it takes effect when memmon is restarted`, doubtful)
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown
      const text = messageOf(thrown)
      if (text === this.#told) return
      this.#told = text
      for (const line of text.split('\n'))
        log('ERRO', `${line}. The current settings stay in force`, () => ({ event: 'settings' }))
      mail(
        `${configPath} is invalid; the current settings stay in force`,
        `${text}\n\nmemmon continues with its current settings. It reloads the file when it changes.\n`,
      )
    }
  }

  /** What is used once, at the start. */
  #fixed(settings: Settings): string[] {
    const before = this.#initial
    const url = ({ serverUrl }: Settings) => serverUrl && formatServerUrl(serverUrl)
    return [
      ...(settings.stateDir === before.stateDir ? [] : ['state_dir']),
      ...(url(settings) === url(before) ? [] : ['server_url']),
      ...(settings.sampler === before.sampler ? [] : ['sampler']),
      ...(settings.logFormat === before.logFormat ? [] : ['log_format']),
      ...(settings.stopWaitSeconds === before.stopWaitSeconds ? [] : ['stop_wait']),
    ]
  }
}
